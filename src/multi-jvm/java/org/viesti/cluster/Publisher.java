package org.viesti.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

/**
 * A client that publishes numbered messages at QoS 1, a window of them unanswered. When its link
 * breaks it connects again, and publishes again what was not answered.
 */
final class Publisher {
  private static final int WINDOW = 100;
  private static final int TOPICS = 4;

  /** More than a window: an id is free again when it is used again. */
  private static final int IDS = 60_000;

  private static final String PADDING = "x".repeat(80);
  private static final long BREATH_MS = 50;

  /** A message as its payload names it. */
  record Name(int publisher, int number) {
    static Name in(String payload) {
      String[] words = payload.split(" ", 3);
      return new Name(Integer.parseInt(words[0]), Integer.parseInt(words[1]));
    }
  }

  private final int number;
  private final IntSupplier port;
  private final long gapNanos;
  private final Thread thread;
  private final Semaphore room = new Semaphore(WINDOW);

  private final TreeSet<Integer> unanswered = new TreeSet<>();
  private final BitSet acked = new BitSet();
  private final BitSet repeated = new BitSet();
  private final BitSet refused = new BitSet();
  private final List<String> broken = new ArrayList<>();
  private int next;
  private volatile boolean ending;

  /**
   * @param port of the node to connect to, asked each time
   * @param rate messages a second
   */
  Publisher(int number, IntSupplier port, int rate) {
    this.number = number;
    this.port = port;
    this.gapNanos = TimeUnit.SECONDS.toNanos(1) / rate;
    this.thread = Thread.ofVirtual().name("publisher " + number).unstarted(this::run);
  }

  static String topic(int publisher, int message) {
    return "load/p" + publisher + "/t" + message % TOPICS;
  }

  void start() {
    thread.start();
  }

  /** Publishes nothing new, and returns when all is answered. */
  void end(Duration most) throws InterruptedException {
    ending = true;
    if (!thread.join(most)) {
      throw new AssertionError("unanswered: " + this);
    }
  }

  private void run() {
    try {
      while (!isDone()) {
        try (MqttLink link = MqttLink.clean(port.getAsInt(), "publisher-" + number)) {
          for (int message : startAgain()) {
            publish(link, message);
          }
          link.flush();
          Thread answers = Thread.ofVirtual().start(() -> hear(link));
          talk(link);
          link.close();
          answers.join();
        } catch (IOException e) {
          Thread.sleep(BREATH_MS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized int[] startAgain() {
    unanswered.forEach(repeated::set);
    return unanswered.stream().mapToInt(message -> message).toArray();
  }

  private void publish(MqttLink link, int message) throws IOException {
    link.publish(1 + message % IDS, topic(number, message), number + " " + message + " " + PADDING);
  }

  private void talk(MqttLink link) throws IOException, InterruptedException {
    long slot = System.nanoTime();
    while (!link.isClosed() && !isDone()) {
      long now = System.nanoTime();
      if (slot > now) {
        link.flush();
        LockSupport.parkNanos(slot - now);
      } else if (now - slot > TimeUnit.SECONDS.toNanos(1)) {
        slot = now; // it does not make up for what it could not do
      }
      if (ending) {
        link.flush();
        Thread.sleep(BREATH_MS);
      } else if (room.tryAcquire() || waitForRoom(link)) {
        publish(link, oneMore());
        slot += gapNanos;
      }
    }
  }

  private boolean waitForRoom(MqttLink link) throws IOException, InterruptedException {
    link.flush();
    return room.tryAcquire(BREATH_MS, TimeUnit.MILLISECONDS);
  }

  private synchronized int oneMore() {
    unanswered.add(next);
    return next++;
  }

  private void hear(MqttLink link) {
    try (link) {
      while (true) {
        switch (link.next()) {
          case MqttLink.Answered answer -> answered(link, answer);
          case MqttLink.Disconnected _ -> {
            return;
          }
          case MqttLink.Packet other -> broken(this + " was sent " + other);
        }
      }
    } catch (IOException e) {
      // it connects again
    }
  }

  private void answered(MqttLink link, MqttLink.Answered answer) throws IOException {
    int message = unanswered(answer.id());
    if (message < 0) {
      broken(this + " was answered what it did not ask: " + answer);
      return;
    }
    if (answer.refused()) {
      synchronized (this) {
        refused.set(message);
        repeated.set(message);
      }
      publish(link, message);
      link.flush();
      return;
    }
    synchronized (this) {
      unanswered.remove(message);
      acked.set(message);
    }
    room.release();
  }

  /** What has that id; -1: nothing. */
  private synchronized int unanswered(int id) {
    return unanswered.stream().filter(message -> 1 + message % IDS == id).findFirst().orElse(-1);
  }

  private synchronized void broken(String what) {
    broken.add(what);
  }

  /** Every broken promise, as a sentence. */
  synchronized List<String> verdict() {
    return List.copyOf(broken);
  }

  private synchronized boolean isDone() {
    return ending && unanswered.isEmpty();
  }

  int number() {
    return number;
  }

  synchronized BitSet acked() {
    return (BitSet) acked.clone();
  }

  synchronized int ackedCount() {
    return acked.cardinality();
  }

  synchronized int sent() {
    return next;
  }

  synchronized int repeatedCount() {
    return repeated.cardinality();
  }

  synchronized int refusedCount() {
    return refused.cardinality();
  }

  /** It was published more than once. */
  synchronized boolean repeated(int message) {
    return repeated.get(message);
  }

  @Override
  public synchronized String toString() {
    return "publisher %d: %d of %d acknowledged, unanswered %s"
        .formatted(number, acked.cardinality(), next, unanswered);
  }
}
