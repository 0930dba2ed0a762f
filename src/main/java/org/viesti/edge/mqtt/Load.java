package org.viesti.edge.mqtt;

import java.util.function.LongSupplier;

/**
 * How much there was in a minute, on average over about the last 1, 5 and 15: exponentially
 * weighted, as Mosquitto has it.
 */
final class Load {
  static final int[] MINUTES = {1, 5, 15};

  private final LongSupplier total;
  private long before;
  private volatile double[] averages = new double[MINUTES.length];

  /**
   * @param total what there was until now
   */
  Load(LongSupplier total) {
    this.total = total;
    this.before = total.getAsLong();
  }

  /** So many seconds have passed since the last time; to be called by one thread at a time. */
  void passed(double seconds) {
    long now = total.getAsLong();
    double rate = (now - before) * 60 / seconds;
    before = now;
    double[] next = new double[MINUTES.length];
    for (int i = 0; i < next.length; i++) {
      next[i] = rate + Math.exp(-seconds / (60 * MINUTES[i])) * (averages[i] - rate);
    }
    averages = next;
  }

  /** Over that one of {@link #MINUTES}. */
  double average(int which) {
    return averages[which];
  }
}
