package org.viesti.room;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;
import org.viesti.room.RoomEvent.NewMember;

/**
 * A room's memory. Posts themselves are not in it, so that its size is that of its membership.
 *
 * @param seq the log's last position
 * @param head the last position that readers see; 0 before the room is made
 * @param posted what each sender posted last, so that a retry is answered and not repeated
 * @param untold users who have not yet answered the change of their membership at that position
 * @param wishes which members want to hear of posts
 * @param erasures redacted positions whose content may still be in the journal
 */
record RoomState(
    long seq,
    long head,
    long lastAt,
    Status status,
    RoomType type,
    String name,
    @Nullable String description,
    boolean isPrivate,
    Map<String, Object> metadata,
    long createdAt,
    String createdBy,
    PMap<String, Member> members,
    PMap<String, String> banned,
    PMap<String, Sent> posted,
    PMap<String, Long> untold,
    Wishes wishes,
    PMap<Long, Long> erasures) {

  enum Status {
    ABSENT,
    OPEN,
    DELETED
  }

  /**
   * @param seq of the entry that made it a member
   */
  record Member(Role role, long joinedAt, long seq) {}

  static final RoomState EMPTY =
      new RoomState(
          0,
          0,
          0,
          Status.ABSENT,
          RoomType.GROUP,
          "",
          null,
          true,
          Map.of(),
          0,
          "",
          HashTreePMap.empty(),
          HashTreePMap.empty(),
          HashTreePMap.empty(),
          HashTreePMap.empty(),
          Wishes.NONE,
          HashTreePMap.empty());

  boolean isOpen() {
    return status == Status.OPEN;
  }

  @Nullable Member member(String user) {
    return members.get(user);
  }

  long owners() {
    return members.values().stream().filter(member -> member.role() == Role.OWNER).count();
  }

  /** The state after one more event. */
  RoomState grown(RoomEvent event) {
    RoomState next = counted(event);
    return switch (event) {
      case RoomEvent.Created e -> next.created(e).entered(e.members(), e.at());
      case RoomEvent.Updated e -> next.updated(e);
      case RoomEvent.Deleted e -> next.deleted();
      case RoomEvent.MembersAdded e -> next.entered(e.members(), e.at());
      case RoomEvent.MembersRemoved e -> next.without(e.users());
      case RoomEvent.Banned e ->
          next.without(List.of(e.user()))
              .withBanned(next.banned.plus(e.user(), e.reason() == null ? "" : e.reason()));
      case RoomEvent.Unbanned e -> next.withBanned(next.banned.minus(e.user()));
      case RoomEvent.RoleChanged e -> next.withRole(e.user(), Role.parse(e.role()));
      case RoomEvent.Posted e -> next.remembering(e.by(), e.device(), e.clientId(), e.at());
      case RoomEvent.Erased e ->
          e.clientId() == null ? next : next.remembering(e.by(), null, e.clientId(), e.at());
      case RoomEvent.Edited e -> next;
      case RoomEvent.Redacted e -> next.withErasures(next.erasures.plus(e.target(), next.seq));
      case RoomEvent.Reacted e -> next;
      case RoomEvent.Pinned e -> next;
      case RoomEvent.Told e -> next.told(e.users()).wishing(e.wishesOrNone());
      case RoomEvent.Wished e -> next.wishing(Map.of(e.user(), e.wanted()));
      case RoomEvent.ErasureDone e -> next.withErasures(next.erasures.minus(e.target()));
    };
  }

  private RoomState counted(RoomEvent event) {
    long now = seq + 1;
    return event instanceof RoomEvent.Visible visible
        ? at(now, now, visible.at())
        : at(now, head, lastAt);
  }

  private RoomState at(long newSeq, long newHead, long at) {
    return new RoomState(
        newSeq,
        newHead,
        at,
        status,
        type,
        name,
        description,
        isPrivate,
        metadata,
        createdAt,
        createdBy,
        members,
        banned,
        posted,
        untold,
        wishes,
        erasures);
  }

  private RoomState created(RoomEvent.Created e) {
    return new RoomState(
        seq,
        head,
        lastAt,
        Status.OPEN,
        RoomType.parse(e.type()),
        e.name(),
        e.description(),
        e.isPrivate(),
        e.metadata() == null ? Map.of() : e.metadata(),
        e.at(),
        e.by(),
        members,
        banned,
        posted,
        untold,
        wishes,
        erasures);
  }

  private RoomState updated(RoomEvent.Updated e) {
    return new RoomState(
        seq,
        head,
        lastAt,
        status,
        type,
        e.name() == null ? name : e.name(),
        e.description() == null ? description : e.description(),
        e.isPrivate() == null ? isPrivate : e.isPrivate(),
        e.metadata() == null ? metadata : e.metadata(),
        createdAt,
        createdBy,
        members,
        banned,
        posted,
        untold,
        wishes,
        erasures);
  }

  private RoomState deleted() {
    PMap<String, Long> all = untold;
    for (String user : members.keySet()) {
      all = all.plus(user, seq);
    }
    return new RoomState(
        seq,
        head,
        lastAt,
        Status.DELETED,
        type,
        name,
        description,
        isPrivate,
        metadata,
        createdAt,
        createdBy,
        HashTreePMap.empty(),
        banned,
        HashTreePMap.empty(),
        all,
        Wishes.NONE,
        erasures);
  }

  private RoomState withMembers(PMap<String, Member> newMembers, PMap<String, Long> newUntold) {
    return new RoomState(
        seq,
        head,
        lastAt,
        status,
        type,
        name,
        description,
        isPrivate,
        metadata,
        createdAt,
        createdBy,
        newMembers,
        banned,
        posted,
        newUntold,
        wishes,
        erasures);
  }

  private RoomState entered(List<NewMember> entering, long when) {
    PMap<String, Member> grown = members;
    PMap<String, Long> tell = untold;
    for (NewMember member : entering) {
      grown = grown.plus(member.user(), new Member(Role.parse(member.role()), when, seq));
      tell = tell.plus(member.user(), seq);
    }
    return withMembers(grown, tell);
  }

  private RoomState without(List<String> users) {
    PMap<String, Long> tell = untold;
    for (String user : users) {
      tell = tell.plus(user, seq);
    }
    return withMembers(members.minusAll(users), tell).withWishes(wishes.without(users));
  }

  private RoomState withRole(String user, Role role) {
    Member member = members.get(user);
    return member == null
        ? this
        : withMembers(
            members.plus(user, new Member(role, member.joinedAt(), member.seq())),
            untold.plus(user, seq));
  }

  private RoomState told(Map<String, Long> users) {
    PMap<String, Long> left = untold;
    for (Map.Entry<String, Long> told : users.entrySet()) {
      if (told.getValue().equals(left.get(told.getKey()))) {
        left = left.minus(told.getKey());
      }
    }
    return withMembers(members, left);
  }

  private RoomState wishing(Map<String, RoomEvent.Wanted> wanted) {
    Wishes changed = wishes;
    for (Map.Entry<String, RoomEvent.Wanted> entry : wanted.entrySet()) {
      if (members.containsKey(entry.getKey())) {
        changed = changed.with(entry.getKey(), entry.getValue());
      }
    }
    return withWishes(changed);
  }

  private RoomState withWishes(Wishes newWishes) {
    return new RoomState(
        seq,
        head,
        lastAt,
        status,
        type,
        name,
        description,
        isPrivate,
        metadata,
        createdAt,
        createdBy,
        members,
        banned,
        posted,
        untold,
        newWishes,
        erasures);
  }

  private RoomState withBanned(PMap<String, String> newBanned) {
    return new RoomState(
        seq,
        head,
        lastAt,
        status,
        type,
        name,
        description,
        isPrivate,
        metadata,
        createdAt,
        createdBy,
        members,
        newBanned,
        posted,
        untold,
        wishes,
        erasures);
  }

  private RoomState withErasures(PMap<Long, Long> newErasures) {
    return new RoomState(
        seq,
        head,
        lastAt,
        status,
        type,
        name,
        description,
        isPrivate,
        metadata,
        createdAt,
        createdBy,
        members,
        banned,
        posted,
        untold,
        wishes,
        newErasures);
  }

  private RoomState remembering(
      String sender, @Nullable String device, String clientId, long when) {
    Sent sent = posted.getOrDefault(sender, Sent.NONE).and(device, clientId, seq, when);
    return new RoomState(
        seq,
        head,
        lastAt,
        status,
        type,
        name,
        description,
        isPrivate,
        metadata,
        createdAt,
        createdBy,
        members,
        banned,
        posted.plus(sender, sent),
        untold,
        wishes,
        erasures);
  }
}
