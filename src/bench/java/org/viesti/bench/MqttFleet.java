package org.viesti.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * All clients of a load generator of MQTT, on one event loop: it costs least, and nothing here
 * needs a lock. What is not in {@link Clients} belongs to that loop.
 */
final class MqttFleet implements Clients {
  /** So many handshakes at a time: the listener's backlog is not what is measured. */
  private static final int CONNECTING = 32;

  private static final int COMPLAINTS = 5;

  /** What is due within one tick is sent, and due, at its end: waking costs more than sending. */
  private static final long TICK_NANOS = 1_000_000;

  final MqttPlan plan;
  private final EventLoop loop;
  private final Bootstrap bootstrap;
  private final List<MqttPublisher> publishers = new ArrayList<>();
  private final List<MqttSubscriber> subscribers = new ArrayList<>();
  private final Iterator<MqttWire> toConnect;
  private final CompletableFuture<Void> connected = new CompletableFuture<>();
  private int ready;
  private int complaints;

  private Load load = new Load(0, 0, 0, Load.Receivers.ALL, 0, 0);
  private boolean running;
  private long startedAt;
  private long message;

  Tally tally = new Tally();
  long lost;
  long disordered;
  private long errors;

  MqttFleet(MqttPlan plan) {
    this.plan = plan;
    this.loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory()).next();
    this.bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(EpollSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .remoteAddress("127.0.0.1", plan.port());
    for (int n = 0; n < plan.publishers(); n++) {
      publishers.add(new MqttPublisher(this, n, plan.textBytes()));
    }
    for (int n = 0; n < plan.subscribers(); n++) {
      subscribers.add(new MqttSubscriber(this, n));
    }
    List<MqttWire> wires = new ArrayList<>();
    subscribers.forEach(subscriber -> wires.add(subscriber.wire()));
    publishers.forEach(publisher -> wires.add(publisher.wire));
    this.toConnect = wires.iterator();
  }

  static String topic(int number) {
    return "bench/" + number;
  }

  @Override
  public void connect() {
    loop.execute(
        () -> {
          for (int i = 0; i < CONNECTING; i++) {
            connectNext();
          }
        });
    connected.join();
  }

  private void connectNext() {
    if (toConnect.hasNext()) {
      connect(toConnect.next());
    }
  }

  void connect(MqttWire wire) {
    bootstrap
        .clone()
        .handler(wire)
        .connect()
        .addListener(
            done -> {
              if (!done.isSuccess()) {
                broke(done.cause().toString());
              }
            });
  }

  /** One more client is connected, and its subscription in force. */
  void ready() {
    if (++ready == publishers.size() + subscribers.size()) {
      connected.complete(null);
    } else {
      connectNext();
    }
  }

  @Override
  public void begin(Load load) {
    ask(
        () -> {
          this.load = load;
          lost = 0;
          disordered = 0;
          errors = 0;
          subscribers.forEach(MqttSubscriber::forget);
          if (load.receivers() == Load.Receivers.AWAY) {
            subscribers.forEach(MqttSubscriber::leave);
          }
          running = true;
          startedAt = now();
          message = 0;
          if (load.rate() > 0) {
            sendDue();
          } else {
            publishers.forEach(publisher -> publisher.fill(load.window()));
            publishers.forEach(publisher -> publisher.wire.flush());
          }
          return load;
        });
  }

  /** Open loop: every message at its time, whether or not earlier ones were answered. */
  private void sendDue() {
    if (!running) {
      return;
    }
    long now = now();
    long from = message;
    long due = due(message);
    for (; due <= now; due = due(++message)) {
      publisher(message).publish(due);
    }
    for (long sent = from; sent < message && sent < from + publishers.size(); sent++) {
      publisher(sent).wire.flush();
    }
    loop.schedule(this::sendDue, due - now, TimeUnit.NANOSECONDS);
  }

  private MqttPublisher publisher(long message) {
    return publishers.get((int) (message % publishers.size()));
  }

  private long due(long nth) {
    long after = nth * 1_000_000_000L / load.rate();
    return startedAt + (after / TICK_NANOS + 1) * TICK_NANOS;
  }

  /**
   * A publisher's message was answered: it may send again, and is flushed by who read the answer.
   */
  void answered(MqttPublisher publisher) {
    if (running && load.rate() == 0) {
      publisher.fill(load.window());
    }
  }

  @Override
  public Tally nextTally() {
    return ask(
        () -> {
          Tally before = tally;
          before.until = now();
          tally = new Tally();
          return before;
        });
  }

  @Override
  public long end(Load load) {
    return ask(
        () -> {
          running = false;
          if (load.receivers() == Load.Receivers.AWAY) {
            subscribers.forEach(MqttSubscriber::comeBack);
          }
          return 0L;
        });
  }

  @Override
  public long outstanding() {
    return ask(() -> unanswered() + behind());
  }

  @Override
  public Faults faults() {
    return ask(() -> new Faults(lost + behind(), disordered, errors + unanswered()));
  }

  private long unanswered() {
    return publishers.stream().mapToLong(MqttPublisher::unanswered).sum();
  }

  private long behind() {
    return subscribers.stream().mapToLong(MqttSubscriber::behind).sum();
  }

  /** Messages sent to a topic so far. */
  long sent(int topic) {
    return topic < publishers.size() ? publishers.get(topic).sent : 0;
  }

  /** Something went wrong. */
  void broke(String what) {
    errors++;
    if (complaints++ < COMPLAINTS) {
      System.err.println("generator: " + what);
    }
    connected.completeExceptionally(new IllegalStateException(what));
  }

  long now() {
    return System.nanoTime();
  }

  private <T> T ask(Callable<T> question) {
    try {
      return loop.submit(question).get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
