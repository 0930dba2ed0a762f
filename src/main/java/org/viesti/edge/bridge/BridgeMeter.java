package org.viesti.edge.bridge;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Metrics;
import org.jspecify.annotations.Nullable;

/** What a bridge tells operators: kept by its actor, read by whoever asks. */
final class BridgeMeter {
  private enum State {
    CONNECTED("connected"),
    CONNECTING("connecting"),
    AWAY("away");

    private final String label;

    State(String label) {
      this.label = label;
    }
  }

  private final Counted in;
  private final Counted out;
  private final Counted refused;
  private final Counted echoes;
  private final Gauge connected;
  private State state = State.AWAY;
  private long since = System.currentTimeMillis();
  private @Nullable String lastError;
  private int unanswered;

  BridgeMeter(String bridge) {
    this.in = new Counted(bridge, "in");
    this.out = new Counted(bridge, "out");
    this.refused = new Counted(bridge, "refused");
    this.echoes = new Counted(bridge, "echoes");
    this.connected =
        Gauge.builder("viesti.bridge.connected", this, BridgeMeter::isConnected)
            .tag("bridge", bridge)
            .register(Metrics.globalRegistry);
  }

  private synchronized double isConnected() {
    return state == State.CONNECTED ? 1 : 0;
  }

  /** How many since the bridge came to this node, and the node's own count. */
  private static final class Counted {
    private final Counter counter;
    private long count;

    Counted(String bridge, String what) {
      this.counter = Metrics.counter("viesti.bridge." + what, "bridge", bridge);
    }

    void one() {
      counter.increment();
      count++;
    }
  }

  synchronized void connecting() {
    state = State.CONNECTING;
  }

  synchronized void connected() {
    state = State.CONNECTED;
    since = System.currentTimeMillis();
    lastError = null;
  }

  synchronized void away(String why) {
    if (state == State.CONNECTED) {
      since = System.currentTimeMillis();
    }
    state = State.AWAY;
    lastError = why;
  }

  synchronized void taken() {
    in.one();
  }

  synchronized void given() {
    out.one();
  }

  synchronized void refused(String why) {
    refused.one();
    lastError = why;
  }

  synchronized void echo() {
    echoes.one();
  }

  /** So many were given, or are to be given next, and are not acknowledged. */
  synchronized void unanswered(int now) {
    unanswered = now;
  }

  synchronized BridgeState state(BridgeSettings bridge, String node) {
    return new BridgeState(
        bridge.name(),
        bridge.uri(),
        node,
        state.label,
        since,
        lastError,
        in.count,
        out.count,
        refused.count,
        echoes.count,
        unanswered);
  }

  /** The bridge runs here no longer. */
  void close() {
    Metrics.globalRegistry.remove(connected);
  }
}
