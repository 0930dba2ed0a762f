package org.viesti.platform.dialect;

import org.viesti.platform.Activity;

/** What a client's event comes to. */
public sealed interface Received {

  /** To be done, once it is queued. */
  record Job(Activity request, Dialect dialect) implements Received {}

  /**
   * To be kept for the jobs of its actor ({@code request.platform()} and {@code
   * request.actorId()}).
   *
   * @param request its {@code object()} are the secrets; null: there are none
   */
  record Credentials(Activity request, Dialect dialect) implements Received {

    /** Without the secrets, wherever it is logged. */
    @Override
    public String toString() {
      return "Credentials[" + request.platform() + ":" + request.actorId() + "]";
    }
  }

  /** Answered at once. */
  record Answer(Told told) implements Received {}

  /** Not known; nothing is said. */
  record Ignored() implements Received {}
}
