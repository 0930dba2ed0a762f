package org.viesti.connection;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.viesti.protocol.Topic;
import org.viesti.routing.Subscription;

/** The filters of rooms that are in force for one stream. */
final class RoomFilters {
  private final Map<String, Subscription> byText = new HashMap<>(2);

  int size() {
    return byText.size();
  }

  boolean has(String text) {
    return byText.containsKey(text);
  }

  void put(Subscription subscription) {
    byText.put(subscription.filter().text(), subscription);
  }

  /** Whether it was there. */
  boolean remove(String text) {
    return byText.remove(text) != null;
  }

  boolean match(Topic room) {
    return byText.values().stream().anyMatch(each -> each.filter().matches(room.path()));
  }

  /** Whether the client answers what comes of a room. */
  boolean wantAnswers(Topic room) {
    return byText.values().stream()
        .anyMatch(each -> each.wanted().qos() > 0 && each.filter().matches(room.path()));
  }

  /**
   * Those that something said in a room is for.
   *
   * @param own the client said it itself
   */
  List<Subscription> of(Topic room, boolean own) {
    List<Subscription> found = new ArrayList<>(1);
    for (Subscription each : byText.values()) {
      if (each.filter().matches(room.path()) && !(own && each.wanted().noLocal())) {
        found.add(each);
      }
    }
    return found;
  }
}
