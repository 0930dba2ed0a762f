package org.viesti.platform;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.viesti.security.DevelopmentKey;
import org.viesti.security.SecretBox;
import org.viesti.settings.SectionSettings;

/**
 * The gateway's settings, {@code viesti.gateway}.
 *
 * @param key the cluster's, which seals those of sessions; null: a development key is used
 * @param grace how long a session waits for a client that was cut off
 * @param window jobs of a connection that are not done, and events that it has not taken
 * @param keep outcomes and events that are told again to a client that was cut off
 * @param jobsAtOnce of one actor, on a platform that is not persistent
 * @param jobTimeout whatever longer time a platform allows
 * @param retries of a job that may succeed later
 * @param maxPlatformSessions on this node; 0: any number
 * @param memoryActors of a client of which it is remembered in which dialect it spoke of them
 * @param memoryCharacters of all objects that a client wants known by their ids
 * @param snapshotEvery entries of a session's log
 */
public record GatewaySettings(
    byte @Nullable [] key,
    Path developmentKeyFile,
    Set<String> off,
    Duration grace,
    int window,
    int keep,
    int jobsAtOnce,
    Duration jobTimeout,
    int retries,
    Duration retryFirst,
    Duration retryMax,
    int maxPlatformSessions,
    int memoryActors,
    long memoryCharacters,
    int snapshotEvery,
    Map<String, Map<String, String>> platforms) {

  public static GatewaySettings from(Config root) {
    SectionSettings gateway = SectionSettings.of(root, "gateway");
    return new GatewaySettings(
        key(gateway, SectionSettings.of(root, "auth")),
        Path.of(gateway.text("development-key-file")),
        new HashSet<>(gateway.texts("off")),
        gateway.time("grace", Duration.ZERO, Duration.ofDays(1)),
        gateway.number("window", 1, 100_000),
        gateway.number("keep", 0, 100_000),
        gateway.number("jobs-at-once", 1, 10_000),
        gateway.time("job-timeout", Duration.ofMillis(1), Duration.ofHours(1)),
        gateway.number("retry.tries", 0, 1000),
        gateway.time("retry.first", Duration.ofMillis(1), Duration.ofHours(1)),
        gateway.time("retry.max", Duration.ofMillis(1), Duration.ofDays(1)),
        gateway.number("max-platform-sessions", 0, 1_000_000),
        gateway.number("memory.actors", 0, 1_000_000),
        gateway.bytes("memory.objects", 0, 64 << 20),
        gateway.number("snapshot-every", 1, 1_000_000),
        gateway.open("platforms"));
  }

  private static byte @Nullable [] key(SectionSettings gateway, SectionSettings auth) {
    String given = gateway.textOrNone("key");
    if (given == null) {
      if (auth.text("mode").equals("production")) {
        throw gateway.wrong("key", "must be set where viesti.auth.mode is production");
      }
      return null;
    }
    try {
      byte[] key = Base64.getDecoder().decode(given);
      if (key.length == SecretBox.KEY) {
        return key;
      }
    } catch (IllegalArgumentException e) {
      // told below
    }
    throw gateway.wrong("key", "must be " + SecretBox.KEY + " bytes in base64");
  }

  /** The cluster's own; made if there is none and it need not be given. */
  SecretBox clusterKey() {
    return new SecretBox(key == null ? DevelopmentKey.at(developmentKeyFile) : key);
  }

  boolean isOn(String platform) {
    return !off.contains(platform);
  }

  /** What a platform is told. */
  Map<String, String> of(String platform) {
    return platforms.getOrDefault(platform, Map.of());
  }

  /** How long a job may take. */
  Duration timeoutOf(Platform.Description platform) {
    return platform.timeout().compareTo(jobTimeout) < 0 ? platform.timeout() : jobTimeout;
  }

  /** After so many tries. */
  Duration retryAfter(int tries) {
    Duration doubled = retryFirst.multipliedBy(1L << Math.min(tries - 1, 20));
    return doubled.compareTo(retryMax) < 0 ? doubled : retryMax;
  }
}
