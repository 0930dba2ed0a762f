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
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.viesti.TestNode;
import org.viesti.testkit.Await;

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
    MqttEdge edge =
        new MqttEdge(
            settings,
            MqttNode.authenticator(token -> new CompletableFuture<>(), settings, device -> null),
            MqttNode.NOBODY,
            new MqttTraffic());
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

  /** With {@code -Dtest.packets=1000000} so many. */
  @Test
  @Timeout(3600)
  void whatever_one_connection_sends_another_does_not_notice(@TempDir Path folder)
      throws Exception {
    int packets = Integer.getInteger("test.packets", 5_000);
    List<String> everything = List.of("allow all #");
    try (TestNode node = TestNode.start(folder, "mqtt.anonymous", true, "topics.acl", everything);
        SessionClient neighbour =
            SessionClient.clean(node.mqttPort(), "neighbour", 0).subscribe("mine/#", 1);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      AtomicInteger left = new AtomicInteger(packets);
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        Random random = new Random(20261121 + i);
        all.add(
            threads.submit(
                () -> {
                  while (left.decrementAndGet() >= 0) {
                    annoy(node.mqttPort(), random);
                  }
                  return null;
                }));
      }
      long slowest = 0;
      int rounds = 0;
      while (left.get() > 0) {
        int next = Math.max(0, left.get() - packets / 1000);
        Await.until(
            Duration.ofMinutes(1), () -> "a thousandth is not sent", () -> left.get() <= next);
        long start = System.nanoTime();
        neighbour.send(publish5(1, "mine/" + rounds, 1, props(), "x"));
        // The answer and the message come in either order.
        List<String> came = List.of(neighbour.next(), neighbour.next());
        assertThat(came.stream().filter(packet -> packet.startsWith("40 02 00 01"))).hasSize(1);
        SessionClient.Published one =
            SessionClient.published(
                came.stream().filter(packet -> packet.startsWith("3")).findFirst().orElseThrow());
        assertThat(one.topic()).isEqualTo("mine/" + rounds);
        neighbour.ack(one.id());
        slowest = Math.max(slowest, System.nanoTime() - start);
        rounds++;
      }
      for (Future<?> each : all) {
        each.get();
      }
      System.out.printf(
          "%,d malformed packets; a neighbour published and got %,d messages, the slowest in %d ms%n",
          packets, rounds, slowest / 1_000_000);
      assertThat(rounds).isPositive();
    }
  }

  private static final int THREADS = 8;

  /** Connects, sends one malformed packet, and breaks the connection at once. */
  private static void annoy(int port, Random random) throws IOException {
    try (Socket socket = new Socket()) {
      byte[] from = {127, 0, (byte) random.nextInt(1, 255), (byte) random.nextInt(1, 255)};
      socket.bind(new InetSocketAddress(InetAddress.getByAddress(from), 0));
      socket.setSoLinger(true, 0);
      socket.connect(new InetSocketAddress("127.0.0.1", port), 10_000);
      byte[] packet = mutated(PACKETS.get(random.nextInt(PACKETS.size())), random);
      byte[] connect = connect5(CLEAN, 0, props(), "annoying-" + random.nextInt(1000));
      socket.getOutputStream().write(random.nextInt(8) == 0 ? packet : parts(connect, packet));
      if (random.nextBoolean()) {
        socket.setSoTimeout(100);
        socket.getInputStream().read();
      }
    } catch (SocketException | SocketTimeoutException e) {
      // it closed first, or had nothing to say
    }
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
