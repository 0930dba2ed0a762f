package org.viesti.user;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.Stored;
import org.viesti.protocol.MemberSettings;
import org.viesti.routing.Wish;

/**
 * A user's memory, and its snapshot.
 *
 * @param seq the log's last position
 * @param head the last position the user's devices see
 * @param pushes that devices are owed, by their keys
 */
record UserState(
    long seq,
    long head,
    @Nullable Map<String, Membership> rooms,
    @Nullable Map<String, Device> devices,
    int quietFrom,
    int quietTo,
    @Nullable Map<String, PendingPush> pushes)
    implements Stored {

  static final UserState EMPTY = new UserState(0, 0, Map.of(), Map.of(), -1, -1, Map.of());

  /**
   * What the user may see of a room, and what it wants of it.
   *
   * @param stays from where to where it was in the room, oldest first; the last may be open
   * @param told position of the last change the room told
   * @param read everything up to there has been read
   * @param heard what the room believes: which of its posts the user wants to hear of
   * @param notified position of the last post that a push was queued for
   */
  record Membership(
      List<Stay> stays,
      long told,
      @Nullable String role,
      long read,
      @Nullable MemberSettings settings,
      @Nullable String heard,
      @Nullable Long notified) {
    /** Stays of users that come and go for ever are forgotten beyond these. */
    private static final int STAYS_AT_MOST = 8;

    @JsonIgnore
    boolean isIn() {
      return stays.getLast().until() == 0;
    }

    /** Who comes back has nothing unread from before: it could not count what it may not see. */
    Membership entered(long seq, String newRole, @Nullable String wish) {
      if (isIn()) {
        return new Membership(stays, seq, newRole, read, settings, wish, notified);
      }
      List<Stay> grown = new ArrayList<>(stays);
      grown.add(new Stay(seq, 0));
      int from = Math.max(0, grown.size() - STAYS_AT_MOST);
      return new Membership(
          List.copyOf(grown.subList(from, grown.size())),
          seq,
          newRole,
          Math.max(read, seq - 1),
          settings,
          wish,
          notified);
    }

    Membership left(long seq) {
      List<Stay> closed = new ArrayList<>(stays);
      if (isIn()) {
        closed.set(closed.size() - 1, new Stay(stays.getLast().from(), seq));
      }
      return new Membership(List.copyOf(closed), seq, null, read, settings, null, notified);
    }

    Membership readTo(long seq) {
      return new Membership(stays, told, role, Math.max(read, seq), settings, heard, notified);
    }

    Membership with(MemberSettings change) {
      MemberSettings now = settings == null ? MemberSettings.DEFAULT : settings;
      return new Membership(stays, told, role, read, now.changedBy(change), heard, notified);
    }

    Membership heard(String wish) {
      return new Membership(stays, told, role, read, settings, wish, notified);
    }

    Membership notified(long seq) {
      return new Membership(stays, told, role, read, settings, heard, Math.max(notifiedTo(), seq));
    }

    long notifiedTo() {
      return notified == null ? 0 : notified;
    }

    /**
     * What is pushed of the room, if anything can be. A muted room is silent, also for mentions and
     * calls.
     */
    Wish wish() {
      MemberSettings now = settings == null ? MemberSettings.DEFAULT : settings;
      return Boolean.TRUE.equals(now.muted()) ? Wish.NONE : Wish.of(now.notifications());
    }
  }

  /**
   * @param until 0: still there
   */
  record Stay(long from, long until) {}

  /** A device of the user's; {@code seenAt} is when it first came. */
  record Device(long seenAt, @Nullable String provider, @Nullable String token) {
    boolean reachable() {
      return provider != null && token != null;
    }
  }

  Map<String, Membership> roomsOrNone() {
    return rooms == null ? Map.of() : rooms;
  }

  Map<String, Device> devicesOrNone() {
    return devices == null ? Map.of() : devices;
  }

  @Nullable Membership in(String room) {
    return roomsOrNone().get(room);
  }

  long openRooms() {
    return roomsOrNone().values().stream().filter(Membership::isIn).count();
  }

  Map<String, PendingPush> pushesOrNone() {
    return pushes == null ? Map.of() : pushes;
  }

  PushPolicy.Quiet quiet() {
    return new PushPolicy.Quiet(quietFrom, quietTo);
  }

  /** Which posts of a room the user wants to hear of. */
  Wish wishFor(@Nullable Membership membership) {
    return membership != null
            && membership.isIn()
            && devicesOrNone().values().stream().anyMatch(Device::reachable)
        ? membership.wish()
        : Wish.NONE;
  }

  /** The same, should it enter the room now. */
  Wish wishOnEntering(String room) {
    Membership membership = in(room);
    return devicesOrNone().values().stream().noneMatch(Device::reachable)
        ? Wish.NONE
        : membership == null ? Wish.DEFAULT : membership.wish();
  }

  /** A room believes otherwise. */
  boolean owesWish(Membership membership) {
    return membership.isIn() && wishFor(membership) != Wish.of(membership.heard());
  }

  boolean owesWishes() {
    return roomsOrNone().values().stream().anyMatch(this::owesWish);
  }

  /** The state after one more event. */
  UserState grown(UserEvent event) {
    UserState next =
        new UserState(
            seq + 1,
            event instanceof UserEvent.Visible ? seq + 1 : head,
            rooms,
            devices,
            quietFrom,
            quietTo,
            pushes);
    return switch (event) {
      case UserEvent.Entered e -> next.entered(e);
      case UserEvent.Left e ->
          next.changed(e.room(), membership -> membership.left(e.seq()))
              .without(push -> push.room().equals(e.room()));
      case UserEvent.ReadTo e ->
          next.changed(e.room(), membership -> membership.readTo(e.seq()))
              .without(push -> push.room().equals(e.room()) && push.seq() <= e.seq());
      case UserEvent.RoomSettingsChanged e ->
          next.changed(e.room(), membership -> membership.with(e.settings()));
      case UserEvent.DeviceSeen e -> next.withDevice(e.device(), new Device(e.at(), null, null));
      case UserEvent.DeviceForgotten e ->
          next.withDevice(e.device(), null).without(push -> push.device().equals(e.device()));
      case UserEvent.PushTokenSet e -> {
        Device device = devicesOrNone().get(e.device());
        Device changed = new Device(device == null ? 0 : device.seenAt(), e.provider(), e.token());
        yield next.withDevice(e.device(), changed)
            .without(push -> push.device().equals(e.device()) && !changed.reachable());
      }
      case UserEvent.QuietHoursSet e ->
          new UserState(next.seq, next.head, rooms, devices, e.fromMinute(), e.toMinute(), pushes);
      case UserEvent.WishHeard e ->
          next.changed(e.room(), membership -> membership.heard(e.wish()));
      case UserEvent.PushQueued e ->
          next.changed(e.push().room(), membership -> membership.notified(e.push().seq()))
              .withPush(e.push().key(), was -> was == null ? e.push() : was.with(e.push()));
      case UserEvent.PushPutOff e ->
          next.withPush(
              e.push(),
              was ->
                  was == null ? null : was.later(e.first(), e.dueAt(), e.attempts(), e.failure()));
      case UserEvent.PushDone e ->
          next.withPush(
              e.push(), was -> was == null ? null : was.after(e.seq(), e.count(), e.restDueAt()));
    };
  }

  private UserState entered(UserEvent.Entered e) {
    Membership was = in(e.room());
    Membership is =
        was == null
            ? new Membership(
                List.of(new Stay(e.seq(), 0)), e.seq(), e.role(), e.seq() - 1, null, e.wish(), null)
            : was.entered(e.seq(), e.role(), e.wish());
    return with(e.room(), is);
  }

  private UserState changed(String room, UnaryOperator<Membership> change) {
    Membership membership = in(room);
    return membership == null ? this : with(room, change.apply(membership));
  }

  private UserState with(String room, Membership membership) {
    Map<String, Membership> changed = new HashMap<>(roomsOrNone());
    changed.put(room, membership);
    return new UserState(seq, head, changed, devices, quietFrom, quietTo, pushes);
  }

  private UserState withDevice(String device, @Nullable Device state) {
    Map<String, Device> changed = new HashMap<>(devicesOrNone());
    if (state == null) {
      changed.remove(device);
    } else {
      changed.put(device, state);
    }
    return new UserState(seq, head, rooms, changed, quietFrom, quietTo, pushes);
  }

  private UserState withPush(
      String key, Function<@Nullable PendingPush, @Nullable PendingPush> change) {
    Map<String, PendingPush> changed = new HashMap<>(pushesOrNone());
    PendingPush is = change.apply(changed.get(key));
    if (is == null) {
      changed.remove(key);
    } else {
      changed.put(key, is);
    }
    return new UserState(seq, head, rooms, devices, quietFrom, quietTo, changed);
  }

  private UserState without(Predicate<PendingPush> pushes) {
    Map<String, PendingPush> changed = new HashMap<>(pushesOrNone());
    return changed.values().removeIf(pushes)
        ? new UserState(seq, head, rooms, devices, quietFrom, quietTo, changed)
        : this;
  }
}
