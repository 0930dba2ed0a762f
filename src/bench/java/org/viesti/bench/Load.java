package org.viesti.bench;

/**
 * One run of a load generator.
 *
 * @param rate posts a second over all rooms, or messages over all publishers, sent at their time
 *     whatever the node does (open loop); 0: closed loop
 * @param window closed loop: how many unanswered posts each sender keeps
 * @param senders how many of each room's members post; of MQTT, all publishers do
 * @param warmup seconds before the measurement
 * @param seconds of the measurement
 */
record Load(int rate, int window, int senders, Receivers receivers, int warmup, int seconds) {
  /** Who receives. */
  enum Receivers {
    ALL,
    /** The last device stops reading its socket until the measurement is over. */
    ONE_STALLED,
    /** All subscribers disconnect, and come back when the measurement is over. */
    AWAY
  }

  Load warmedUp(int seconds) {
    return new Load(rate, window, senders, receivers, seconds, this.seconds);
  }

  /** What is sent is called posts, or messages. */
  String title(String unit) {
    String pace =
        rate > 0
            ? String.format("%,d %s/s", rate, unit)
            : "each sender keeps " + window + " unanswered";
    return switch (receivers) {
      case ALL -> pace;
      case ONE_STALLED -> pace + ", one stalled";
      case AWAY -> pace + ", subscribers away";
    };
  }
}
