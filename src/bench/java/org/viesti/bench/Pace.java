package org.viesti.bench;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * When which device posts where. Open loop: every post at its time, whether or not earlier ones
 * were answered; a post that leaves late counts from when it was due. Closed loop: every sender
 * keeps a window of unanswered posts.
 */
final class Pace {
  private final Fleet fleet;
  private final EventLoop loop;
  private final List<Device> touched = new ArrayList<>();
  private Load load = new Load(0, 0, 0, Load.Receivers.ALL, 0, 0);
  private boolean running;
  private long startedAt;
  private long post;

  Pace(Fleet fleet, EventLoop loop) {
    this.fleet = fleet;
    this.loop = loop;
  }

  void start(Load load) {
    this.load = load;
    running = true;
    startedAt = fleet.now();
    post = 0;
    if (load.rate() > 0) {
      postDue();
    } else {
      forEachSender(this::fill);
      forEachSender(Device::flush);
    }
  }

  void stop() {
    running = false;
  }

  /** A sender's post was answered: it may post again, and is flushed by whoever read the answer. */
  void answered(Device sender) {
    if (running && load.rate() == 0) {
      fill(sender);
    }
  }

  private void postDue() {
    if (!running) {
      return;
    }
    long now = fleet.now();
    long due = due(post);
    while (due <= now) {
      int room = (int) (post % topology().rooms());
      int nth = (int) (post / topology().rooms() % load.senders());
      Device sender = fleet.device(topology().member(room, nth));
      sender.post(room, due);
      touched.add(sender);
      due = due(++post);
    }
    touched.forEach(Device::flush);
    touched.clear();
    loop.schedule(this::postDue, due - now, TimeUnit.NANOSECONDS);
  }

  private long due(long nth) {
    return startedAt + nth * 1_000_000_000L / load.rate();
  }

  private void fill(Device sender) {
    int[] rooms = sender.rooms();
    while (sender.inFlight < load.window()) {
      sender.post(rooms[(int) (post++ % rooms.length)], fleet.now());
    }
  }

  private void forEachSender(Consumer<Device> act) {
    for (int room = 0; room < topology().rooms(); room++) {
      for (int nth = 0; nth < load.senders(); nth++) {
        act.accept(fleet.device(topology().member(room, nth)));
      }
    }
  }

  private Topology topology() {
    return fleet.plan.topology();
  }
}
