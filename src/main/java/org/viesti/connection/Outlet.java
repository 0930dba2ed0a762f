package org.viesti.connection;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ServerFrame;

/**
 * What goes out when the message at hand has been dealt with, with one flush. Frames that are in no
 * log wait while the channel is full, so many and no more: then the oldest are dropped, and
 * counted.
 */
final class Outlet {
  private static final Counter DROPPED =
      Metrics.counter("viesti.deliver.dropped", "reason", "ephemeral-overflow");
  private static final Counter FRAMES = Metrics.counter("viesti.deliver.frames");

  private final Wire wire;
  private final int maxEphemeral;

  /** Null while there was none. */
  private @Nullable ArrayDeque<ServerFrame> ephemeral;

  private List<ServerFrame> out = List.of();

  Outlet(Wire wire, int maxEphemeral) {
    this.wire = wire;
    this.maxEphemeral = maxEphemeral;
  }

  void put(ServerFrame frame) {
    if (!frame.ephemeral()) {
      out().add(frame);
      return;
    }
    if (ephemeral == null) {
      ephemeral = new ArrayDeque<>(1);
    }
    if (ephemeral.size() >= maxEphemeral) {
      ephemeral.poll();
      DROPPED.increment();
    }
    ephemeral.add(frame);
  }

  private List<ServerFrame> out() {
    if (out.isEmpty()) {
      out = new ArrayList<>(2);
    }
    return out;
  }

  void flush() {
    if (ephemeral != null && !ephemeral.isEmpty() && wire.writable()) {
      out().addAll(ephemeral);
      ephemeral.clear();
    }
    if (!out.isEmpty()) {
      FRAMES.increment(out.size());
      wire.send(out);
      out = List.of();
    }
  }
}
