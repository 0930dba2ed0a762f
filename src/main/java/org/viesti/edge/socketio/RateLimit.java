package org.viesti.edge.socketio;

/**
 * How many events a socket may still send: so many from the first of a window on; after one too
 * many, none for a while.
 */
final class RateLimit {
  /** What becomes of an event. */
  enum Verdict {
    SERVED,
    /** Dropped, and the client is told. */
    ONE_TOO_MANY,
    DROPPED
  }

  private final SocketIoSettings.Rate rate;
  private boolean blocked;
  private int events;

  /** When the window, or the time of being blocked, began; in nanoseconds. */
  private long since;

  RateLimit(SocketIoSettings.Rate rate, long nanoTime) {
    this.rate = rate;
    this.since = nanoTime;
  }

  /**
   * @param nanoTime as {@link System#nanoTime} tells it
   */
  Verdict event(long nanoTime) {
    if (rate.events() == 0) {
      return Verdict.SERVED;
    }
    if (nanoTime - since >= (blocked ? rate.block() : rate.window()).toNanos()) {
      blocked = false;
      events = 0;
      since = nanoTime;
    }
    if (blocked) {
      return Verdict.DROPPED;
    }
    if (++events <= rate.events()) {
      return Verdict.SERVED;
    }
    blocked = true;
    since = nanoTime;
    return Verdict.ONE_TOO_MANY;
  }
}
