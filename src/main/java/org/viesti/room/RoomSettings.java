package org.viesti.room;

import com.typesafe.config.Config;
import java.time.Duration;
import org.viesti.settings.SectionSettings;

/** The settings of {@code viesti.room}; reference.conf says what each means. */
public record RoomSettings(
    int maxMembers,
    int maxTextLength,
    int maxMentions,
    int postsPerSecond,
    int postsBurst,
    int postsPerUserPerSecond,
    int postsPerUserBurst,
    int snapshotEvery,
    int signalsUpToMembers,
    int mentionsOnlyAbove,
    int deliveredUpToMembers,
    Duration askTimeout) {

  public static RoomSettings from(Config root) {
    SectionSettings room = SectionSettings.of(root, "room");
    return new RoomSettings(
        room.number("max-members", 2, 1_000_000),
        room.number("max-text-length", 1, 1_000_000),
        room.number("max-mentions", 0, 10_000),
        room.number("posts-per-second", 0, 1_000_000),
        room.number("posts-burst", 1, 10_000_000),
        room.number("posts-per-user-per-second", 0, 1_000_000),
        room.number("posts-per-user-burst", 1, 10_000_000),
        room.number("snapshot-every", 1, 1_000_000),
        room.number("signals-up-to-members", 0, 1_000_000),
        SectionSettings.of(root, "push").number("mentions-only-above-members", 0, 1_000_000),
        room.number("delivered-up-to-members", 0, 1_000_000),
        room.time("ask-timeout", Duration.ofMillis(1), Duration.ofMinutes(5)));
  }
}
