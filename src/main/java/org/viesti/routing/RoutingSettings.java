package org.viesti.routing;

import com.typesafe.config.Config;
import java.time.Duration;
import org.viesti.settings.SectionSettings;

/**
 * The settings of {@code viesti.routing}, and how {@code viesti.topics} are shared; reference.conf
 * says what each means.
 */
public record RoutingSettings(
    int tailMessages, long tailBytes, Duration compareEvery, SharedStrategies shared) {
  public static RoutingSettings from(Config root) {
    SectionSettings routing = SectionSettings.of(root, "routing");
    return new RoutingSettings(
        routing.number("tail-messages", 0, 1_000_000),
        routing.bytes("tail-bytes", 0, 64L << 30),
        routing.time("compare-every", Duration.ofMillis(1), Duration.ofHours(1)),
        SharedStrategies.from(root));
  }
}
