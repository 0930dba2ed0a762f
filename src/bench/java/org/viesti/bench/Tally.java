package org.viesti.bench;

import org.HdrHistogram.Histogram;

/** What arrived since it was made. Belongs to the generator's event loop. */
final class Tally {
  private static final long LONGEST_MICROS = 120_000_000;

  private final Histogram acks = new Histogram(LONGEST_MICROS, 3);
  private final Histogram ends = new Histogram(LONGEST_MICROS, 3);
  final long since = System.nanoTime();
  long until;
  long deliveries;

  void acked(long nanos) {
    acks.recordValue(micros(nanos));
  }

  void arrived(long nanos) {
    ends.recordValue(micros(nanos));
  }

  long posts() {
    return acks.getTotalCount();
  }

  double seconds() {
    return (until - since) / 1e9;
  }

  double ackMillis(double percentile) {
    return acks.getValueAtPercentile(percentile) / 1e3;
  }

  double endMillis(double percentile) {
    return ends.getValueAtPercentile(percentile) / 1e3;
  }

  private static long micros(long nanos) {
    return Math.clamp(nanos / 1000, 0, LONGEST_MICROS);
  }
}
