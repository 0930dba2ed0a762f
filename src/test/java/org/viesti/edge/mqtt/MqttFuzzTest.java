package org.viesti.edge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.edge.mqtt.MqttBytes.CLEAN;
import static org.viesti.edge.mqtt.MqttBytes.connect4;
import static org.viesti.edge.mqtt.MqttBytes.connect5;
import static org.viesti.edge.mqtt.MqttBytes.packet;
import static org.viesti.edge.mqtt.MqttBytes.parts;
import static org.viesti.edge.mqtt.MqttBytes.props;
import static org.viesti.edge.mqtt.MqttBytes.publish4;
import static org.viesti.edge.mqtt.MqttBytes.publish5;
import static org.viesti.edge.mqtt.MqttBytes.raw;
import static org.viesti.edge.mqtt.MqttBytes.u16;
import static org.viesti.edge.mqtt.MqttBytes.u32;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.viesti.connection.Connections;

/** Packets with wrong bytes in them, lengthened and cut: none is a fault of the server's own. */
class MqttFuzzTest {
  private static final int ROUNDS = 50_000;

  private static final List<byte[]> CONNECTS =
      List.of(
          connect4(CLEAN, 0, "c"),
          connect5(
              0xE6,
              9,
              props(0x11, u32(9), 0x21, u16(1), 0x27, u32(99), 0x22, u16(2), 0x26, "a", "b"),
              "c",
              props(0x18, u32(1), 0x08, "r", 0x09, u16(1), 7),
              "will",
              u16(1),
              1,
              "user",
              "password"));

  private static final List<byte[]> PACKETS =
      List.of(
          publish4(1, "a/b", 7, "hello"),
          publish5(2, "a/b", 8, props(0x23, u16(1), 0x02, u32(4), 0x26, "k", "v"), "hello"),
          packet(0x82, u16(1), props(0x0B, 5), "a/+", 0x2E, "$share/g/#", 1),
          packet(0x82, u16(1), "a/+", 1),
          packet(0xA2, u16(2), props(), "a/+"),
          packet(0x40, u16(3), 0x10, props(0x1F, "why")),
          packet(0x62, u16(4)),
          packet(0xC0),
          packet(0xF0, 0x18, props(0x15, "m")),
          packet(0xE0, 4, props(0x11, u32(0))));

  @Test
  void no_bytes_make_the_server_fail() {
    MqttSettings settings = MqttNode.settings("anonymous = on, max-packet-bytes = 1KiB");
    Connections slow = (principal, wire, hello) -> new CompletableFuture<>();
    MqttEdge edge =
        new MqttEdge(
            settings,
            MqttNode.authenticator(token -> new CompletableFuture<>(), settings, device -> null),
            slow);
    ListAppender<ILoggingEvent> faults = new ListAppender<>();
    faults.start();
    Logger log = (Logger) LoggerFactory.getLogger(MqttSession.class);
    log.addAppender(faults);
    Random random = new Random(20261121);
    int closed = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] connect = CONNECTS.get(random.nextInt(CONNECTS.size()));
      byte[] packet = PACKETS.get(random.nextInt(PACKETS.size()));
      byte[] sent =
          random.nextInt(4) == 0
              ? parts(mutated(connect, random), packet)
              : parts(connect, mutated(packet, random), packet(0xC0));
      EmbeddedChannel channel = new EmbeddedChannel();
      edge.begin(channel.pipeline());
      channel.writeInbound(Unpooled.wrappedBuffer(sent));
      channel.runPendingTasks();
      assertThat(faults.list).as(MqttClient.hex(sent)).isEmpty();
      closed += channel.outboundMessages().isEmpty() ? 0 : 1;
      channel.releaseOutbound();
      channel.checkException();
      channel.close();
    }
    log.detachAppender(faults);
    assertThat(closed).as("what was refused").isBetween(ROUNDS / 10, ROUNDS - 1);
  }

  private static byte[] mutated(byte[] packet, Random random) {
    byte[] bytes =
        random.nextInt(4) == 0
            ? parts(packet, raw("x".repeat(random.nextInt(2000))))
            : packet.clone();
    for (int i = random.nextInt(4); i >= 0; i--) {
      bytes[random.nextInt(Math.min(bytes.length, 60))] = (byte) random.nextInt(256);
    }
    return bytes;
  }
}
