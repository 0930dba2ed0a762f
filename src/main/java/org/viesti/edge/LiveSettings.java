package org.viesti.edge;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The live listener's settings, {@code viesti.live}.
 *
 * @param port 0 takes any free one
 * @param threads 0: as many as processors
 * @param maxFrameBytes of a client's frame, also of one in fragments or compressed
 * @param helloTimeout from accept to an open stream
 * @param helloGrace how long a stream whose token came with the upgrade waits for a hello
 * @param deflateThreshold the smallest frame worth compressing, in bytes
 */
public record LiveSettings(
    String host,
    int port,
    int threads,
    int maxFrameBytes,
    Duration helloTimeout,
    Duration helloGrace,
    boolean deflate,
    int deflateThreshold,
    @Nullable Tls tls) {

  /** PEM files: the certificate chain, and its unencrypted PKCS#8 key. */
  public record Tls(String certificate, String key) {}

  public static LiveSettings from(Config root) {
    Config live = root.getConfig("viesti.live");
    return new LiveSettings(
        live.getString("host"),
        between(live, "port", 0, 65_535),
        between(live, "threads", 0, 1024),
        between(live, "max-frame-bytes", 1024, 16 << 20),
        live.getDuration("hello-timeout"),
        live.getDuration("hello-grace"),
        live.getBoolean("deflate"),
        between(live, "deflate-threshold", 0, 16 << 20),
        tls(live));
  }

  private static @Nullable Tls tls(Config live) {
    String certificate = live.getString("tls.certificate");
    String key = live.getString("tls.key");
    if (certificate.isEmpty() != key.isEmpty()) {
      throw new ConfigException.BadValue(
          live.origin(), "viesti.live.tls", "set certificate and key both, or neither");
    }
    return certificate.isEmpty() ? null : new Tls(certificate, key);
  }

  private static int between(Config live, String key, int least, int most) {
    int value = live.getInt(key);
    if (value < least || value > most) {
      throw new ConfigException.BadValue(
          live.origin(), "viesti.live." + key, "must be " + least + " to " + most);
    }
    return value;
  }
}
