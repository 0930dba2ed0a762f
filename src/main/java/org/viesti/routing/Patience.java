package org.viesti.routing;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Asks an owner again for what may be asked twice. A question on its way to a node that has just
 * died is lost, and whoever asked should not wait its whole patience for it.
 */
public final class Patience {
  private static final Duration ONE_TRY = Duration.ofSeconds(1);

  private Patience() {}

  /**
   * @param whole how long to go on asking
   * @param question asks once, for so long
   */
  public static <T> CompletionStage<T> askAgain(
      Duration whole, Function<Duration, CompletionStage<T>> question) {
    boolean last = whole.compareTo(ONE_TRY) <= 0;
    return question
        .apply(last ? whole : ONE_TRY)
        .exceptionallyCompose(
            failure ->
                !last && isTimeout(failure)
                    ? askAgain(whole.minus(ONE_TRY), question)
                    : CompletableFuture.failedFuture(failure));
  }

  private static boolean isTimeout(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof TimeoutException) {
        return true;
      }
    }
    return false;
  }
}
