package org.viesti.room;

import java.util.Map;
import org.viesti.journal.Stored;
import org.viesti.journal.StoredForms;

/** The stored names of rooms. */
public final class RoomForms implements StoredForms {
  /** What counts as unread: posts, by this name and their author. */
  public static final String POSTED = "room.posted";

  @Override
  public Map<String, Class<? extends Stored>> forms() {
    return Map.ofEntries(
        Map.entry("room.created", RoomEvent.Created.class),
        Map.entry("room.updated", RoomEvent.Updated.class),
        Map.entry("room.deleted", RoomEvent.Deleted.class),
        Map.entry("room.members-added", RoomEvent.MembersAdded.class),
        Map.entry("room.members-removed", RoomEvent.MembersRemoved.class),
        Map.entry("room.banned", RoomEvent.Banned.class),
        Map.entry("room.unbanned", RoomEvent.Unbanned.class),
        Map.entry("room.role-changed", RoomEvent.RoleChanged.class),
        Map.entry(POSTED, RoomEvent.Posted.class),
        Map.entry("room.erased", RoomEvent.Erased.class),
        Map.entry("room.edited", RoomEvent.Edited.class),
        Map.entry("room.redacted", RoomEvent.Redacted.class),
        Map.entry("room.reacted", RoomEvent.Reacted.class),
        Map.entry("room.pinned", RoomEvent.Pinned.class),
        Map.entry("room.told", RoomEvent.Told.class),
        Map.entry("room.wished", RoomEvent.Wished.class),
        Map.entry("room.erasure-done", RoomEvent.ErasureDone.class),
        Map.entry("room.snapshot", RoomSnapshot.class));
  }
}
