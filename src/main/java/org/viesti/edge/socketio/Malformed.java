package org.viesti.edge.socketio;

import java.io.Serial;

/** What a client said is no packet. */
final class Malformed extends Exception {
  @Serial private static final long serialVersionUID = 1;

  Malformed(String message) {
    super(message, null, false, false);
  }
}
