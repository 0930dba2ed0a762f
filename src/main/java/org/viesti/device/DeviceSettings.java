package org.viesti.device;

import com.typesafe.config.Config;
import java.time.Duration;

/** The settings of {@code viesti.device}; reference.conf says what each means. */
public record DeviceSettings(Duration passivateAfter, int snapshotEvery, Duration askTimeout) {
  public static DeviceSettings from(Config viesti) {
    Config device = viesti.getConfig("device");
    return new DeviceSettings(
        device.getDuration("passivate-after"),
        device.getInt("snapshot-every"),
        device.getDuration("ask-timeout"));
  }
}
