package org.viesti.bench;

/**
 * One run of a load generator.
 *
 * @param rate posts a second over all rooms, sent at their time whatever the node does (open loop);
 *     0: closed loop
 * @param window closed loop: how many unanswered posts each sender keeps
 * @param senders how many of each room's members post
 * @param stall the last device stops reading its socket until the measurement is over
 * @param warmup seconds before the measurement
 * @param seconds of the measurement
 */
record Load(int rate, int window, int senders, boolean stall, int warmup, int seconds) {
  Load warmedUp(int seconds) {
    return new Load(rate, window, senders, stall, seconds, this.seconds);
  }

  String title() {
    String pace = rate > 0 ? rate + " posts/s" : "each sender keeps " + window + " unanswered";
    return stall ? pace + ", one stalled" : pace;
  }
}
