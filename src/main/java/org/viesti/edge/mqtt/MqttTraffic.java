package org.viesti.edge.mqtt;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import java.util.concurrent.atomic.LongAdder;

/**
 * What went between a node and its MQTT clients since it started: packets of any type and their
 * bytes, without those of TLS or WebSocket; of those that are publishes, how many, and the bytes of
 * their payloads.
 */
public final class MqttTraffic implements MeterBinder {

  /** One direction. */
  static final class Way {
    final LongAdder packets = new LongAdder();
    final LongAdder bytes = new LongAdder();
    final LongAdder publishes = new LongAdder();
    final LongAdder payloadBytes = new LongAdder();

    private void bindTo(MeterRegistry registry, String direction) {
      bind(registry, "packets", direction, packets);
      bind(registry, "bytes", direction, bytes);
      bind(registry, "publishes", direction, publishes);
      bind(registry, "payload-bytes", direction, payloadBytes);
    }

    private static void bind(
        MeterRegistry registry, String what, String direction, LongAdder count) {
      FunctionCounter.builder("viesti.mqtt." + what, count, LongAdder::sum)
          .tag("direction", direction)
          .register(registry);
    }
  }

  final Way received = new Way();
  final Way sent = new Way();

  /** Clients that were told that they are connected, and are. */
  final LongAdder connected = new LongAdder();

  void received(MqttMessage packet) {
    received.packets.increment();
    received.bytes.add(PacketWriter.size(packet.fixedHeader().remainingLength()));
    if (packet instanceof MqttPublishMessage publish) {
      received.publishes.increment();
      received.payloadBytes.add(publish.payload().readableBytes());
    }
  }

  /** Packets, none of them a publish. */
  void sent(int packets, int bytes) {
    sent.packets.add(packets);
    sent.bytes.add(bytes);
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    received.bindTo(registry, "received");
    sent.bindTo(registry, "sent");
    Gauge.builder("viesti.mqtt.connected", connected, LongAdder::sum).register(registry);
  }
}
