package org.viesti.edge;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Payload;
import org.viesti.protocol.Refused;
import org.viesti.protocol.RoomId;
import org.viesti.room.RoomType;
import org.viesti.room.Rooms;
import org.viesti.security.Principal;
import org.viesti.user.Users;

/** Calls about rooms and who is in them. */
public final class RoomCalls {
  private final CallSettings settings;
  private final Rooms rooms;
  private final Users users;

  RoomCalls(CallSettings settings, Rooms rooms, Users users) {
    this.settings = settings;
    this.rooms = rooms;
    this.users = users;
  }

  /**
   * A room to be; absent fields take the room's defaults.
   *
   * @param id absent: one is made up, or for a direct room derived from its two users
   */
  public record NewRoom(
      @Nullable String id,
      @Nullable String type,
      @Nullable String name,
      @Nullable String description,
      @Nullable Boolean isPrivate,
      @Nullable Map<String, Object> metadata,
      @Nullable List<Rooms.NewMember> members) {}

  /** What to change of a room; absent fields stay as they are. */
  public record Change(
      @Nullable String name,
      @Nullable String description,
      @Nullable Boolean isPrivate,
      @Nullable Map<String, Object> metadata) {}

  /** A page of the caller's rooms, by id; {@code next} is absent on the last. */
  public record RoomPage(List<Users.Summary> rooms, @Nullable String next) {}

  /** Makes a room; doing it again with the same id and type answers the same. */
  public CompletionStage<Rooms.Seen> create(Principal by, NewRoom room) {
    metadata(room.metadata());
    List<Rooms.NewMember> members = room.members() == null ? List.of() : room.members();
    return rooms.create(
        by,
        new Rooms.NewRoom(
            new RoomId(
                by.user().tenant(), room.id() == null ? idFor(by, room, members) : room.id()),
            room.type(),
            room.name(),
            room.description(),
            room.isPrivate(),
            room.metadata(),
            members));
  }

  private static String idFor(Principal by, NewRoom room, List<Rooms.NewMember> members) {
    if (!RoomType.DIRECT.label().equals(room.type()) || members.isEmpty()) {
      return UUID.randomUUID().toString();
    }
    String maker = by.user().id();
    return directId(
        maker,
        members.stream()
            .map(Rooms.NewMember::user)
            .filter(user -> !maker.equals(user))
            .findFirst()
            .orElse(maker));
  }

  /** The room of two people has one id, whoever of them makes it. */
  static String directId(String one, @Nullable String other) {
    if (other == null) {
      throw new Refused(ErrorCode.INVALID_ARGUMENT, "a member's user is missing");
    }
    boolean inOrder = one.compareTo(other) < 0;
    // A line break is in no user id, so that no two pairs read the same.
    String pair = inOrder ? one + "\n" + other : other + "\n" + one;
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(pair.getBytes(StandardCharsets.UTF_8));
      return "direct-" + Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** What one protocol takes, every other must be able to give. */
  private static void metadata(@Nullable Map<String, Object> metadata) {
    if (metadata != null) {
      try {
        new Payload.Data(metadata).validate();
      } catch (Refused refused) {
        throw new Refused(
            ErrorCode.INVALID_ARGUMENT,
            refused.refusal().detail().replace("data.data", "metadata"));
      }
    }
  }

  /** The caller's rooms; none of them is woken. */
  public CompletionStage<RoomPage> mine(
      Principal by, @Nullable Integer limit, @Nullable String cursor) {
    int most = settings.page(limit);
    return users
        .get(by.user())
        .thenCompose(
            profile -> {
              List<Users.Membership> rest =
                  profile.memberships().stream()
                      .filter(Users.Membership::isIn)
                      .filter(in -> cursor == null || in.room().compareTo(cursor) > 0)
                      .sorted(Comparator.comparing(Users.Membership::room))
                      .toList();
              List<Users.Membership> page = rest.subList(0, Math.min(most, rest.size()));
              String next = page.size() < rest.size() ? page.getLast().room() : null;
              return users
                  .summaries(by.user(), page)
                  .thenApply(summaries -> new RoomPage(summaries, next));
            });
  }

  public CompletionStage<Rooms.Seen> get(Principal by, String room) {
    return rooms.get(by, id(by, room));
  }

  public CompletionStage<Rooms.Seen> update(Principal by, String room, Change change) {
    metadata(change.metadata());
    if (change.name() != null && (change.name().isBlank() || change.name().length() > 200)) {
      throw new Refused(ErrorCode.INVALID_ARGUMENT, "name must have 1 to 200 characters");
    }
    return rooms.update(
        by,
        id(by, room),
        change.name(),
        change.description(),
        change.isPrivate(),
        change.metadata());
  }

  public CompletionStage<Rooms.Seen> delete(Principal by, String room) {
    return rooms.delete(by, id(by, room));
  }

  // Members.

  public CompletionStage<Rooms.MemberPage> members(
      Principal by, String room, @Nullable Integer limit, @Nullable String cursor) {
    return rooms.members(by, id(by, room), cursor, settings.page(limit));
  }

  public CompletionStage<Rooms.Seen> addMembers(
      Principal by, String room, @Nullable List<Rooms.NewMember> members) {
    if (members == null || members.isEmpty()) {
      throw new Refused(ErrorCode.INVALID_ARGUMENT, "members must name at least one user");
    }
    return rooms.addMembers(by, id(by, room), members);
  }

  /** Naming oneself, by id or as {@code me}, is to leave. */
  public CompletionStage<Rooms.Seen> removeMember(Principal by, String room, String user) {
    return rooms.removeMembers(
        by, id(by, room), List.of("me".equals(user) ? by.user().id() : user));
  }

  public CompletionStage<Rooms.Seen> changeRole(
      Principal by, String room, String user, @Nullable String role) {
    return rooms.changeRole(by, id(by, room), user, role == null ? "" : role);
  }

  public CompletionStage<Rooms.Seen> ban(
      Principal by, String room, String user, @Nullable String reason) {
    new org.viesti.protocol.UserId(by.user().tenant(), user);
    return rooms.ban(by, id(by, room), user, reason);
  }

  public CompletionStage<Rooms.Seen> unban(Principal by, String room, String user) {
    return rooms.unban(by, id(by, room), user);
  }

  static RoomId id(Principal by, String room) {
    return new RoomId(by.user().tenant(), room);
  }
}
