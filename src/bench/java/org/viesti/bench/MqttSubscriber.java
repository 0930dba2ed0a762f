package org.viesti.bench;

import io.netty.buffer.ByteBuf;

/**
 * Subscribes to one topic, and checks that what it receives is a chain without gaps. Belongs to the
 * generator's event loop.
 */
final class MqttSubscriber implements MqttClient {
  private final MqttFleet fleet;
  private final int number;
  private final int topic;
  private MqttWire wire;
  private boolean returning;
  private long last;

  MqttSubscriber(MqttFleet fleet, int number) {
    this.fleet = fleet;
    this.number = number;
    this.topic = fleet.plan.topic(number);
    this.wire = newWire();
  }

  private MqttWire newWire() {
    return new MqttWire(this, "subscriber-" + number, fleet.plan.durable());
  }

  MqttWire wire() {
    return wire;
  }

  @Override
  public void connected(boolean sessionPresent) {
    if (sessionPresent) {
      subscribed();
      return;
    }
    if (returning) {
      broke("its session is gone");
    }
    wire.subscribe(MqttFleet.topic(topic));
  }

  @Override
  public void subscribed() {
    fleet.ready();
  }

  @Override
  public void received(ByteBuf payload) {
    long due = payload.readLong();
    if (payload.readInt() != topic) {
      broke("a message of another topic");
    }
    long seq = payload.readLong();
    if (seq <= last) {
      fleet.disordered++;
      return;
    }
    fleet.lost += seq - last - 1;
    last = seq;
    fleet.tally.deliveries++;
    fleet.tally.arrived(fleet.now() - due);
  }

  /** Messages that were sent to it and have not arrived. */
  long behind() {
    return fleet.sent(topic) - last;
  }

  /** What has not arrived by now is no more waited for. */
  void forget() {
    last = fleet.sent(topic);
  }

  void leave() {
    wire.leave();
  }

  void comeBack() {
    returning = true;
    wire = newWire();
    fleet.connect(wire);
  }

  @Override
  public void acknowledged(int packetId) {}

  @Override
  public void broke(String why) {
    fleet.broke("subscriber " + number + ": " + why);
  }
}
