/**
 * Floor 5: live streams over WebSocket, at {@code /ws}. Start at {@link
 * org.viesti.edge.websocket.WebSocketEdge}.
 */
@NullMarked
package org.viesti.edge.websocket;

import org.jspecify.annotations.NullMarked;
