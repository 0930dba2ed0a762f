package org.viesti.device;

import java.util.Map;
import org.viesti.journal.Stored;
import org.viesti.journal.StoredForms;

/** The stored names of devices. */
public final class DeviceForms implements StoredForms {
  @Override
  public Map<String, Class<? extends Stored>> forms() {
    return Map.ofEntries(
        Map.entry("device.cursors-moved", DeviceEvent.CursorsMoved.class),
        Map.entry("device.cursors-dropped", DeviceEvent.CursorsDropped.class),
        Map.entry("device.revoked", DeviceEvent.Revoked.class),
        Map.entry("device.readmitted", DeviceEvent.Readmitted.class),
        Map.entry("device.session-opened", DeviceEvent.SessionOpened.class),
        Map.entry("device.session-subscribed", DeviceEvent.SessionSubscribed.class),
        Map.entry("device.session-unsubscribed", DeviceEvent.SessionUnsubscribed.class),
        Map.entry("device.session-left", DeviceEvent.SessionLeft.class),
        Map.entry("device.will-published", DeviceEvent.WillPublished.class),
        Map.entry("device.session-ended", DeviceEvent.SessionEnded.class),
        Map.entry("device.snapshot", DeviceState.class));
  }
}
