package org.viesti.user;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Map;
import org.viesti.settings.SectionSettings;

/** The settings of {@code viesti.push}; reference.conf says what each means. */
public record PushSettings(
    Duration delay,
    Duration callDelay,
    Duration callLifetime,
    int mentionsOnlyAbove,
    int previewLength,
    Duration retryFirst,
    Duration retryMax,
    int retryAttempts,
    Map<String, Map<String, String>> providers) {

  public static PushSettings from(Config root) {
    SectionSettings push = SectionSettings.of(root, "push");
    PushSettings settings =
        new PushSettings(
            push.time("delay", Duration.ZERO, Duration.ofDays(1)),
            push.time("call-delay", Duration.ZERO, Duration.ofMinutes(10)),
            push.time("call-lifetime", Duration.ofMillis(1), Duration.ofHours(1)),
            push.number("mentions-only-above-members", 0, 1_000_000),
            push.number("preview-length", 0, 10_000),
            push.time("retry.first", Duration.ofMillis(1), Duration.ofHours(1)),
            push.time("retry.max", Duration.ofMillis(1), Duration.ofDays(1)),
            push.number("retry.attempts", 1, 10_000),
            push.open("providers"));
    if (settings.callLifetime().compareTo(settings.callDelay()) <= 0) {
      throw push.wrong("call-lifetime", "must be more than viesti.push.call-delay");
    }
    if (settings.retryMax().compareTo(settings.retryFirst()) < 0) {
      throw push.wrong("retry.max", "must be at least viesti.push.retry.first");
    }
    return settings;
  }

  /** A duration among a provider's own settings, such as {@code 10s}. */
  public static Duration duration(Map<String, String> settings, String key, Duration absent) {
    String value = settings.get(key);
    return value == null
        ? absent
        : ConfigFactory.parseMap(Map.of("value", value)).getDuration("value");
  }
}
