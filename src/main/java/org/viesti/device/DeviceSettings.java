package org.viesti.device;

import com.typesafe.config.Config;
import java.time.Duration;
import org.viesti.settings.SectionSettings;

/** The settings of {@code viesti.device}; reference.conf says what each means. */
public record DeviceSettings(Duration passivateAfter, int snapshotEvery, Duration askTimeout) {
  public static DeviceSettings from(Config root) {
    SectionSettings device = SectionSettings.of(root, "device");
    return new DeviceSettings(
        device.time("passivate-after", Duration.ofMillis(1), Duration.ofDays(1)),
        device.number("snapshot-every", 1, 1_000_000),
        device.time("ask-timeout", Duration.ofMillis(1), Duration.ofMinutes(5)));
  }
}
