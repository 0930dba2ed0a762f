package org.viesti.bench;

/** All that one load generator has connected. Its methods are for the generator's main thread. */
interface Clients {
  /** Connects them all, and returns when all are ready. */
  void connect();

  /** Forgets what went wrong before, and begins to send. */
  void begin(Load load);

  /** Starts a tally; returns the one that ends. */
  Tally nextTally();

  /**
   * Sends no more, and lets those receive that did not.
   *
   * @return what was held for a device that did not read
   */
  long end(Load load);

  /** What has not been answered, or has not arrived everywhere. */
  long outstanding();

  Faults faults();

  /** As in {@link Outcome}. */
  record Faults(long lost, long disordered, long errors) {}
}
