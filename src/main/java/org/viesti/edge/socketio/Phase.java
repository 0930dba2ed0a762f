package org.viesti.edge.socketio;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a {@link SocketIoSession} is in its life.
 *
 * <pre>
 *   opened --> Idle -- the client connects --> Connecting -- is accepted --> Connected
 *                ^                                 |
 *                +-------------- is refused -------+
 *   any -- either disconnects, or the transport ends --> Over
 * </pre>
 */
sealed interface Phase {
  /** The transport is open, the namespace is not. */
  record Idle() implements Phase {}

  /** The client waits for an answer; what either says meanwhile waits with it. */
  record Connecting(List<Incoming> events, List<SocketIo.Outgoing> packets) implements Phase {
    Connecting() {
      this(new ArrayList<>(2), new ArrayList<>(2));
    }
  }

  record Connected(Served served) implements Phase {}

  /** The last words are on their way. */
  record Over() implements Phase {}
}
