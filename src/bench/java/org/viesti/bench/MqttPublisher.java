package org.viesti.bench;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Publishes to one topic. Each message says when it was due, who sent it, and the how manieth it
 * is. Belongs to the generator's event loop.
 */
final class MqttPublisher implements MqttClient {
  /** Messages without an answer, at most: the brokers' receive maximum. */
  static final int MOST_IN_FLIGHT = 256;

  /** The size of a message's head. */
  static final int HEAD_BYTES = 8 + 4 + 8;

  private final MqttFleet fleet;
  private final int number;
  private final String topic;
  private final byte[] padding;
  final MqttWire wire;

  /** By packet id; ids run from 1 to its length, in turn, and are free again long before. */
  private final long[] due = new long[4 * MOST_IN_FLIGHT];

  private final Queue<Long> waiting = new ArrayDeque<>();
  private int nextId = 1;
  private int inFlight;
  long sent;

  MqttPublisher(MqttFleet fleet, int number, int textBytes) {
    this.fleet = fleet;
    this.number = number;
    this.topic = MqttFleet.topic(number);
    this.padding = new byte[textBytes - HEAD_BYTES];
    this.wire = new MqttWire(this, "publisher-" + number, false);
  }

  /** Open loop: publishes now, or as soon as it may. */
  void publish(long due) {
    if (inFlight < MOST_IN_FLIGHT) {
      send(due);
    } else {
      waiting.add(due);
    }
  }

  /** Closed loop: publishes until so many are without an answer. */
  void fill(int window) {
    while (inFlight < window) {
      send(fleet.now());
    }
  }

  private void send(long due) {
    int packetId = nextId;
    nextId = nextId % this.due.length + 1;
    this.due[packetId - 1] = due;
    ByteBuf payload = wire.publish(topic, packetId, HEAD_BYTES + padding.length);
    payload.writeLong(due).writeInt(number).writeLong(++sent).writeBytes(padding);
    inFlight++;
  }

  @Override
  public void acknowledged(int packetId) {
    inFlight--;
    fleet.tally.acked(fleet.now() - due[packetId - 1]);
    Long next = waiting.poll();
    if (next != null) {
      send(next);
    } else {
      fleet.answered(this);
    }
  }

  /** Messages without an answer, and those that could not be sent yet. */
  int unanswered() {
    return inFlight + waiting.size();
  }

  @Override
  public void connected(boolean sessionPresent) {
    fleet.ready();
  }

  @Override
  public void subscribed() {}

  @Override
  public void received(ByteBuf payload) {
    broke("a message it did not ask for");
  }

  @Override
  public void broke(String why) {
    fleet.broke("publisher " + number + ": " + why);
  }
}
