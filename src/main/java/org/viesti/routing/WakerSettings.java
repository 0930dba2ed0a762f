package org.viesti.routing;

import com.typesafe.config.Config;
import java.time.Duration;
import org.viesti.settings.SectionSettings;

/** The settings of {@code viesti.wake-up}; reference.conf says what each means. */
public record WakerSettings(Duration every, int atOnce, Duration grace) {
  public static WakerSettings from(Config root) {
    SectionSettings wakeUp = SectionSettings.of(root, "wake-up");
    return new WakerSettings(
        wakeUp.time("every", Duration.ofMillis(1), Duration.ofHours(1)),
        wakeUp.number("at-once", 1, 100_000),
        wakeUp.time("grace", Duration.ZERO, Duration.ofHours(1)));
  }
}
