package org.viesti.edge.bridge;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.viesti.connection.CloseCause;
import org.viesti.connection.Wire;
import org.viesti.protocol.ServerFrame;

/**
 * The bridge as its own stream's client. It takes messages of QoS 0 while the remote broker is
 * there, and at most a window of them has not gone yet; those above come in the stream's window.
 */
final class LocalWire implements Wire {
  /** What the stream says. */
  sealed interface News {
    LocalWire from();
  }

  record Sent(LocalWire from, List<ServerFrame> frames) implements News {}

  record Ended(LocalWire from, CloseCause cause) implements News {}

  private final int window;
  private final Consumer<News> ear;
  private final AtomicInteger leaving = new AtomicInteger();
  private volatile boolean up;

  LocalWire(int window, Consumer<News> ear) {
    this.window = window;
    this.ear = ear;
  }

  @Override
  public void send(List<ServerFrame> frames) {
    for (ServerFrame frame : frames) {
      if (frame instanceof ServerFrame.Published published && published.delivery() == 0) {
        leaving.incrementAndGet();
      }
    }
    ear.accept(new Sent(this, List.copyOf(frames)));
  }

  @Override
  public boolean writable() {
    return up && leaving.get() < window;
  }

  /** One of QoS 0 has gone, or is dropped. Whether there is room again since. */
  boolean left() {
    return leaving.decrementAndGet() == window - 1;
  }

  /** The remote broker is there, or no longer. */
  void up(boolean is) {
    up = is;
  }

  /** What the remote broker sends without an answer has a window already. */
  @Override
  public void reading(boolean on) {}

  @Override
  public void close(CloseCause cause) {
    ear.accept(new Ended(this, cause));
  }
}
