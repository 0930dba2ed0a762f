/**
 * Floor 2: where messages go. An owner's {@link org.viesti.routing.Announcer} tells each interested
 * node once; the node's {@link org.viesti.routing.Router} tells its connections. Start at the
 * router. Publications meet their subscribers at the {@link org.viesti.routing.Exchange}.
 */
@NullMarked
package org.viesti.routing;

import org.jspecify.annotations.NullMarked;
