package org.viesti;

import com.typesafe.config.Config;

/** One node of the cluster. */
final class Node {
  private Node() {}

  /**
   * Runs a node until it is told to stop. Throws {@link Failure} and its like if it cannot start.
   */
  static void run(Config config) {
    throw new Failure("there is no node in this build");
  }
}
