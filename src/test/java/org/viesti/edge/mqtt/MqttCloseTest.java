package org.viesti.edge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.edge.mqtt.MqttBytes.CLEAN;
import static org.viesti.edge.mqtt.MqttBytes.connect4;
import static org.viesti.edge.mqtt.MqttBytes.connect5;
import static org.viesti.edge.mqtt.MqttBytes.packet;
import static org.viesti.edge.mqtt.MqttBytes.props;
import static org.viesti.edge.mqtt.MqttBytes.publish4;
import static org.viesti.edge.mqtt.MqttBytes.u32;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viesti.connection.CloseCause;
import org.viesti.connection.DeviceConnection;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.ServerFrame;

/** How connections end: MQTT 5.0 §3.14, §4.13, and the keep alive of §3.1.2.10. */
@Timeout(60)
class MqttCloseTest {
  private static MqttNode node;

  @BeforeAll
  static void start() {
    node = new MqttNode();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @ParameterizedTest
  @CsvSource({"'', false", "00, false", "04, true", "81, true"})
  void MQTT_3_14_4_3_a_client_that_leaves_has_its_will_discarded_or_not(String reason, boolean will)
      throws Exception {
    byte[] disconnect =
        reason.isEmpty() ? packet(0xE0) : packet(0xE0, Integer.parseInt(reason, 16));
    try (MqttClient client = MqttClient.five(node).send(disconnect)) {
      MqttNode.Stream stream = node.stream();
      assertThat(stream.frame()).isEqualTo(new ClientFrame.Leave(will, null));
      assertThat(stream.next()).isEqualTo(new DeviceConnection.Closed());
      client.closed();
    }
  }

  @Test
  void what_was_said_before_a_disconnect_counts_and_what_follows_does_not() throws Exception {
    try (MqttClient client = MqttClient.four(node)) {
      client.send(publish4(0, "a", 0, ""), packet(0xE0), publish4(0, "b", 0, ""));
      MqttNode.Stream stream = node.stream();
      assertThat(stream.frames()).hasSize(2).endsWith(new ClientFrame.Leave(false, null));
      assertThat(stream.next()).isEqualTo(new DeviceConnection.Closed());
    }
  }

  @Test
  void a_client_that_leaves_may_change_how_long_its_session_is_kept() throws Exception {
    byte[] disconnect = packet(0xE0, 0, props(0x11, u32(60)));
    try (MqttClient client = MqttClient.five(node, 0x11, u32(5)).send(disconnect)) {
      assertThat(node.stream().frame()).isEqualTo(new ClientFrame.Leave(false, 60L));
    }
    try (MqttClient client = MqttClient.five(node).send(disconnect)) {
      node.stream();
      assertThat(client.disconnected()).as("MQTT 5.0 §3.14.2.2.2").isEqualTo(0x82);
    }
  }

  @Test
  void a_client_that_is_gone_without_a_word_is_told_of() throws Exception {
    MqttNode.Stream stream;
    try (MqttClient client = MqttClient.five(node)) {
      stream = node.stream();
    }
    assertThat(stream.next()).isEqualTo(new DeviceConnection.Closed());
  }

  @Test
  void each_cause_has_a_reason_in_5_and_none_in_3_1_1() throws Exception {
    Map<CloseCause, Integer> reasons =
        Map.of(
            new CloseCause.TakenOver(), 0x8E,
            new CloseCause.TokenExpired(), 0x87,
            new CloseCause.Revoked(), 0x87,
            new CloseCause.SecretRevoked(), 0x87,
            new CloseCause.Silent(), 0x8D,
            new CloseCause.Drained(), 0x8B,
            new CloseCause.Rejected(Refusal.of(ErrorCode.RATE_LIMITED, "no")), 0x96,
            new CloseCause.Rejected(Refusal.of(ErrorCode.INTERNAL, "no")), 0x80);
    for (CloseCause cause : reasons.keySet()) {
      try (MqttClient five = MqttClient.five(node)) {
        MqttNode.Stream stream = node.stream();
        stream.wire().close(cause);
        assertThat(five.disconnected()).as(cause.toString()).isEqualTo(reasons.get(cause));
        five.close();
        assertThat(stream.next()).isEqualTo(new DeviceConnection.Closed());
      }
      try (MqttClient four = MqttClient.four(node)) {
        node.stream().wire().close(cause);
        four.closed();
      }
    }
    try (MqttClient five = MqttClient.five(node)) {
      node.stream().wire().close(new CloseCause.ClientGone());
      five.closed();
    }
  }

  @Test
  void MQTT_3_1_4_3_what_was_sent_before_a_takeover_comes_before_its_disconnect() throws Exception {
    try (MqttClient client = MqttClient.five(node)) {
      MqttNode.Stream stream = node.stream();
      stream.send(new ServerFrame.Release(1));
      stream.wire().close(new CloseCause.TakenOver());
      stream.send(new ServerFrame.Release(2));
      assertThat(client.next()).isEqualTo("62 02 00 01");
      assertThat(client.disconnected()).isEqualTo(0x8E);
    }
  }

  @Test
  void a_reason_that_makes_the_packet_too_large_is_left_out() throws Exception {
    try (MqttClient client = MqttClient.five(node, 0x27, u32(10))) {
      node.stream().wire().close(new CloseCause.TakenOver());
      assertThat(client.next()).isEqualTo("e0 02 8e 00");
    }
  }

  @Test
  void a_stream_that_ends_before_it_is_open_is_refused_by_connack() throws Exception {
    node.gate = new CompletableFuture<Void>();
    try (MqttClient five = new MqttClient(node.port()).send(connect5(CLEAN, 0, props(), "c"));
        MqttClient four = new MqttClient(node.port()).send(connect4(CLEAN, 0, "c"))) {
      for (MqttNode.Stream stream : List.of(node.stream(), node.stream())) {
        stream.wire().close(new CloseCause.Drained());
      }
      assertThat(five.refused()).isEqualTo(0x88);
      assertThat(four.next()).isEqualTo("20 02 00 03");
    } finally {
      node.gate = CompletableFuture.completedFuture(null);
    }
  }

  @Test
  void MQTT_3_1_2_22_a_client_silent_for_one_and_a_half_keep_alives_is_closed() throws Exception {
    long start = System.nanoTime();
    try (MqttClient client = new MqttClient(node.port())) {
      client.send(connect5(CLEAN, 1, props(), "c")).next();
      MqttNode.Stream stream = node.stream();
      assertThat(client.disconnected()).isEqualTo(0x8D);
      assertThat(System.nanoTime() - start).isBetween(1_400_000_000L, 8_000_000_000L);
      client.close();
      assertThat(stream.next()).isEqualTo(new DeviceConnection.Closed());
    }
  }

  @Test
  void MQTT_3_12_4_1_a_ping_is_answered_and_told() throws Exception {
    try (MqttClient client = MqttClient.four(node).send(packet(0xC0))) {
      assertThat(client.next()).isEqualTo("d0 00");
      assertThat(node.stream().frame()).isEqualTo(new ClientFrame.Pong(null));
    }
  }
}
