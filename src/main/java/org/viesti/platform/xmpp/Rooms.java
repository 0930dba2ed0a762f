package org.viesti.platform.xmpp;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The rooms an actor is in or on its way into, and who was seen in them. */
final class Rooms {

  /** By what name it is in a room. */
  record Stay(String room, String nick) {}

  private static final class Room {
    private String nick;
    private boolean leaving;
    private final TreeSet<String> present = new TreeSet<>();

    private Room(String nick) {
      this.nick = nick;
    }
  }

  private final int maxRooms;
  private final int maxOccupants;
  private final Map<String, Room> rooms = new LinkedHashMap<>();
  private int occupants;

  /**
   * @param maxOccupants remembered, over all rooms
   */
  Rooms(int maxRooms, int maxOccupants) {
    this.maxRooms = maxRooms;
    this.maxOccupants = maxOccupants;
  }

  /** False: there are as many as there may be. */
  synchronized boolean join(String room, String nick) {
    Room known = rooms.get(room);
    if (known == null) {
      return rooms.size() < maxRooms && rooms.put(room, new Room(nick)) == null;
    }
    known.leaving = false;
    return true;
  }

  /** It is known until the room says so. */
  synchronized void leave(String room) {
    Room known = rooms.get(room);
    if (known != null) {
      known.leaving = true;
    }
  }

  synchronized boolean knows(String room) {
    return rooms.containsKey(room);
  }

  /** Null: it is in no such room. */
  synchronized @Nullable String nick(String room) {
    Room known = rooms.get(room);
    return known == null ? null : known.nick;
  }

  /** Those it wants to be in. */
  synchronized List<Stay> stays() {
    List<Stay> stays = new ArrayList<>();
    rooms.forEach(
        (name, room) -> {
          if (!room.leaving) {
            stays.add(new Stay(name, room.nick));
          }
        });
    return stays;
  }

  /**
   * Somebody came or is still there.
   *
   * @param self it is the actor
   */
  synchronized void seen(String room, String nick, boolean self) {
    Room known = rooms.get(room);
    if (known == null) {
      return;
    }
    if (self) {
      known.nick = nick;
    }
    if (occupants < maxOccupants && known.present.add(nick)) {
      occupants++;
    }
  }

  /**
   * Somebody left.
   *
   * @param out it is the actor, who has not just changed its name
   */
  synchronized void gone(String room, String nick, boolean out) {
    Room known = rooms.get(room);
    if (known == null) {
      return;
    }
    if (known.present.remove(nick)) {
      occupants--;
    }
    if (out) {
      occupants -= known.present.size();
      rooms.remove(room);
    }
  }

  /** The room did not let it in by that name; one it is in already it stays in. */
  synchronized void refused(String room, String nick) {
    Room known = rooms.get(room);
    if (known != null && known.nick.equals(nick) && !known.present.contains(nick)) {
      gone(room, nick, true);
    }
  }

  /** Whom the room told of; the first so many that are remembered. */
  synchronized List<String> present(String room) {
    Room known = rooms.get(room);
    return known == null ? List.of() : List.copyOf(known.present);
  }

  /** The link is lost: whom the rooms then have is told anew. */
  synchronized void forgetPresent() {
    rooms.values().removeIf(room -> room.leaving);
    rooms.values().forEach(room -> room.present.clear());
    occupants = 0;
  }

  synchronized void clear() {
    rooms.clear();
    occupants = 0;
  }
}
