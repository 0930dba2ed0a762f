package org.viesti.platform;

import java.io.Serial;

/** Why something could not be fetched from the web; its message is for operators. */
public final class WebFailure extends Exception {
  @Serial private static final long serialVersionUID = 1;

  /** What a client is told in the words of its platform. */
  public enum Reason {
    /** Not a URL. */
    INVALID,
    /** A URL of neither http nor https. */
    SCHEME,
    /** An address that is not public. */
    BLOCKED,
    /** No such host, nobody there, no certificate that is believed, or no HTTP. */
    UNREACHABLE,
    TIMEOUT,
    TOO_LARGE,
    TOO_MANY_REDIRECTS
  }

  private final Reason reason;
  private final String url;
  private final boolean transientFailure;

  private WebFailure(Reason reason, String url, boolean transientFailure, String message) {
    super(message, null, false, false);
    this.reason = reason;
    this.url = url;
    this.transientFailure = transientFailure;
  }

  static WebFailure lasting(Reason reason, String url, String message) {
    return new WebFailure(reason, url, false, message);
  }

  static WebFailure passing(Reason reason, String url, String message) {
    return new WebFailure(reason, url, true, message);
  }

  public Reason reason() {
    return reason;
  }

  /** The URL that failed, which another may have redirected to; without who the caller is. */
  public String url() {
    return url;
  }

  /** For the client, in such words. */
  public PlatformFailure told(String text) {
    return transientFailure ? PlatformFailure.passing(text) : PlatformFailure.lasting(text);
  }
}
