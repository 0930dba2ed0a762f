package org.viesti.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a message is: a post, what became of an older one, or a change of the room or the user. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Body.Post.class, name = "post"),
  @JsonSubTypes.Type(value = Body.Erased.class, name = "erased"),
  @JsonSubTypes.Type(value = Body.Edit.class, name = "edit"),
  @JsonSubTypes.Type(value = Body.Redaction.class, name = "redaction"),
  @JsonSubTypes.Type(value = Body.Reaction.class, name = "reaction"),
  @JsonSubTypes.Type(value = Body.RoomChange.class, name = "room_change"),
  @JsonSubTypes.Type(value = Body.Membership.class, name = "membership"),
})
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public sealed interface Body {

  /**
   * Something a member said.
   *
   * @param clientId the sender's own id of it
   * @param replyTo id of the message it answers
   * @param mentions user ids; "*" is everyone in the room
   */
  record Post(
      Payload payload,
      @Nullable String clientId,
      @Nullable String replyTo,
      @Nullable List<String> mentions)
      implements Body {}

  /** The place of a post or an edit whose content was redacted: nothing of it is left. */
  record Erased() implements Body {}

  /** A post's new content. */
  record Edit(String target, Payload payload, @Nullable List<String> mentions) implements Body {}

  /** A post's content is gone. */
  record Redaction(String target, @Nullable String reason) implements Body {}

  /** With {@code add} the reaction is ensured, without it is ensured absent. */
  record Reaction(String target, String reaction, boolean add) implements Body {}

  /**
   * @param action created, updated, deleted, members_added, members_removed, banned, unbanned,
   *     role_changed, message_pinned or message_unpinned
   * @param targets user ids it happened to
   */
  record RoomChange(
      String action, @Nullable List<String> targets, @Nullable Map<String, Object> details)
      implements Body {}

  /**
   * On a user's own topic: the user is in a room ({@code joined}), or no longer.
   *
   * @param position of the room's entry that made it so
   */
  record Membership(String room, boolean joined, @Nullable String role, long position)
      implements Body {}
}
