package org.viesti.room;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.Body;
import org.viesti.protocol.Message;
import org.viesti.protocol.RoomId;
import org.viesti.protocol.RoomView;

/** A room's entries and state as readers see them. */
final class RoomMessages {
  private RoomMessages() {}

  static Message of(RoomId room, long seq, RoomEvent.Visible event) {
    return new Message(
        room.topic(),
        seq,
        event.prev(),
        room.messageId(seq),
        event.at(),
        event.by(),
        event instanceof RoomEvent.Posted posted ? posted.device() : null,
        body(room, event));
  }

  private static Body body(RoomId room, RoomEvent.Visible event) {
    return switch (event) {
      case RoomEvent.Posted e ->
          new Body.Post(
              e.payload(),
              e.clientId(),
              e.replyTo() == 0 ? null : room.messageId(e.replyTo()),
              e.mentions());
      case RoomEvent.Erased e -> new Body.Erased();
      case RoomEvent.Edited e ->
          new Body.Edit(room.messageId(e.target()), e.payload(), e.mentions());
      case RoomEvent.Redacted e -> new Body.Redaction(room.messageId(e.target()), e.reason());
      case RoomEvent.Reacted e ->
          new Body.Reaction(room.messageId(e.target()), e.reaction(), e.add());
      case RoomEvent.Pinned e ->
          change(
              e.pinned() ? "message_pinned" : "message_unpinned",
              null,
              Map.of("message", room.messageId(e.target())));
      case RoomEvent.Created e -> change("created", users(e.members()), null);
      case RoomEvent.Updated e -> change("updated", null, updated(e));
      case RoomEvent.Deleted e -> change("deleted", null, null);
      case RoomEvent.MembersAdded e -> change("members_added", users(e.members()), null);
      case RoomEvent.MembersRemoved e -> change("members_removed", e.users(), why(e.reason()));
      case RoomEvent.Banned e -> change("banned", List.of(e.user()), why(e.reason()));
      case RoomEvent.Unbanned e -> change("unbanned", List.of(e.user()), null);
      case RoomEvent.RoleChanged e ->
          change("role_changed", List.of(e.user()), Map.of("role", e.role()));
    };
  }

  private static Body change(
      String action, @Nullable List<String> targets, @Nullable Map<String, Object> details) {
    return new Body.RoomChange(action, targets, details);
  }

  private static @Nullable Map<String, Object> why(@Nullable String reason) {
    return reason == null ? null : Map.of("reason", reason);
  }

  /** A large room's first members are a page of the member list, not part of an entry. */
  private static @Nullable List<String> users(List<RoomEvent.NewMember> members) {
    return members.size() > 100 ? null : members.stream().map(RoomEvent.NewMember::user).toList();
  }

  private static Map<String, Object> updated(RoomEvent.Updated e) {
    Map<String, Object> details = new TreeMap<>();
    if (e.name() != null) {
      details.put("name", e.name());
    }
    if (e.description() != null) {
      details.put("description", e.description());
    }
    if (e.isPrivate() != null) {
      details.put("is_private", e.isPrivate());
    }
    if (e.metadata() != null) {
      details.put("metadata", e.metadata());
    }
    return details;
  }

  static RoomCommand.Done view(RoomId room, RoomState state, RoomCommand.By by) {
    RoomState.Member caller = state.member(by.user());
    return new RoomCommand.Done(
        new RoomView(
            room.id(),
            state.type().label(),
            state.name(),
            state.description(),
            state.isPrivate(),
            state.metadata(),
            state.createdAt(),
            state.createdBy(),
            state.members().size(),
            state.head()),
        caller == null ? null : caller.role().label());
  }

  static RoomCommand.Members page(RoomState state, @Nullable String after, int limit) {
    List<String> users =
        state.members().keySet().stream()
            .filter(user -> after == null || user.compareTo(after) > 0)
            .sorted()
            .limit(limit + 1L)
            .toList();
    List<RoomView.Member> members = new ArrayList<>();
    for (String user : users.subList(0, Math.min(limit, users.size()))) {
      RoomState.Member member = state.members().get(user);
      if (member != null) {
        members.add(new RoomView.Member(user, member.role().label(), member.joinedAt()));
      }
    }
    return new RoomCommand.Members(members, users.size() > limit ? members.getLast().user() : null);
  }
}
