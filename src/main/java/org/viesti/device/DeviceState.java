package org.viesti.device;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.Stored;

/** A device's memory, and its snapshot: the last position it acknowledged, by topic path. */
record DeviceState(@Nullable Map<String, Long> cursors, boolean revoked) implements Stored {
  static final DeviceState EMPTY = new DeviceState(Map.of(), false);

  Map<String, Long> cursorsOrNone() {
    return cursors == null ? Map.of() : cursors;
  }

  DeviceState grown(DeviceEvent event) {
    return switch (event) {
      case DeviceEvent.CursorsMoved moved -> {
        Map<String, Long> all = new HashMap<>(cursorsOrNone());
        all.putAll(moved.positions());
        yield new DeviceState(all, revoked);
      }
      case DeviceEvent.CursorsDropped dropped -> {
        Map<String, Long> all = new HashMap<>(cursorsOrNone());
        all.keySet().removeAll(dropped.topics());
        yield new DeviceState(all, revoked);
      }
      case DeviceEvent.Revoked e -> new DeviceState(cursors, true);
      case DeviceEvent.Readmitted e -> new DeviceState(cursors, false);
    };
  }
}
