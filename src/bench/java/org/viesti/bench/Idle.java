package org.viesti.bench;

import java.io.IOException;

/**
 * What connections cost that are only held.
 *
 * @param cores kept busy while they were held
 */
record Idle(int connections, Memory before, Memory after, double cores) {
  /**
   * So many connections come and go before the idle ones are weighed, that what is loaded once is
   * not counted to them.
   */
  private static final int FIRST_CONNECTIONS = 200;

  private static final int OTHER_FILES = 500;

  /** Connects a given number of clients. */
  interface Connect {
    GeneratorProcess connect(int connections) throws IOException;
  }

  static Idle hold(int connections, int seconds, Broker broker, Connect connect)
      throws IOException, InterruptedException {
    if (connections + OTHER_FILES > Proc.maxOpenFiles()) {
      throw new IllegalStateException(
          "too few open files allowed (ulimit -Hn): " + Proc.maxOpenFiles());
    }
    connect.connect(Math.min(FIRST_CONNECTIONS, connections)).close();
    Memory before = broker.memory();
    GeneratorProcess generator = connect.connect(connections);
    try {
      double cpu = broker.cpuSeconds();
      Thread.sleep(seconds * 1000L);
      double cores = (broker.cpuSeconds() - cpu) / seconds;
      return new Idle(connections, before, broker.memory(), cores);
    } finally {
      generator.close();
    }
  }

  double heapEach() {
    return (after.heap() - before.heap()) / (double) connections;
  }

  double residentEach() {
    return (after.resident() - before.resident()) / (double) connections;
  }
}
