package org.viesti.edge.mqtt;

import io.netty.util.collection.IntObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a client asked and was not yet answered, by packet id: an answer's packet depends on what
 * the question was.
 */
final class OpenRequests {
  /** A packet that wants an answer. */
  sealed interface Request {}

  /** Above QoS 0; of QoS 2 until it is released. */
  record Publish(int qos) implements Request {}

  record Subscribe(int filters) implements Request {}

  record Unsubscribe(int filters) implements Request {}

  /** Null while there was none. */
  private @Nullable IntObjectHashMap<Request> requests;

  private int publishes;

  void add(int id, Request request) {
    if (requests == null) {
      requests = new IntObjectHashMap<>(4);
    }
    count(requests.put(id, request), -1);
    count(request, 1);
  }

  @Nullable Request get(int id) {
    return requests == null ? null : requests.get(id);
  }

  void remove(int id) {
    if (requests != null) {
      count(requests.remove(id), -1);
    }
  }

  private void count(@Nullable Request request, int change) {
    if (request instanceof Publish) {
      publishes += change;
    }
  }

  int publishes() {
    return publishes;
  }
}
