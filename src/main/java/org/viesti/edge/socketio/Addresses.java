package org.viesti.edge.socketio;

import java.util.concurrent.ConcurrentHashMap;

/** How many connections each IP address has. For any thread. */
final class Addresses {
  private final int most;
  private final ConcurrentHashMap<String, Integer> connections = new ConcurrentHashMap<>();

  /**
   * @param most of one address; 0: any number
   */
  Addresses(int most) {
    this.most = most;
  }

  /** Whether one more is let in; then it must {@link #leave}. */
  boolean enter(String address) {
    if (most == 0 || connections.merge(address, 1, Integer::sum) <= most) {
      return true;
    }
    leave(address);
    return false;
  }

  void leave(String address) {
    if (most > 0) {
      connections.computeIfPresent(address, (key, had) -> had == 1 ? null : had - 1);
    }
  }
}
