package org.viesti.platform.xmpp;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import org.viesti.platform.Activity;
import org.viesti.platform.Platform;

/**
 * What a session tells its client, in order, by one thread. Whoever adds to a full one waits: the
 * network is then not read, until its server gives up and closes the link, which is told as any
 * loss of it. Nothing is dropped of what was read.
 */
final class EventQueue implements AutoCloseable {
  private final Platform.Host host;
  private final int most;
  private final long mostText;
  private final Queue<Waiting> waiting = new ArrayDeque<>();
  private final Thread teller;
  private long text;
  private boolean telling;
  private boolean closed;

  private record Waiting(Activity event, int text) {}

  /**
   * Full with so many events, or with those that have so much text.
   *
   * @param mostText characters of JSON; the last event may go beyond
   */
  EventQueue(Platform.Host host, int most, long mostText) {
    this.host = host;
    this.most = most;
    this.mostText = mostText;
    this.teller = Thread.ofVirtual().name("xmpp-events").unstarted(this::tellAll);
  }

  void start() {
    teller.start();
  }

  void add(Activity event) throws InterruptedException {
    add(event, () -> false);
  }

  /**
   * @param unwanted what ends the wait without an effect, once it is so and {@link #wake} was
   *     called
   */
  synchronized void add(Activity event, BooleanSupplier unwanted) throws InterruptedException {
    while (isFull() && !closed && !unwanted.getAsBoolean()) {
      wait();
    }
    if (!closed && !unwanted.getAsBoolean()) {
      Waiting added = new Waiting(event, event.json().toString().length());
      waiting.add(added);
      text += added.text();
      notifyAll();
    }
  }

  synchronized void wake() {
    notifyAll();
  }

  /** Whether somebody may be waiting to add to it. */
  synchronized boolean isFull() {
    return waiting.size() >= most || text >= mostText;
  }

  /** Returns when everything was told, or after that time. */
  synchronized void flush(Duration most) throws InterruptedException {
    long end = System.nanoTime() + most.toNanos();
    long left = most.toMillis();
    while ((telling || !waiting.isEmpty()) && !closed && left > 0) {
      wait(left);
      left = (end - System.nanoTime()) / 1_000_000;
    }
  }

  private void tellAll() {
    try {
      while (true) {
        tell(next());
      }
    } catch (InterruptedException closing) {
      // Nobody is there to be told more.
    }
  }

  private void tell(Activity event) throws InterruptedException {
    try {
      host.tell(event);
    } catch (RuntimeException e) {
      host.log().error("an event of XMPP is lost", e);
    }
  }

  private synchronized Activity next() throws InterruptedException {
    telling = false;
    notifyAll();
    while (waiting.isEmpty()) {
      wait();
    }
    telling = true;
    notifyAll();
    Waiting next = waiting.remove();
    text -= next.text();
    return next.event();
  }

  /** Drops what was not told. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    teller.interrupt();
  }
}
