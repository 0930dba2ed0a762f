package org.viesti.user;

import org.jspecify.annotations.Nullable;
import org.viesti.journal.Stored;
import org.viesti.protocol.MemberSettings;

/**
 * What is in a user's log. {@code at} is milliseconds since 1970, {@code seq} a position in the
 * room's log.
 */
sealed interface UserEvent extends Stored {

  /** An entry that the user's devices see. */
  sealed interface Visible extends UserEvent {
    long at();

    long prev();

    String room();

    long seq();
  }

  /**
   * In a room from that position on, or there with a new role.
   *
   * @param wish what the room was told with the answer: which posts the user wants to hear of
   */
  record Entered(long at, long prev, String room, long seq, String role, @Nullable String wish)
      implements Visible {}

  /** Out of a room; that position is the last the user sees. */
  record Left(long at, long prev, String room, long seq) implements Visible {}

  /** Everything up to that position has been read. */
  record ReadTo(String room, long seq) implements UserEvent {}

  record RoomSettingsChanged(String room, MemberSettings settings) implements UserEvent {}

  record DeviceSeen(String device, long at) implements UserEvent {}

  record DeviceForgotten(String device) implements UserEvent {}

  /** Where a device away is reached; an absent provider: nowhere. */
  record PushTokenSet(String device, @Nullable String provider, @Nullable String token)
      implements UserEvent {}

  /** No pushes between these minutes of the day (UTC); both -1: always. */
  record QuietHoursSet(int fromMinute, int toMinute) implements UserEvent {}

  /** What the room believes: which of its posts the user wants to hear of. */
  record WishHeard(String room, String wish) implements UserEvent {}

  /** A device is owed a push, by itself or together with one it is owed already. */
  record PushQueued(PendingPush push) implements UserEvent {}

  /**
   * A push is put off.
   *
   * @param push its key
   * @param first the device has acknowledged what lies before it
   */
  record PushPutOff(String push, long first, long dueAt, int attempts, @Nullable String failure)
      implements UserEvent {}

  /**
   * The posts up to that position need no push any more; what came since is due then.
   *
   * @param push its key
   * @param count how many they are
   */
  record PushDone(String push, long seq, int count, long restDueAt) implements UserEvent {}
}
