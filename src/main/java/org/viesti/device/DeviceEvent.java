package org.viesti.device;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.Stored;
import org.viesti.protocol.Publication;

/** What is in a device's log. */
sealed interface DeviceEvent extends Stored {

  /** Cursors that moved since the last such entry, by topic path. */
  record CursorsMoved(Map<String, Long> positions) implements DeviceEvent {}

  /** Cursors of topics that are no longer followed. */
  record CursorsDropped(List<String> topics) implements DeviceEvent {}

  /** It may not come back, until it is readmitted. */
  record Revoked(long at) implements DeviceEvent {}

  record Readmitted(long at) implements DeviceEvent {}

  /** A stream has the session; if there was none, it begins. */
  record SessionOpened(long at, long expiry, @Nullable Publication will, long willDelay)
      implements DeviceEvent {}

  record SessionSubscribed(Map<String, Session.Kept> subscriptions) implements DeviceEvent {}

  record SessionUnsubscribed(List<String> filters) implements DeviceEvent {}

  /**
   * The stream is gone.
   *
   * @param will it is still to be published
   */
  record SessionLeft(
      long at, long expiry, boolean will, List<Session.InFlight> inFlight, List<String> unreleased)
      implements DeviceEvent {}

  record WillPublished(long at) implements DeviceEvent {}

  /** It is as if it had never been. */
  record SessionEnded(long at) implements DeviceEvent {}
}
