package org.viesti.protocol;

import org.jspecify.annotations.Nullable;

/** A refusal on its way to an edge. It has no stack trace: it is an answer, not a fault. */
public final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient Refusal refusal;
  private final @Nullable String request;

  public Refused(Refusal refusal) {
    this(refusal, null);
  }

  /**
   * Of a request.
   *
   * @param request the client's id of it, if it could be read
   */
  public Refused(Refusal refusal, @Nullable String request) {
    super(refusal.code() + ": " + refusal.detail(), null, false, false);
    this.refusal = refusal;
    this.request = request;
  }

  public Refused(ErrorCode code, String detail) {
    this(Refusal.of(code, detail));
  }

  public Refusal refusal() {
    return refusal;
  }

  /** The client's id of the request that is refused, where it is known. */
  public @Nullable String request() {
    return request;
  }

  /** What a caller should be told of any failure: the refusal inside, or that we failed. */
  public static Refusal in(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof Refused refused) {
        return refused.refusal();
      }
      if (at instanceof java.util.concurrent.TimeoutException) {
        return new Refusal(ErrorCode.UNAVAILABLE, "the owner did not answer in time", null, 1000L);
      }
    }
    return Refusal.of(ErrorCode.INTERNAL, "an error of the server's own; it is in its log");
  }
}
