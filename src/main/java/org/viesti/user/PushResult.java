package org.viesti.user;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What became of a push at its provider. */
public sealed interface PushResult {

  /** The provider has taken it over. */
  record Accepted() implements PushResult {}

  /**
   * It may succeed later.
   *
   * @param after not before this has passed, if the provider said so
   */
  record Retry(String reason, @Nullable Duration after) implements PushResult {}

  /** The device cannot be reached by this token any more: the token is removed. */
  record DeadToken(String reason) implements PushResult {}

  /** It will never succeed: it becomes a dead letter at once. */
  record Rejected(String reason) implements PushResult {}
}
