package org.viesti.device;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.Stored;
import org.viesti.protocol.StreamId;

/**
 * A device's memory, and its snapshot.
 *
 * @param cursors the last position it acknowledged, by topic path
 * @param session null: it has none that would outlive its stream
 */
record DeviceState(@Nullable Map<String, Long> cursors, boolean revoked, @Nullable Session session)
    implements Stored {
  static final DeviceState EMPTY = new DeviceState(Map.of(), false, null);

  Map<String, Long> cursorsOrNone() {
    return cursors == null ? Map.of() : cursors;
  }

  DeviceState grown(DeviceEvent event) {
    return switch (event) {
      case DeviceEvent.CursorsMoved moved -> {
        Map<String, Long> all = new HashMap<>(cursorsOrNone());
        all.putAll(moved.positions());
        yield with(all);
      }
      case DeviceEvent.CursorsDropped dropped -> {
        Map<String, Long> all = new HashMap<>(cursorsOrNone());
        all.keySet().removeAll(dropped.topics());
        yield with(all);
      }
      case DeviceEvent.Revoked e -> new DeviceState(cursors, true, session);
      case DeviceEvent.Readmitted e -> new DeviceState(cursors, false, session);
      case DeviceEvent.SessionOpened opened -> opened(opened);
      case DeviceEvent.SessionSubscribed subscribed -> {
        Map<String, Session.Kept> all = new HashMap<>(sessionOrNew().subscriptions());
        all.putAll(subscribed.subscriptions());
        yield subscribed(all);
      }
      case DeviceEvent.SessionUnsubscribed unsubscribed -> {
        Map<String, Session.Kept> all = new HashMap<>(sessionOrNew().subscriptions());
        all.keySet().removeAll(unsubscribed.filters());
        yield subscribed(all);
      }
      case DeviceEvent.SessionLeft left -> left(left);
      case DeviceEvent.WillPublished e -> {
        Session was = sessionOrNew();
        yield with(
            new Session(
                was.expiry(),
                was.leftAt(),
                was.subscriptions(),
                was.inFlight(),
                was.unreleased(),
                null,
                0));
      }
      case DeviceEvent.SessionEnded e -> {
        Map<String, Long> all = new HashMap<>(cursorsOrNone());
        all.keySet().removeIf(StreamId::isPath);
        yield new DeviceState(all, revoked, null);
      }
    };
  }

  private DeviceState with(Map<String, Long> all) {
    return new DeviceState(all, revoked, session);
  }

  private DeviceState with(Session changed) {
    return new DeviceState(cursors, revoked, changed);
  }

  private Session sessionOrNew() {
    return session == null ? Session.NONE : session;
  }

  /**
   * The stream was told what is in flight, and says what is when it ends. If it ends without a
   * word, what is recorded comes again.
   */
  private DeviceState opened(DeviceEvent.SessionOpened opened) {
    Session was = sessionOrNew();
    Map<String, Long> all = new HashMap<>(cursorsOrNone());
    for (Session.InFlight each : was.inFlight()) {
      if (each.stream() != null) {
        all.merge(each.stream(), each.position() - 1, Math::min);
      }
    }
    return new DeviceState(
        all,
        revoked,
        new Session(
            opened.expiry(),
            0,
            was.subscriptions(),
            List.of(),
            List.of(),
            opened.will(),
            opened.willDelay()));
  }

  private DeviceState subscribed(Map<String, Session.Kept> subscriptions) {
    Session was = sessionOrNew();
    return with(
        new Session(
            was.expiry(),
            was.leftAt(),
            subscriptions,
            was.inFlight(),
            was.unreleased(),
            was.will(),
            was.willDelay()));
  }

  private DeviceState left(DeviceEvent.SessionLeft left) {
    Session was = sessionOrNew();
    return with(
        new Session(
            left.expiry(),
            left.at(),
            was.subscriptions(),
            left.inFlight(),
            left.unreleased(),
            left.will() ? was.will() : null,
            was.willDelay()));
  }
}
