package org.viesti.user;

import com.typesafe.config.Config;
import java.time.Duration;

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

  public static UserSettings from(Config viesti) {
    Config user = viesti.getConfig("user");
    return new UserSettings(
        user.getInt("max-rooms"),
        user.getInt("max-connections"),
        user.getInt("max-devices"),
        user.getInt("max-presence-watchers"),
        user.getDuration("presence-quiet"),
        user.getDuration("passivate-after"),
        user.getInt("snapshot-every"),
        user.getDuration("ask-timeout"));
  }
}
