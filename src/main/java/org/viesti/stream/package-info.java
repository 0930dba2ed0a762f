/**
 * Floor 3: streams. The topics that are no room's and no user's are spread over partitions; each
 * has an owner that orders and records what sessions that may be away are to have. Start at {@link
 * org.viesti.stream.Streams}.
 */
@NullMarked
package org.viesti.stream;

import org.jspecify.annotations.NullMarked;
