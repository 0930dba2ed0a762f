package org.viesti.room;

import org.jspecify.annotations.Nullable;
import org.pcollections.OrderedPMap;

/**
 * A sender's last posts by the sender's own ids, oldest first, for each of its devices apart: what
 * one of them posts lets the room forget nothing that another may still repeat. An id is the
 * sender's, whichever device repeats it.
 */
record Sent(OrderedPMap<String, OrderedPMap<String, Sent.Place>> byDevice) {
  static final Sent NONE = new Sent(OrderedPMap.empty());

  /**
   * A retry is recognised among this many of the device's last posts; more than a connection's
   * unanswered window.
   */
  static final int POSTS = 128;

  /** Of a sender with ever new devices, those that posted last. */
  static final int DEVICES = 8;

  /** Where a post is in the log, and when it came there. */
  record Place(long seq, long at) {}

  @Nullable Place find(String clientId) {
    for (OrderedPMap<String, Place> places : byDevice.values()) {
      Place place = places.get(clientId);
      if (place != null) {
        return place;
      }
    }
    return null;
  }

  /**
   * @param device null: not known
   */
  Sent and(@Nullable String device, String clientId, long seq, long at) {
    String name = device == null ? "" : device;
    OrderedPMap<String, Place> places = byDevice.getOrDefault(name, OrderedPMap.empty());
    places = youngest(places.plus(clientId, new Place(seq, at)), POSTS);
    return new Sent(youngest(byDevice.minus(name).plus(name, places), DEVICES));
  }

  private static <V> OrderedPMap<String, V> youngest(OrderedPMap<String, V> map, int most) {
    return map.size() > most ? map.minus(map.keySet().iterator().next()) : map;
  }
}
