package org.viesti.routing;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Who of a shared subscription's group gets a message. */
public enum SharedStrategy {
  /** They take turns. */
  ROUND_ROBIN,
  /** Always the same one, as long as it is there: all nodes agree on it. */
  STICKY,
  /** What one client publishes goes to one of them. */
  HASH_CLIENT,
  /** What is published to one topic goes to one of them. */
  HASH_TOPIC,
  /**
   * The one with the fewest messages that it is not done with; between nodes they take turns, for
   * none knows another's.
   */
  LEAST_PENDING;

  /** As settings name it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static @Nullable SharedStrategy of(String label) {
    for (SharedStrategy each : values()) {
      if (each.label().equals(label)) {
        return each;
      }
    }
    return null;
  }

  public static String labels() {
    return Arrays.stream(values()).map(SharedStrategy::label).collect(Collectors.joining(", "));
  }
}
