package org.viesti.edge;

import com.typesafe.config.Config;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.viesti.settings.SectionSettings;

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
  public record Tls(String certificate, String key) {
    /** Those of a section's {@code tls}; null: it speaks none. */
    public static @Nullable Tls from(SectionSettings section) {
      String certificate = section.textOrNone("tls.certificate");
      String key = section.textOrNone("tls.key");
      if (certificate == null && key == null) {
        return null;
      }
      if (certificate == null || key == null) {
        throw section.wrong("tls", "set certificate and key both, or neither");
      }
      return new Tls(certificate, key);
    }
  }

  public static LiveSettings from(Config root) {
    SectionSettings live = SectionSettings.of(root, "live");
    LiveSettings settings =
        new LiveSettings(
            live.text("host"),
            live.number("port", 0, 65_535),
            live.number("threads", 0, 1024),
            (int) live.bytes("max-frame-bytes", 1024, 16 << 20),
            live.time("hello-timeout", Duration.ofMillis(1), Duration.ofMinutes(10)),
            live.time("hello-grace", Duration.ZERO, Duration.ofMinutes(10)),
            live.flag("deflate"),
            (int) live.bytes("deflate-threshold", 0, 16 << 20),
            Tls.from(live));
    if (settings.helloGrace().compareTo(settings.helloTimeout()) >= 0) {
      throw live.wrong("hello-grace", "must be less than viesti.live.hello-timeout");
    }
    return settings;
  }

  /** The same for another listener. */
  public LiveSettings at(String otherHost, int otherPort) {
    return new LiveSettings(
        otherHost,
        otherPort,
        threads,
        maxFrameBytes,
        helloTimeout,
        helloGrace,
        deflate,
        deflateThreshold,
        tls);
  }
}
