package org.viesti.user;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * When a push is tried again: exponential, with full jitter, so that what failed together does not
 * come back together.
 *
 * @param first the first wait is at most this
 * @param max and none is longer, but where the provider says so
 */
public record Backoff(Duration first, Duration max, RandomGenerator random) {

  /**
   * @param failures so far; 1 or more
   * @param asked not before this has passed
   */
  public Duration after(int failures, @Nullable Duration asked) {
    int doublings = Math.min(failures - 1, 30);
    long most = Math.min(max.toMillis(), saturating(first.toMillis(), doublings));
    Duration wait = Duration.ofMillis(random.nextLong(most + 1));
    return asked == null ? wait : asked.plus(wait);
  }

  private static long saturating(long millis, int doublings) {
    return millis > Long.MAX_VALUE >> doublings ? Long.MAX_VALUE - 1 : millis << doublings;
  }
}
