package org.viesti.device;

import java.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Numbers this node's streams so that, over all nodes, a device's newer stream has the greater
 * number: the clock's microseconds, but never less than what was numbered or seen before, so that
 * nodes whose clocks differ agree as soon as they have heard of each other.
 */
final class Generations {
  private final Clock clock;
  private final AtomicLong last = new AtomicLong();

  Generations(Clock clock) {
    this.clock = clock;
  }

  long next() {
    long now = TimeUnit.MILLISECONDS.toMicros(clock.millis());
    return last.updateAndGet(before -> Math.max(before + 1, now));
  }

  /** Another node numbered a stream so: what comes after it gets a greater number. */
  void heed(long seen) {
    last.accumulateAndGet(seen, Math::max);
  }
}
