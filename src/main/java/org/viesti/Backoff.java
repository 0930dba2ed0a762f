package org.viesti;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: twice as long each time, and never quite the same for
 * two who wait.
 */
final class Backoff {
  static final Duration FIRST = Duration.ofMillis(250);
  static final Duration LONGEST = Duration.ofSeconds(15);

  private final RandomGenerator random;
  private Duration ceiling = FIRST;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  /** Between half and the whole of what it is by now. */
  Duration next() {
    long most = ceiling.toMillis();
    Duration doubled = ceiling.multipliedBy(2);
    ceiling = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
    return Duration.ofMillis(random.nextLong(most / 2, most + 1));
  }

  /** It worked: begin anew. */
  void reset() {
    ceiling = FIRST;
  }
}
