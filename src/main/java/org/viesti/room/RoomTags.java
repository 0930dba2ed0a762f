package org.viesti.room;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.viesti.journal.History;

/** What a room's entries are found again by; {@link History} says how tags are made of it. */
final class RoomTags {
  private RoomTags() {}

  /** An entry about the older one at that position. */
  static String about(long target) {
    return "a:" + History.padded(target);
  }

  static String mention(String user) {
    return "m:" + user;
  }

  static String reply(long target) {
    return "t:" + History.padded(target);
  }

  static String pin(long target) {
    return "p:" + History.padded(target);
  }

  static Set<String> of(RoomEvent event) {
    return switch (event) {
      case RoomEvent.Posted posted -> ofPost(posted);
      case RoomEvent.Edited edited -> Set.of(about(edited.target()));
      case RoomEvent.Redacted redacted -> Set.of(about(redacted.target()));
      case RoomEvent.Reacted reacted -> Set.of(about(reacted.target()));
      case RoomEvent.Pinned pinned -> Set.of(about(pinned.target()), pin(pinned.target()));
      case RoomEvent.Created e -> Set.of();
      case RoomEvent.Updated e -> Set.of();
      case RoomEvent.Deleted e -> Set.of();
      case RoomEvent.MembersAdded e -> Set.of();
      case RoomEvent.MembersRemoved e -> Set.of();
      case RoomEvent.Banned e -> Set.of();
      case RoomEvent.Unbanned e -> Set.of();
      case RoomEvent.RoleChanged e -> Set.of();
      case RoomEvent.Erased e -> Set.of();
      case RoomEvent.Told e -> Set.of();
      case RoomEvent.Wished e -> Set.of();
      case RoomEvent.ErasureDone e -> Set.of();
    };
  }

  private static Set<String> ofPost(RoomEvent.Posted posted) {
    if (posted.replyTo() == 0 && posted.mentions() == null) {
      return Set.of();
    }
    Set<String> tags = new HashSet<>();
    if (posted.replyTo() > 0) {
      tags.add(reply(posted.replyTo()));
    }
    if (posted.mentions() != null) {
      tags.addAll(mentions(posted.by(), posted.mentions()));
    }
    return tags;
  }

  /**
   * A mention of everyone includes all others named, and says by whom it was, because nobody counts
   * as mentioned by itself.
   */
  private static Set<String> mentions(String by, List<String> mentioned) {
    if (mentioned.contains("*")) {
      return Set.of(mention("*"), mention("*/" + by));
    }
    Set<String> tags = new HashSet<>();
    for (String user : mentioned) {
      if (!user.equals(by)) {
        tags.add(mention(user));
      }
    }
    return tags;
  }
}
