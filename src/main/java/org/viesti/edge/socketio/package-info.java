/**
 * Floor 5: Socket.IO (protocol revision 5) over Engine.IO (revision 4), at {@code /socket.io/} and
 * {@code /sockethub/}. Start at {@link org.viesti.edge.socketio.SocketIoEdge}.
 */
@NullMarked
package org.viesti.edge.socketio;

import org.jspecify.annotations.NullMarked;
