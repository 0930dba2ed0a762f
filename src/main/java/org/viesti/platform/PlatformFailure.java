package org.viesti.platform;

import java.io.Serial;

/** Why a platform could not do a job, in words for the client, which are told as they are. */
public final class PlatformFailure extends Exception {
  @Serial private static final long serialVersionUID = 1;

  private final boolean transientFailure;

  private PlatformFailure(String text, boolean transientFailure) {
    super(text, null, false, false);
    this.transientFailure = transientFailure;
  }

  /** The same job would fail again. */
  public static PlatformFailure lasting(String text) {
    return new PlatformFailure(text, false);
  }

  /** The same job may succeed later: it is tried again as often as the settings allow. */
  public static PlatformFailure passing(String text) {
    return new PlatformFailure(text, true);
  }

  public boolean mayPass() {
    return transientFailure;
  }

  public String text() {
    return String.valueOf(getMessage());
  }
}
