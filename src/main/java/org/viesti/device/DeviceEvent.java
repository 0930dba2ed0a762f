package org.viesti.device;

import java.util.Map;
import org.viesti.journal.Stored;

/** What is in a device's log. */
sealed interface DeviceEvent extends Stored {

  /** Cursors that moved since the last such entry, by topic path. */
  record CursorsMoved(Map<String, Long> positions) implements DeviceEvent {}

  /** Cursors of topics that are no longer followed. */
  record CursorsDropped(java.util.List<String> topics) implements DeviceEvent {}

  /** It may not come back, until it is readmitted. */
  record Revoked(long at) implements DeviceEvent {}

  record Readmitted(long at) implements DeviceEvent {}
}
