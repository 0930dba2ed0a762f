package org.viesti.edge.socketio;

import java.util.List;

/**
 * What carries a session's packets. All is called by the session, on its event loop; only {@link
 * #writable} by any thread.
 */
sealed interface Transport permits PollingTransport, WebSocketTransport {
  void send(List<SocketIo.Outgoing> packets);

  /** Sends a packet that is written already. */
  void send(byte[] packet);

  boolean writable();

  void reading(boolean on);

  /**
   * Says nothing more after what was sent, and tells {@link SocketIoSession#lost} when it ended.
   */
  void close();

  /** Ends at once. */
  void cut();
}
