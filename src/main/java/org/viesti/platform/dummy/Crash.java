package org.viesti.platform.dummy;

import java.io.Serial;

/** What ends the session: the client is told its name and message. */
abstract sealed class Crash extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private Crash(String message) {
    super(message);
  }

  /** As if the process of the session ended. */
  @SuppressWarnings("JavaLangClash") // the name is what clients read
  static final class Error extends Crash {
    @Serial private static final long serialVersionUID = 1;

    Error(String code) {
      super("session thread closed unexpectedly: " + code);
    }
  }

  static final class TypeError extends Crash {
    @Serial private static final long serialVersionUID = 1;

    TypeError() {
      super("dummy type error");
    }
  }

  static final class ReferenceError extends Crash {
    @Serial private static final long serialVersionUID = 1;

    ReferenceError() {
      super("dummy reference error");
    }
  }
}
