package org.viesti.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for nodes that must find theirs free again when they are restarted.
 *
 * <p>They lie below the range from which systems choose ports for outgoing connections (32768 on
 * Linux), so that no client takes one while its node is down; a random start keeps test runs on one
 * machine apart.
 */
final class Ports {
  private static final int LOWEST = 20_000;
  private static final int HIGHEST = 32_000;
  private static final Set<Integer> TAKEN = new HashSet<>();

  private Ports() {}

  /** A port on 127.0.0.1 that nobody listens on and that this JVM has not given out. */
  static synchronized int next() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
      if (TAKEN.add(port) && free(port)) {
        return port;
      }
    }
  }

  private static boolean free(int port) {
    try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return probe.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
