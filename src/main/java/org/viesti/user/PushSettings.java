package org.viesti.user;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

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

  public static PushSettings from(Config viesti) {
    Config push = viesti.getConfig("push");
    Config retry = push.getConfig("retry");
    Config named = push.getConfig("providers");
    Map<String, Map<String, String>> providers = new TreeMap<>();
    for (String name : named.root().keySet()) {
      Map<String, String> settings = new TreeMap<>();
      named
          .getConfig(name)
          .entrySet()
          .forEach(
              entry -> settings.put(entry.getKey(), String.valueOf(entry.getValue().unwrapped())));
      providers.put(name, settings);
    }
    return new PushSettings(
        push.getDuration("delay"),
        push.getDuration("call-delay"),
        push.getDuration("call-lifetime"),
        push.getInt("mentions-only-above-members"),
        push.getInt("preview-length"),
        retry.getDuration("first"),
        retry.getDuration("max"),
        retry.getInt("attempts"),
        providers);
  }

  /** A duration among a provider's own settings, such as {@code 10s}. */
  public static Duration duration(Map<String, String> settings, String key, Duration absent) {
    String value = settings.get(key);
    return value == null
        ? absent
        : ConfigFactory.parseMap(Map.of("value", value)).getDuration("value");
  }
}
