/**
 * Floor 4: the three wire dialects of Sockethub's clients, and what is asked of a message before it
 * is done. Pure functions: no sockets, no actors. Start at {@link
 * org.viesti.platform.dialect.Middleware}.
 */
@NullMarked
package org.viesti.platform.dialect;

import org.jspecify.annotations.NullMarked;
