package org.viesti.connection;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.Body;
import org.viesti.protocol.Message;
import org.viesti.protocol.Topic;
import org.viesti.user.Users;

/** Where one log stands for one connection: sent up to here, acknowledged up to there. */
final class Track {
  /** Sent and not acknowledged. */
  private record InFlight(long seq, int bytes) {}

  final Topic topic;

  /** Where the user was in the room; null: the log is the user's own. */
  @Nullable List<Users.Stay> stays;

  long sent;

  /** Where the log says that the user left and not that it came back; 0: nowhere yet. */
  private long left;

  long acked;

  /** How far the log is known to go. */
  long head;

  /** The router tells of the log; not while the user is out of the room. */
  boolean followed;

  /** The log is behind the window: live copies are passed over until it has been read on. */
  boolean behind;

  /** A read of the log is under way. */
  boolean reading;

  /** Something urgent waits in it. */
  boolean urgent;

  /** Until it got there, the connection is not caught up; 0 once it is. */
  long goal;

  /** Where the room last changed, as far as was sent. */
  private long changed;

  private boolean tellsDeliveries = true;
  private @Nullable ArrayDeque<InFlight> inFlight;

  Track(Topic topic, @Nullable List<Users.Stay> stays, long from) {
    this.topic = topic;
    this.stays = stays;
    this.sent = from;
    this.acked = from;
    this.head = from;
  }

  /**
   * Whether the user may see a message; the messages before it have been passed. The room's log
   * itself says when the user left and came back: what its owner has told of that may be older.
   */
  boolean sees(Message message, String user) {
    if (stays == null) {
      return true;
    }
    for (Users.Stay stay : stays) {
      if (message.seq() >= stay.from() && (stay.until() == 0 || message.seq() <= stay.until())) {
        return left == 0 || stay.from() > left || changes(message, "members_added", user);
      }
    }
    return false;
  }

  /** Goes on to a message, whether it was sent or not. */
  void pass(Message message, String user) {
    sent = message.seq();
    if (stays != null && message.body() instanceof Body.RoomChange) {
      changed = sent;
      tellsDeliveries = true;
      if (changes(message, "members_removed", user)
          || changes(message, "banned", user)
          || changes(message, "deleted", user)) {
        left = sent;
      } else if (changes(message, "members_added", user)) {
        left = 0;
      }
    }
  }

  private static boolean changes(Message message, String action, String user) {
    return message.body() instanceof Body.RoomChange change
        && change.action().equals(action)
        && (action.equals("deleted")
            || (change.targets() != null && change.targets().contains(user)));
  }

  /** The last position the user may see, as long as it does not come back. */
  long end() {
    return stays == null || stays.getLast().until() == 0 ? Long.MAX_VALUE : stays.getLast().until();
  }

  /** Nothing more of the log is for the user, unless it comes back. */
  boolean isOver() {
    return sent >= end();
  }

  /** The user is back: what lies between its stays need not be looked at. */
  void skipToStay() {
    for (Users.Stay stay : stays == null ? List.<Users.Stay>of() : stays) {
      if (stay.until() == 0 || stay.until() > sent) {
        sent = Math.max(sent, stay.from() - 1);
        return;
      }
    }
  }

  /** Nobody hears of deliveries, until the room changes after this position. */
  void unheard(long head) {
    if (changed <= head) {
      tellsDeliveries = false;
    }
  }

  /** Somebody may want to hear what was delivered of this log. */
  boolean tellsDeliveries() {
    return tellsDeliveries && topic.isRoom();
  }

  void onItsWay(long seq, int bytes, FlowWindow window) {
    if (inFlight == null) {
      inFlight = new ArrayDeque<>(4);
    }
    inFlight.add(new InFlight(seq, bytes));
    window.take(bytes);
  }

  /** Frees the window of everything up to a position; returns how many messages that were. */
  int acknowledge(long seq, FlowWindow window) {
    acked = Math.max(acked, Math.min(seq, sent));
    int freed = 0;
    if (inFlight != null) {
      for (InFlight first = inFlight.peek();
          first != null && first.seq() <= acked;
          first = inFlight.peek()) {
        inFlight.poll();
        window.release(first.bytes());
        freed++;
      }
      if (inFlight.isEmpty()) {
        inFlight = null;
      }
    }
    return freed;
  }
}
