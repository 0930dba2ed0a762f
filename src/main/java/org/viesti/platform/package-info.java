/**
 * Floor 4: the gateway to foreign networks. Start at {@link org.viesti.platform.Platform}, which
 * whoever adds a network implements.
 */
@NullMarked
package org.viesti.platform;

import org.jspecify.annotations.NullMarked;
