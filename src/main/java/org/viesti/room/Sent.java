package org.viesti.room;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import org.pcollections.OrderedPMap;

/** A sender's last posts by the sender's own id, oldest first. */
record Sent(OrderedPMap<String, Sent.Place> places) {
  static final Sent NONE = new Sent(OrderedPMap.empty());

  /** Where a post is in the log, and when it came there. */
  record Place(long seq, long at) {}

  @Nullable Place find(String clientId) {
    return places.get(clientId);
  }

  Sent and(String clientId, long seq, long at, int most) {
    OrderedPMap<String, Place> next = places.plus(clientId, new Place(seq, at));
    if (next.size() > most) {
      Iterator<String> oldest = next.keySet().iterator();
      next = next.minus(oldest.next());
    }
    return new Sent(next);
  }
}
