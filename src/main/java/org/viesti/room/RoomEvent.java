package org.viesti.room;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.Stored;
import org.viesti.protocol.Payload;

/**
 * What is in a room's log. {@code at} is milliseconds since 1970, {@code by} a user id, {@code
 * prev} the position of the entry before it that readers see, {@code target} the position of an
 * older entry.
 */
public sealed interface RoomEvent extends Stored {

  /** An entry that readers see. */
  sealed interface Visible extends RoomEvent {
    long at();

    String by();

    long prev();
  }

  record NewMember(String user, String role) {}

  record Created(
      long at,
      String by,
      long prev,
      String type,
      String name,
      @Nullable String description,
      boolean isPrivate,
      @Nullable Map<String, Object> metadata,
      List<NewMember> members)
      implements Visible {}

  /** Absent fields are as they were. */
  record Updated(
      long at,
      String by,
      long prev,
      @Nullable String name,
      @Nullable String description,
      @Nullable Boolean isPrivate,
      @Nullable Map<String, Object> metadata)
      implements Visible {}

  record Deleted(long at, String by, long prev) implements Visible {}

  record MembersAdded(long at, String by, long prev, List<NewMember> members) implements Visible {}

  record MembersRemoved(long at, String by, long prev, List<String> users, @Nullable String reason)
      implements Visible {}

  /** Out, and out until unbanned. */
  record Banned(long at, String by, long prev, String user, @Nullable String reason)
      implements Visible {}

  record Unbanned(long at, String by, long prev, String user) implements Visible {}

  record RoleChanged(long at, String by, long prev, String user, String role) implements Visible {}

  record Posted(
      long at,
      String by,
      @Nullable String device,
      long prev,
      String clientId,
      Payload payload,
      long replyTo,
      @Nullable List<String> mentions)
      implements Visible {
    @Override
    public String author() {
      return by;
    }
  }

  /** Stands where a post (or, with a target, an edit) was whose content has been redacted. */
  record Erased(long at, String by, long prev, @Nullable String clientId, long target)
      implements Visible {}

  record Edited(
      long at, String by, long prev, long target, Payload payload, @Nullable List<String> mentions)
      implements Visible {}

  record Redacted(long at, String by, long prev, long target, @Nullable String reason)
      implements Visible {}

  record Reacted(long at, String by, long prev, long target, String reaction, boolean add)
      implements Visible {}

  /** A post was put where members find it, or taken from there. */
  record Pinned(long at, String by, long prev, long target, boolean pinned) implements Visible {}

  /**
   * A member's wish to hear of posts.
   *
   * @param wish label of a {@link org.viesti.routing.Wish}
   * @param version of two of a user, the greater is the later
   */
  record Wanted(String wish, long version) {}

  /**
   * These users have answered the change of their membership at that position, some with a wish to
   * hear of posts.
   */
  record Told(Map<String, Long> users, @Nullable Map<String, Wanted> wishes) implements RoomEvent {
    Map<String, Wanted> wishesOrNone() {
      return wishes == null ? Map.of() : wishes;
    }
  }

  record Wished(String user, Wanted wanted) implements RoomEvent {}

  /** The content that {@code target}'s redaction was about is out of the journal. */
  record ErasureDone(long target) implements RoomEvent {}
}
