package org.viesti.protocol;

/** A refusal on its way to an edge. It has no stack trace: it is an answer, not a fault. */
public final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient Refusal refusal;

  public Refused(Refusal refusal) {
    super(refusal.code() + ": " + refusal.detail(), null, false, false);
    this.refusal = refusal;
  }

  public Refused(ErrorCode code, String detail) {
    this(Refusal.of(code, detail));
  }

  public Refusal refusal() {
    return refusal;
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
