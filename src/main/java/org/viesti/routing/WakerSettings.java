package org.viesti.routing;

import com.typesafe.config.Config;
import java.time.Duration;

/** The settings of {@code viesti.wake-up}; reference.conf says what each means. */
public record WakerSettings(Duration every, int atOnce, Duration grace) {
  public static WakerSettings from(Config viesti) {
    Config wakeUp = viesti.getConfig("wake-up");
    return new WakerSettings(
        wakeUp.getDuration("every"), wakeUp.getInt("at-once"), wakeUp.getDuration("grace"));
  }
}
