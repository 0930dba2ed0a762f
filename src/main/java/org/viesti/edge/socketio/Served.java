package org.viesti.edge.socketio;

import java.util.List;

/** Who serves one socket. Never two calls at once, and none that may block. */
interface Served {
  /** Why it is gone: the client does not want it any more. */
  String BY_CLIENT = "client disconnect";

  /** What the client said, all that came at once. */
  void events(List<Incoming> events);

  /** It is {@link SocketIo#writable} again. */
  void writable();

  /** It is gone, for whatever reason: the last call. */
  void closed(String reason);
}
