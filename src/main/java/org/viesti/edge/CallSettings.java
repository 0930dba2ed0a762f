package org.viesti.edge;

import com.typesafe.config.Config;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.settings.SectionSettings;

/**
 * The settings of {@code viesti.http}; reference.conf says what each means.
 *
 * @param port 0 takes any free one
 * @param maxBodyBytes of a call
 * @param trustDevice how long a device once found in order is not asked about again
 */
public record CallSettings(
    String host,
    int port,
    int maxBodyBytes,
    int pageDefault,
    int pageMax,
    Duration requestTimeout,
    Duration trustDevice,
    @Nullable Tls tls) {

  /** PEM files: the certificate chain, and its unencrypted PKCS#8 key. */
  public record Tls(String certificate, String key) {}

  public static CallSettings from(Config root) {
    SectionSettings http = SectionSettings.of(root, "http");
    CallSettings settings =
        new CallSettings(
            http.text("host"),
            http.number("port", 0, 65_535),
            (int) http.bytes("max-body-bytes", 1024, 16 << 20),
            http.number("page-default", 1, 1000),
            http.number("page-max", 1, 1000),
            http.time("request-timeout", Duration.ofMillis(1), Duration.ofMinutes(10)),
            http.time("trust-device", Duration.ZERO, Duration.ofHours(1)),
            tls(http));
    if (settings.pageDefault > settings.pageMax) {
      throw http.wrong("page-default", "must be at most viesti.http.page-max");
    }
    return settings;
  }

  private static @Nullable Tls tls(SectionSettings http) {
    String certificate = http.textOrNone("tls.certificate");
    String key = http.textOrNone("tls.key");
    if (certificate == null && key == null) {
      return null;
    }
    if (certificate == null || key == null) {
      throw http.wrong("tls", "set certificate and key both, or neither");
    }
    return new Tls(certificate, key);
  }

  /** How many entries a page has when so many were asked for. */
  int page(@Nullable Integer asked) {
    if (asked == null) {
      return pageDefault;
    }
    if (asked < 1) {
      throw new Refused(ErrorCode.INVALID_ARGUMENT, "limit must be at least 1");
    }
    if (asked > pageMax) {
      throw new Refused(
          new Refusal(
              ErrorCode.LIMIT_EXCEEDED,
              "a page holds at most " + pageMax + " entries",
              "viesti.http.page-max",
              null));
    }
    return asked;
  }
}
