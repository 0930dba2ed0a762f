package org.viesti.user;

import java.util.Map;
import org.viesti.journal.Stored;
import org.viesti.journal.StoredForms;

/** The stored names of users. */
public final class UserForms implements StoredForms {
  @Override
  public Map<String, Class<? extends Stored>> forms() {
    return Map.ofEntries(
        Map.entry("user.entered", UserEvent.Entered.class),
        Map.entry("user.left", UserEvent.Left.class),
        Map.entry("user.read-to", UserEvent.ReadTo.class),
        Map.entry("user.room-settings-changed", UserEvent.RoomSettingsChanged.class),
        Map.entry("user.device-seen", UserEvent.DeviceSeen.class),
        Map.entry("user.device-forgotten", UserEvent.DeviceForgotten.class),
        Map.entry("user.push-token-set", UserEvent.PushTokenSet.class),
        Map.entry("user.quiet-hours-set", UserEvent.QuietHoursSet.class),
        Map.entry("user.wish-heard", UserEvent.WishHeard.class),
        Map.entry("user.push-queued", UserEvent.PushQueued.class),
        Map.entry("user.push-put-off", UserEvent.PushPutOff.class),
        Map.entry("user.push-done", UserEvent.PushDone.class),
        Map.entry("user.snapshot", UserState.class));
  }
}
