package org.viesti.bench;

import java.io.IOException;

/** A server of MQTT in a process of its own, on a free port of loopback. */
interface Broker extends AutoCloseable {
  /** Its port for MQTT over TCP. */
  int mqtt();

  double cpuSeconds();

  Memory memory() throws IOException, InterruptedException;

  @Override
  void close() throws InterruptedException;
}
