package org.viesti.testkit;

import java.net.URI;
import java.util.concurrent.TimeUnit;

/**
 * A link that was lost, and the way back to the first new message; times by {@link
 * System#nanoTime}.
 */
public record Return(URI from, URI to, long lost, long welcomed, long firstMessage) {
  /** From the loss of the link to the welcome that lasted. */
  public long millisToWelcome() {
    return TimeUnit.NANOSECONDS.toMillis(welcomed - lost);
  }

  /** From the loss of the link to the first new message. */
  public long millisToMessage() {
    return TimeUnit.NANOSECONDS.toMillis(firstMessage - lost);
  }
}
