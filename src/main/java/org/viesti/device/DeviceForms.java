package org.viesti.device;

import java.util.Map;
import org.viesti.journal.Stored;
import org.viesti.journal.StoredForms;

/** The stored names of devices. */
public final class DeviceForms implements StoredForms {
  @Override
  public Map<String, Class<? extends Stored>> forms() {
    return Map.of(
        "device.cursors-moved", DeviceEvent.CursorsMoved.class,
        "device.cursors-dropped", DeviceEvent.CursorsDropped.class,
        "device.revoked", DeviceEvent.Revoked.class,
        "device.readmitted", DeviceEvent.Readmitted.class,
        "device.snapshot", DeviceState.class);
  }
}
