package org.viesti.room;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Payload;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.room.RoomCommand.By;

/**
 * What is allowed in a room: pure, from a state and a request to the event that follows, to null
 * where nothing is to be done (it was done already), or to a {@link Refused}.
 */
final class RoomRules {
  private final RoomSettings settings;

  RoomRules(RoomSettings settings) {
    this.settings = settings;
  }

  /** An outsider is not told whether a private room exists. */
  void mayLook(RoomState state, By by) {
    if (state.status() == RoomState.Status.DELETED) {
      throw new Refused(ErrorCode.GONE, "the room was deleted");
    }
    boolean visible =
        state.isOpen()
            && (by.operator()
                || state.member(by.user()) != null
                || (!state.isPrivate() && !state.banned().containsKey(by.user())));
    if (!visible) {
      throw new Refused(ErrorCode.NOT_FOUND, "no such room, or you are not in it");
    }
  }

  private Role role(RoomState state, By by) {
    mayLook(state, by);
    RoomState.Member member = state.member(by.user());
    if (by.operator()) {
      return Role.OWNER;
    }
    if (member == null) {
      throw new Refused(ErrorCode.PERMISSION_DENIED, "you are not a member of this room");
    }
    return member.role();
  }

  private Role need(RoomState state, By by, Permission permission) {
    Role role = role(state, by);
    // An operator mends what nobody inside may: also where the table says nobody.
    if (!by.operator() && !permission.allows(state.type(), role)) {
      throw new Refused(
          ErrorCode.PERMISSION_DENIED,
          "a "
              + role.label()
              + " may not "
              + permission.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ')
              + " in a "
              + state.type().label()
              + " room");
    }
    return role;
  }

  @Nullable RoomEvent create(RoomState state, RoomCommand.Create create, long at) {
    String by = create.by().user();
    if (state.status() == RoomState.Status.DELETED) {
      throw new Refused(ErrorCode.GONE, "a room of this id was deleted; choose another id");
    }
    RoomType type = RoomType.parse(create.type());
    if (state.isOpen()) {
      boolean repeat =
          (state.createdBy().equals(by) || type == RoomType.DIRECT && state.member(by) != null)
              && state.type() == type;
      if (repeat) {
        return null;
      }
      throw new Refused(ErrorCode.ALREADY_EXISTS, "a room of this id exists");
    }
    List<RoomEvent.NewMember> members = new ArrayList<>();
    members.add(
        new RoomEvent.NewMember(by, (type == RoomType.DIRECT ? Role.MEMBER : Role.OWNER).label()));
    Set<String> seen = new HashSet<>(Set.of(by));
    for (RoomEvent.NewMember member : create.members()) {
      Role role = Role.parse(member.role());
      if (seen.add(member.user())) {
        members.add(
            type == RoomType.DIRECT
                ? new RoomEvent.NewMember(member.user(), Role.MEMBER.label())
                : new RoomEvent.NewMember(member.user(), role.label()));
      }
    }
    if (type == RoomType.DIRECT && members.size() != 2) {
      throw new Refused(
          ErrorCode.INVALID_ARGUMENT, "a direct room has exactly one member besides its maker");
    }
    room(members.size());
    return new RoomEvent.Created(
        at,
        by,
        state.head(),
        type.label(),
        create.name(),
        create.description(),
        type == RoomType.DIRECT || create.isPrivate(),
        create.metadata(),
        members);
  }

  private void room(int members) {
    if (members > settings.maxMembers()) {
      throw new Refused(
          new Refusal(
              ErrorCode.LIMIT_EXCEEDED,
              "a room holds at most " + settings.maxMembers() + " members",
              "viesti.room.max-members",
              null));
    }
  }

  RoomEvent update(RoomState state, RoomCommand.Update update, long at) {
    need(state, update.by(), Permission.UPDATE);
    if (state.type() == RoomType.DIRECT && Boolean.FALSE.equals(update.isPrivate())) {
      throw new Refused(ErrorCode.FAILED_PRECONDITION, "a direct room is private");
    }
    return new RoomEvent.Updated(
        at,
        update.by().user(),
        state.head(),
        update.name(),
        update.description(),
        update.isPrivate(),
        update.metadata());
  }

  RoomEvent delete(RoomState state, RoomCommand.Delete delete, long at) {
    need(state, delete.by(), Permission.DELETE);
    return new RoomEvent.Deleted(at, delete.by().user(), state.head());
  }

  @Nullable RoomEvent add(RoomState state, RoomCommand.AddMembers add, long at) {
    List<RoomEvent.NewMember> entering = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    Role granter = isJoining(state, add) ? Role.MEMBER : need(state, add.by(), Permission.ADD);
    for (RoomEvent.NewMember member : add.members()) {
      Role role = Role.parse(member.role());
      if (role.outranks(granter)) {
        throw new Refused(
            ErrorCode.PERMISSION_DENIED, "nobody may grant a role above its own: " + role.label());
      }
      if (state.banned().containsKey(member.user())) {
        throw new Refused(ErrorCode.FAILED_PRECONDITION, member.user() + " is banned; unban first");
      }
      if (state.member(member.user()) == null && seen.add(member.user())) {
        entering.add(new RoomEvent.NewMember(member.user(), role.label()));
      }
    }
    room(state.members().size() + entering.size());
    return entering.isEmpty()
        ? null
        : new RoomEvent.MembersAdded(at, add.by().user(), state.head(), entering);
  }

  /** Anyone may walk into a public room, by itself and as a member. */
  private boolean isJoining(RoomState state, RoomCommand.AddMembers add) {
    mayLook(state, add.by());
    return !state.isPrivate()
        && state.member(add.by().user()) == null
        && add.members().size() == 1
        && add.members().getFirst().user().equals(add.by().user());
  }

  @Nullable RoomEvent remove(RoomState state, RoomCommand.RemoveMembers remove, long at) {
    Set<String> leaving = new HashSet<>();
    for (String user : remove.users()) {
      RoomState.Member member = state.member(user);
      if (user.equals(remove.by().user())) {
        mayLook(state, remove.by());
      } else {
        Role role = need(state, remove.by(), Permission.REMOVE);
        if (member != null) {
          needRank(remove.by(), role, member);
        }
      }
      if (member != null) {
        leaving.add(user);
      }
    }
    needAnOwnerLeft(state, leaving);
    return leaving.isEmpty()
        ? null
        : new RoomEvent.MembersRemoved(
            at, remove.by().user(), state.head(), List.copyOf(leaving), null);
  }

  private static void needRank(By by, Role role, RoomState.Member member) {
    if (!by.operator() && role != Role.OWNER && !role.outranks(member.role())) {
      throw new Refused(
          ErrorCode.PERMISSION_DENIED, "a " + member.role().label() + " ranks no lower than you");
    }
  }

  /** Whoever is last to own a room hands it on before leaving it. */
  private static void needAnOwnerLeft(RoomState state, Set<String> leaving) {
    boolean anOwnerLeaves =
        leaving.stream()
            .anyMatch(
                user -> {
                  RoomState.Member member = state.member(user);
                  return member != null && member.role() == Role.OWNER;
                });
    if (!anOwnerLeaves || state.members().size() == leaving.size()) {
      return;
    }
    boolean anOwnerStays =
        state.members().entrySet().stream()
            .anyMatch(
                entry ->
                    entry.getValue().role() == Role.OWNER && !leaving.contains(entry.getKey()));
    if (!anOwnerStays) {
      throw new Refused(
          ErrorCode.FAILED_PRECONDITION, "the last owner must make another one first");
    }
  }

  @Nullable RoomEvent ban(RoomState state, RoomCommand.Ban ban, long at) {
    Role role = need(state, ban.by(), Permission.BAN);
    RoomState.Member member = state.member(ban.user());
    if (ban.user().equals(ban.by().user())) {
      throw new Refused(ErrorCode.INVALID_ARGUMENT, "nobody can ban itself");
    }
    if (member != null) {
      needRank(ban.by(), role, member);
      needAnOwnerLeft(state, Set.of(ban.user()));
    }
    return state.banned().containsKey(ban.user())
        ? null
        : new RoomEvent.Banned(at, ban.by().user(), state.head(), ban.user(), ban.reason());
  }

  @Nullable RoomEvent unban(RoomState state, RoomCommand.Unban unban, long at) {
    need(state, unban.by(), Permission.BAN);
    return state.banned().containsKey(unban.user())
        ? new RoomEvent.Unbanned(at, unban.by().user(), state.head(), unban.user())
        : null;
  }

  @Nullable RoomEvent changeRole(RoomState state, RoomCommand.ChangeRole change, long at) {
    need(state, change.by(), Permission.CHANGE_ROLE);
    Role role = Role.parse(change.role());
    RoomState.Member member = state.member(change.user());
    if (member == null) {
      throw new Refused(ErrorCode.NOT_FOUND, change.user() + " is not a member of this room");
    }
    if (member.role() == role) {
      return null;
    }
    if (member.role() == Role.OWNER && state.owners() == 1) {
      throw new Refused(
          ErrorCode.FAILED_PRECONDITION, "the last owner must make another one first");
    }
    return new RoomEvent.RoleChanged(
        at, change.by().user(), state.head(), change.user(), role.label());
  }

  void mayPost(RoomState state, By by, RoomCommand.Draft draft) {
    need(state, by, Permission.POST);
    if (draft.payload() instanceof Payload.Moderation) {
      need(state, by, Permission.MODERATE);
    }
    text(draft.payload());
    mentions(draft.mentions());
    if (draft.replyToSeq() > state.seq()) {
      throw new Refused(ErrorCode.NOT_FOUND, "reply_to names no message of this room");
    }
  }

  private void text(Payload payload) {
    if (payload.textLength() > settings.maxTextLength()) {
      throw new Refused(
          new Refusal(
              ErrorCode.TOO_LARGE,
              "text is longer than " + settings.maxTextLength() + " characters",
              "viesti.room.max-text-length",
              null));
    }
  }

  private void mentions(@Nullable List<String> mentions) {
    if (mentions != null && mentions.size() > settings.maxMentions()) {
      throw new Refused(
          new Refusal(
              ErrorCode.LIMIT_EXCEEDED,
              "more than " + settings.maxMentions() + " mentions",
              "viesti.room.max-mentions",
              null));
    }
  }

  RoomEvent amend(RoomState state, RoomCommand.Amend amend, String author, long at) {
    By by = amend.by();
    boolean own = author.equals(by.user());
    return switch (amend) {
      case RoomCommand.Edit edit -> {
        need(state, by, Permission.POST);
        if (!own) {
          throw new Refused(ErrorCode.PERMISSION_DENIED, "only its sender may edit a message");
        }
        text(edit.payload());
        mentions(edit.mentions());
        yield new RoomEvent.Edited(
            at, by.user(), state.head(), edit.target(), edit.payload(), edit.mentions());
      }
      case RoomCommand.Redact redact -> {
        if (own) {
          role(state, by);
        } else {
          need(state, by, Permission.MODERATE);
        }
        yield new RoomEvent.Redacted(at, by.user(), state.head(), redact.target(), redact.reason());
      }
      case RoomCommand.React react -> {
        need(state, by, Permission.REACT);
        yield new RoomEvent.Reacted(
            at, by.user(), state.head(), react.target(), react.reaction(), react.add());
      }
      case RoomCommand.Pin pin -> {
        need(state, by, Permission.PIN);
        yield new RoomEvent.Pinned(at, by.user(), state.head(), pin.target(), pin.pinned());
      }
    };
  }

  /**
   * Typing and receipts of what was read: not in channels, and not in rooms so large that they are
   * noise.
   */
  boolean maySignal(RoomState state, By by) {
    return maySignal(state, by, settings.signalsUpToMembers());
  }

  /** Receipts of what was delivered: in the smallest rooms only. */
  boolean hearsOfDeliveries(RoomState state, By by) {
    return maySignal(state, by, settings.deliveredUpToMembers());
  }

  private static boolean maySignal(RoomState state, By by, int upToMembers) {
    RoomState.Member member = state.member(by.user());
    return state.isOpen()
        && member != null
        && Permission.SIGNAL.allows(state.type(), member.role())
        && state.members().size() <= upToMembers;
  }
}
