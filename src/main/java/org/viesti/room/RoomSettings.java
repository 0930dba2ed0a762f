package org.viesti.room;

import com.typesafe.config.Config;
import java.time.Duration;

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

  public static RoomSettings from(Config viesti) {
    Config room = viesti.getConfig("room");
    return new RoomSettings(
        room.getInt("max-members"),
        room.getInt("max-text-length"),
        room.getInt("max-mentions"),
        room.getInt("posts-per-second"),
        room.getInt("posts-burst"),
        room.getInt("posts-per-user-per-second"),
        room.getInt("posts-per-user-burst"),
        room.getInt("snapshot-every"),
        room.getInt("signals-up-to-members"),
        viesti.getInt("push.mentions-only-above-members"),
        room.getInt("delivered-up-to-members"),
        room.getDuration("ask-timeout"));
  }
}
