package org.viesti.platform.dialect;

import java.io.Serial;

/** A message that is refused before it is queued, and why, in words for the client. */
final class NotAccepted extends Exception {
  @Serial private static final long serialVersionUID = 1;

  NotAccepted(String text) {
    super(text, null, false, false);
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
