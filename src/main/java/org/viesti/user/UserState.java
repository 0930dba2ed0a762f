package org.viesti.user;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.Stored;
import org.viesti.protocol.MemberSettings;

/**
 * A user's memory, and its snapshot.
 *
 * @param seq the log's last position
 * @param head the last position the user's devices see
 */
record UserState(
    long seq,
    long head,
    @Nullable Map<String, Membership> rooms,
    @Nullable Map<String, Device> devices,
    int quietFrom,
    int quietTo)
    implements Stored {

  static final UserState EMPTY = new UserState(0, 0, Map.of(), Map.of(), -1, -1);

  /**
   * What the user may see of a room, and what it wants of it.
   *
   * @param stays from where to where it was in the room, oldest first; the last may be open
   * @param told position of the last change the room told
   * @param read everything up to there has been read
   */
  record Membership(
      List<Stay> stays,
      long told,
      @Nullable String role,
      long read,
      @Nullable MemberSettings settings) {
    /** Stays of users that come and go for ever are forgotten beyond these. */
    private static final int STAYS_AT_MOST = 8;

    @JsonIgnore
    boolean isIn() {
      return stays.getLast().until() == 0;
    }

    /** Who comes back has nothing unread from before: it could not count what it may not see. */
    Membership entered(long seq, String newRole) {
      if (isIn()) {
        return new Membership(stays, seq, newRole, read, settings);
      }
      List<Stay> grown = new ArrayList<>(stays);
      grown.add(new Stay(seq, 0));
      int from = Math.max(0, grown.size() - STAYS_AT_MOST);
      return new Membership(
          List.copyOf(grown.subList(from, grown.size())),
          seq,
          newRole,
          Math.max(read, seq - 1),
          settings);
    }

    Membership left(long seq) {
      List<Stay> closed = new ArrayList<>(stays);
      if (isIn()) {
        closed.set(closed.size() - 1, new Stay(stays.getLast().from(), seq));
      }
      return new Membership(List.copyOf(closed), seq, null, read, settings);
    }

    Membership readTo(long seq) {
      return new Membership(stays, told, role, Math.max(read, seq), settings);
    }

    Membership with(MemberSettings change) {
      MemberSettings now = settings == null ? MemberSettings.DEFAULT : settings;
      return new Membership(stays, told, role, read, now.changedBy(change));
    }
  }

  /**
   * @param until 0: still there
   */
  record Stay(long from, long until) {}

  /** A device of the user's; {@code seenAt} is when it first came. */
  record Device(long seenAt, @Nullable String provider, @Nullable String token) {}

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

  /** The state after one more event. */
  UserState grown(UserEvent event) {
    UserState next =
        new UserState(
            seq + 1,
            event instanceof UserEvent.Visible ? seq + 1 : head,
            rooms,
            devices,
            quietFrom,
            quietTo);
    return switch (event) {
      case UserEvent.Entered e -> next.entered(e);
      case UserEvent.Left e -> next.changed(e.room(), membership -> membership.left(e.seq()));
      case UserEvent.ReadTo e -> next.changed(e.room(), membership -> membership.readTo(e.seq()));
      case UserEvent.RoomSettingsChanged e ->
          next.changed(e.room(), membership -> membership.with(e.settings()));
      case UserEvent.DeviceSeen e -> next.withDevice(e.device(), new Device(e.at(), null, null));
      case UserEvent.DeviceForgotten e -> next.withDevice(e.device(), null);
      case UserEvent.PushTokenSet e -> {
        Device device = devicesOrNone().get(e.device());
        yield next.withDevice(
            e.device(), new Device(device == null ? 0 : device.seenAt(), e.provider(), e.token()));
      }
      case UserEvent.QuietHoursSet e ->
          new UserState(next.seq, next.head, rooms, devices, e.fromMinute(), e.toMinute());
    };
  }

  private UserState entered(UserEvent.Entered e) {
    Membership was = in(e.room());
    Membership is =
        was == null
            ? new Membership(List.of(new Stay(e.seq(), 0)), e.seq(), e.role(), e.seq() - 1, null)
            : was.entered(e.seq(), e.role());
    return with(e.room(), is);
  }

  private UserState changed(String room, UnaryOperator<Membership> change) {
    Membership membership = in(room);
    return membership == null ? this : with(room, change.apply(membership));
  }

  private UserState with(String room, Membership membership) {
    Map<String, Membership> changed = new HashMap<>(roomsOrNone());
    changed.put(room, membership);
    return new UserState(seq, head, changed, devices, quietFrom, quietTo);
  }

  private UserState withDevice(String device, @Nullable Device state) {
    Map<String, Device> changed = new HashMap<>(devicesOrNone());
    if (state == null) {
      changed.remove(device);
    } else {
      changed.put(device, state);
    }
    return new UserState(seq, head, rooms, changed, quietFrom, quietTo);
  }
}
