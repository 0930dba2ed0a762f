/**
 * Floor 3: rooms. The owner of {@code rooms/{room}} orders its posts, knows its members and what
 * each may do. Start at {@link org.viesti.room.Rooms}.
 */
@NullMarked
package org.viesti.room;

import org.jspecify.annotations.NullMarked;
