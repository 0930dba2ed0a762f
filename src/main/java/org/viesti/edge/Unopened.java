package org.viesti.edge;

import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;

/** Streams that could not open. */
public final class Unopened {
  private static final Logger LOG = LoggerFactory.getLogger(Unopened.class);

  private Unopened() {}

  /**
   * What to tell the client; a fault of our own goes to the log.
   *
   * @param failure null: there is neither a stream nor a reason
   */
  public static Refusal refusal(@Nullable Throwable failure) {
    Throwable cause = failure == null ? new NullPointerException("connection") : failure;
    Refusal refusal = Refused.in(cause);
    if (refusal.code() == ErrorCode.INTERNAL) {
      LOG.error(
          "admit: a stream could not open",
          cause instanceof CompletionException && cause.getCause() != null
              ? cause.getCause()
              : cause);
    }
    return refusal;
  }
}
