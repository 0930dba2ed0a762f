/**
 * Floor 0: the words. Ids, topics, messages, frames and error codes, shared by every package and by
 * clients; no Pekko. Start at {@link org.viesti.protocol.Message}.
 */
@NullMarked
package org.viesti.protocol;

import org.jspecify.annotations.NullMarked;
