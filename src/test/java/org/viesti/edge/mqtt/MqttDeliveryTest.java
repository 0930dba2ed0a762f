package org.viesti.edge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.edge.mqtt.MqttBytes.packet;
import static org.viesti.edge.mqtt.MqttBytes.raw;
import static org.viesti.edge.mqtt.MqttBytes.u16;
import static org.viesti.edge.mqtt.MqttBytes.u32;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.Publication;
import org.viesti.protocol.ServerFrame;

/** What a client is sent: MQTT 5.0 §3.3 and §4.3. */
@Timeout(60)
class MqttDeliveryTest {
  private static MqttNode node;

  @BeforeAll
  static void start() {
    node = new MqttNode();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static ServerFrame.Published published(String topic, int delivery, int qos) {
    return published(topic, "x", delivery, qos, 0, null);
  }

  private static ServerFrame.Published published(
      String topic,
      String payload,
      int delivery,
      int qos,
      long expiresAt,
      Publication.@Nullable Properties properties,
      int... identifiers) {
    return new ServerFrame.Published(
        new Publication("t", topic, raw(payload), qos, false, 0, expiresAt, null, properties),
        delivery,
        qos,
        false,
        false,
        identifiers);
  }

  @Test
  void each_QoS_has_its_own_packet() throws Exception {
    try (MqttClient four = MqttClient.four(node)) {
      node.stream().send(published("a", 0, 0), published("a", 7, 1), published("a", 8, 2));
      assertThat(four.next()).isEqualTo("30 04 00 01 61 78");
      assertThat(four.next()).isEqualTo("32 06 00 01 61 00 07 78");
      assertThat(four.next()).isEqualTo("34 06 00 01 61 00 08 78");
    }
    try (MqttClient five = MqttClient.five(node)) {
      node.stream().send(published("a", 0, 0), published("a", 7, 1));
      assertThat(five.next()).isEqualTo("30 05 00 01 61 00 78");
      assertThat(five.next()).isEqualTo("32 07 00 01 61 00 07 00 78");
    }
  }

  @Test
  void what_is_sent_again_and_what_was_kept_is_marked() throws Exception {
    Publication publication = published("a", 0, 0).publication();
    try (MqttClient client = MqttClient.four(node)) {
      node.stream()
          .send(
              new ServerFrame.Published(publication, 7, 1, true, true, new int[0]),
              new ServerFrame.Published(publication, 0, 0, true, true, new int[0]));
      assertThat(client.next()).startsWith("3b ");
      assertThat(client.next()).as("MQTT-3.3.1-2").startsWith("31 ");
    }
  }

  @Test
  void properties_are_passed_on_and_what_is_left_of_the_expiry_is_told() throws Exception {
    Publication.Properties properties =
        new Publication.Properties(
            true,
            "c",
            "r",
            new byte[] {1},
            List.of(new Publication.Pair("k", "1"), new Publication.Pair("k", "2")));
    long expiresAt = System.currentTimeMillis() + 100_000_000;
    try (MqttClient client = MqttClient.five(node)) {
      node.stream().send(published("a", "x", 0, 0, expiresAt, properties, 1, 300));
      assertThat(client.next())
          .matches(
              "30 2b 00 01 61 26 02 00 01 86 [9a]. 0b 01 0b ac 02 01 01 03 00 01 63 08 00 01 72"
                  + " 09 00 01 01 26 00 01 6b 00 01 31 26 00 01 6b 00 01 32 78");
    }
    try (MqttClient client = MqttClient.four(node)) {
      node.stream().send(published("a", "x", 0, 0, expiresAt, properties, 1, 300));
      assertThat(client.next()).isEqualTo("30 04 00 01 61 78");
    }
  }

  @Test
  void MQTT_3_1_2_26_a_client_gets_no_more_topic_aliases_than_it_knows() throws Exception {
    try (MqttClient client = MqttClient.five(node, 0x22, u16(1))) {
      node.stream().send(published("a", 0, 0), published("b", 0, 0), published("a", 7, 1));
      assertThat(client.next()).isEqualTo("30 08 00 01 61 03 23 00 01 78");
      assertThat(client.next()).isEqualTo("30 05 00 01 62 00 78");
      assertThat(client.next()).isEqualTo("32 09 00 00 00 07 03 23 00 01 78");
    }
  }

  @Test
  void MQTT_3_1_2_25_what_is_too_large_for_a_client_is_done_with() throws Exception {
    try (MqttClient client = MqttClient.five(node, 0x27, u32(20), 0x22, u16(9))) {
      MqttNode.Stream stream = node.stream();
      stream.send(
          published("a", "x".repeat(9), 0, 0, 0, null),
          published("a", "x".repeat(12), 7, 1, 0, null),
          published("a", "x".repeat(11), 8, 1, 0, null),
          published("a", "y".repeat(10), 9, 2, 0, null));
      assertThat(stream.frames()).containsExactly(new ClientFrame.Done(7), new ClientFrame.Done(8));
      assertThat(client.next()).as("alias 1").startsWith("30 10 00 01 61 03 23 00 01 78");
      assertThat(client.next()).startsWith("34 ");
    }
  }

  @Test
  void answers_to_deliveries_are_told() throws Exception {
    try (MqttClient client = MqttClient.five(node)) {
      MqttNode.Stream stream = node.stream();
      client.send(
          packet(0x40, u16(1)),
          packet(0x50, u16(2)),
          packet(0x50, u16(3), 0x97),
          packet(0x70, u16(2), 0, 0));
      assertThat(stream.frames())
          .containsExactly(
              new ClientFrame.Done(1),
              new ClientFrame.Received(2, false),
              new ClientFrame.Received(3, true),
              new ClientFrame.Done(2));
      stream.send(new ServerFrame.Release(2));
      assertThat(client.next()).isEqualTo("62 02 00 02");
    }
  }

  @Test
  void what_MQTT_has_no_words_for_is_not_sent() throws Exception {
    try (MqttClient client = MqttClient.four(node)) {
      node.stream()
          .send(
              new ServerFrame.CaughtUp(),
              new ServerFrame.Ping(null),
              new ServerFrame.Drain(1),
              new ServerFrame.Release(1));
      assertThat(client.next()).isEqualTo("62 02 00 01");
    }
  }

  @Test
  void a_batch_goes_out_at_once() throws Exception {
    try (MqttClient client = MqttClient.four(node)) {
      node.stream().send(published("a", 0, 0), published("b", 0, 0), published("c", 0, 0));
      assertThat(client.once()).isEqualTo("30 04 00 01 61 78 30 04 00 01 62 78 30 04 00 01 63 78");
    }
  }

  @Test
  void while_the_connection_does_not_read_the_socket_is_not_read() throws Exception {
    try (MqttClient client = MqttClient.four(node)) {
      MqttNode.Stream stream = node.stream();
      client.send(packet(0xC0)).next();
      stream.frames();
      stream.wire().reading(false);
      stream.send(new ServerFrame.Release(1));
      client.next();
      client.send(packet(0xC0));
      stream.send(new ServerFrame.Release(2));
      assertThat(client.next()).isEqualTo("62 02 00 02");
      stream.wire().reading(true);
      assertThat(client.next()).isEqualTo("d0 00");
    }
  }
}
