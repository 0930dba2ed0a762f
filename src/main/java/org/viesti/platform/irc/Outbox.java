package org.viesti.platform.irc;

import java.util.ArrayDeque;
import org.viesti.platform.Activity;
import org.viesti.platform.Platform;

/**
 * Events on their way to the client, in order. A thread of their own tells them, so that a client
 * that does not keep up holds up nobody else; when they are as many as the settings allow, the
 * server is not read until half of them are told. So at most what had been read by then is more.
 */
final class Outbox implements AutoCloseable {
  private final Platform.Host host;
  private final int most;
  private final Reading reading;
  private final ArrayDeque<Activity> waiting = new ArrayDeque<>();
  private final Thread teller;

  /** What can be told not to read on. */
  interface Reading {
    void read(boolean on);
  }

  Outbox(Platform.Host host, int most, Reading reading) {
    this.host = host;
    this.most = most;
    this.reading = reading;
    teller = Thread.ofVirtual().name("viesti-irc-events").start(this::tellAll);
  }

  synchronized void put(Activity event) {
    waiting.add(event);
    notifyAll();
    if (waiting.size() >= most) {
      reading.read(false);
    }
  }

  private synchronized Activity take() throws InterruptedException {
    while (waiting.isEmpty()) {
      wait();
    }
    Activity next = waiting.remove();
    if (waiting.size() == most / 2) {
      reading.read(true);
    }
    return next;
  }

  private void tellAll() {
    try {
      while (true) {
        Activity next = take();
        try {
          host.tell(next);
        } catch (RuntimeException e) {
          host.log().warn("An event of IRC was not told", e);
        }
      }
    } catch (InterruptedException closed) {
      // nobody is to be told any more
    }
  }

  @Override
  public void close() {
    teller.interrupt();
  }
}
