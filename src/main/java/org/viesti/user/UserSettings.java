package org.viesti.user;

import com.typesafe.config.Config;
import java.time.Duration;
import org.viesti.settings.SectionSettings;

/** The settings of {@code viesti.user}; reference.conf says what each means. */
public record UserSettings(
    int maxRooms,
    int maxConnections,
    int maxDevices,
    int maxWatchers,
    Duration presenceQuiet,
    Duration passivateAfter,
    int snapshotEvery,
    Duration askTimeout) {

  public static UserSettings from(Config root) {
    SectionSettings user = SectionSettings.of(root, "user");
    return new UserSettings(
        user.number("max-rooms", 1, 1_000_000),
        user.number("max-connections", 1, 10_000),
        user.number("max-devices", 1, 10_000),
        user.number("max-presence-watchers", 0, 1_000_000),
        user.time("presence-quiet", Duration.ZERO, Duration.ofMinutes(1)),
        user.time("passivate-after", Duration.ofMillis(1), Duration.ofDays(1)),
        user.number("snapshot-every", 1, 1_000_000),
        user.time("ask-timeout", Duration.ofMillis(1), Duration.ofMinutes(5)));
  }
}
