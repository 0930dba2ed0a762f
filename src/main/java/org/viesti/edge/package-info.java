/**
 * Floor 5: doors. Protocols come in here: the live listener, what joins a channel to its
 * connection, and the frames' codecs; each protocol has a package of its own below. Start at {@link
 * org.viesti.edge.LiveServer}.
 */
@NullMarked
package org.viesti.edge;

import org.jspecify.annotations.NullMarked;
