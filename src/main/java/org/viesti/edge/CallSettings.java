package org.viesti.edge;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;

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

  public static CallSettings from(Config viesti) {
    Config http = viesti.getConfig("http");
    CallSettings settings =
        new CallSettings(
            http.getString("host"),
            between(http, "port", 0, 65_535),
            between(http, "max-body-bytes", 1024, 16 << 20),
            between(http, "page-default", 1, 1000),
            between(http, "page-max", 1, 1000),
            http.getDuration("request-timeout"),
            http.getDuration("trust-device"),
            tls(http));
    if (settings.pageDefault > settings.pageMax) {
      throw wrong(http, "page-default", "must be at most viesti.http.page-max");
    }
    return settings;
  }

  private static @Nullable Tls tls(Config http) {
    String certificate = http.getString("tls.certificate");
    String key = http.getString("tls.key");
    if (certificate.isEmpty() != key.isEmpty()) {
      throw wrong(http, "tls", "set certificate and key both, or neither");
    }
    return certificate.isEmpty() ? null : new Tls(certificate, key);
  }

  private static int between(Config http, String key, int least, int most) {
    int value = http.getInt(key);
    if (value < least || value > most) {
      throw wrong(http, key, "must be " + least + " to " + most);
    }
    return value;
  }

  private static ConfigException wrong(Config http, String key, String sentence) {
    return new ConfigException.BadValue(http.origin(), "viesti.http." + key, sentence);
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
