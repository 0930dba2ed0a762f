package org.viesti.edge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.edge.mqtt.MqttBytes.packet;
import static org.viesti.edge.mqtt.MqttBytes.parts;
import static org.viesti.edge.mqtt.MqttBytes.props;
import static org.viesti.edge.mqtt.MqttBytes.publish4;
import static org.viesti.edge.mqtt.MqttBytes.publish5;
import static org.viesti.edge.mqtt.MqttBytes.raw;
import static org.viesti.edge.mqtt.MqttBytes.u16;
import static org.viesti.edge.mqtt.MqttBytes.u32;

import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.viesti.connection.DeviceConnection;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Publication;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.ServerFrame;
import org.viesti.testkit.Shows;

/** What a client publishes: MQTT 5.0 §3.3 to §3.7. */
@Timeout(60)
class MqttPublishTest {
  private static final byte[] NONE = props();
  private static MqttNode node;

  @BeforeAll
  static void start() {
    node = new MqttNode();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static ClientFrame.Publish published(MqttNode.Stream stream) throws Exception {
    return (ClientFrame.Publish) stream.frame();
  }

  @Test
  @SuppressWarnings("NullAway") // it does not read the annotation of a nested type's name
  void a_publish_of_QoS_0_has_no_id_and_no_answer() throws Exception {
    try (MqttClient client = MqttClient.four(node).send(publish4(0, "a/b", 0, "x"))) {
      assertThat(published(node.stream()))
          .usingRecursiveComparison()
          .isEqualTo(new ClientFrame.Publish(null, "a/b", null, raw("x"), 0, false, null, null));
    }
  }

  @Test
  void a_publish_carries_its_properties() throws Exception {
    byte[] properties =
        props(
            parts(0x01, 1, 0x02, u32(77), 0x03, "json", 0x08, "re", 0x09, u16(2), 1, 2),
            parts(0x26, "k", "1", 0x26, "k", "2"));
    byte[] publish = packet(0x33, "t", u16(9), properties, raw("x"));
    try (MqttClient client = MqttClient.five(node).send(publish)) {
      assertThat(published(node.stream()))
          .usingRecursiveComparison()
          .isEqualTo(
              new ClientFrame.Publish(
                  "9",
                  "t",
                  null,
                  raw("x"),
                  1,
                  true,
                  77L,
                  new Publication.Properties(
                      true,
                      "json",
                      "re",
                      new byte[] {1, 2},
                      List.of(new Publication.Pair("k", "1"), new Publication.Pair("k", "2")))));
    }
  }

  @Test
  void what_comes_in_one_read_is_told_at_once() throws Exception {
    byte[] one = publish4(1, "t", 1, "x");
    byte[] two = publish4(1, "t", 2, "y");
    try (MqttClient client = MqttClient.four(node).send(one, two, packet(0xC0))) {
      assertThat(node.stream().frames())
          .extracting(Object::getClass)
          .containsExactly(
              (Class) ClientFrame.Publish.class, ClientFrame.Publish.class, ClientFrame.Pong.class);
      assertThat(client.next()).isEqualTo("d0 00");
    }
  }

  @Test
  void MQTT_4_3_2_4_QoS_1_is_answered_by_puback() throws Exception {
    try (MqttClient client = MqttClient.five(node)) {
      client.send(publish5(1, "t", 1, NONE, "x"), publish5(1, "t", 2, NONE, "x"));
      MqttNode.Stream stream = node.stream();
      stream.frames();
      stream.send(new ServerFrame.PublishAck("1", true), new ServerFrame.PublishAck("2", false));
      assertThat(client.next()).isEqualTo("40 02 00 01");
      assertThat(client.next()).isEqualTo("40 03 00 02 10");
    }
  }

  @Test
  void MQTT_4_3_3_QoS_2_is_received_and_released() throws Exception {
    try (MqttClient client = MqttClient.five(node).send(publish5(2, "t", 5, NONE, "x"))) {
      MqttNode.Stream stream = node.stream();
      assertThat(published(stream).qos()).isEqualTo(2);
      stream.send(new ServerFrame.PublishAck("5", true));
      assertThat(client.next()).isEqualTo("50 02 00 05");
      client.send(packet(0x62, u16(5)));
      assertThat(stream.frame()).isEqualTo(new ClientFrame.Release("5"));
      stream.send(new ServerFrame.Released("5", true));
      assertThat(client.next()).isEqualTo("70 02 00 05");
      client.send(packet(0x62, u16(5), 0, props(0x1F, "why")));
      assertThat(stream.frame()).isEqualTo(new ClientFrame.Release("5"));
      stream.send(new ServerFrame.Released("5", false));
      assertThat(client.next()).isEqualTo("70 03 00 05 92");
    }
  }

  @Test
  void MQTT_3_1_1_has_no_reasons() throws Exception {
    byte[] one = publish4(1, "t", 1, "x");
    byte[] two = publish4(2, "t", 2, "x");
    try (MqttClient client = MqttClient.four(node).send(one, two)) {
      MqttNode.Stream stream = node.stream();
      stream.frames();
      stream.send(
          new ServerFrame.PublishAck("1", false),
          ServerFrame.Error.of(Refusal.of(ErrorCode.PERMISSION_DENIED, "no"), "2"),
          new ServerFrame.Released("2", false));
      assertThat(client.next()).isEqualTo("40 02 00 01");
      assertThat(client.next()).isEqualTo("50 02 00 02");
      assertThat(client.next()).isEqualTo("70 02 00 02");
    }
  }

  /** An acknowledgement would say that it is kept. */
  @Test
  void a_publish_of_3_1_1_that_may_be_taken_later_is_not_acknowledged() throws Exception {
    try (MqttClient client = MqttClient.four(node).send(publish4(1, "t", 1, "x"))) {
      MqttNode.Stream stream = node.stream();
      stream.frames();
      stream.send(ServerFrame.Error.of(Refusal.of(ErrorCode.UNAVAILABLE, "later"), "1"));
      client.closed();
      assertThat(stream.next()).isEqualTo(new DeviceConnection.Closed());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "PERMISSION_DENIED, 87",
    "RATE_LIMITED, 97",
    "LIMIT_EXCEEDED, 97",
    "INVALID_ARGUMENT, 90",
    "UNAVAILABLE, 80"
  })
  void a_refusal_has_a_reason_in_5(ErrorCode code, String reason) throws Exception {
    byte[] one = publish5(1, "t", 1, NONE, "x");
    byte[] two = publish5(2, "t", 2, NONE, "x");
    try (MqttClient client = MqttClient.five(node).send(one, two)) {
      MqttNode.Stream stream = node.stream();
      stream.frames();
      Refusal refusal = Refusal.of(code, "no");
      stream.send(
          ServerFrame.Error.of(refusal, "1"),
          ServerFrame.Error.of(refusal, "2"),
          ServerFrame.Error.of(refusal, "3"),
          ServerFrame.Error.of(refusal, null));
      assertThat(client.next()).isEqualTo("40 09 00 01 " + reason + " 05 1f 00 02 6e 6f");
      assertThat(client.next()).isEqualTo("50 09 00 02 " + reason + " 05 1f 00 02 6e 6f");
    }
  }

  // Topic aliases: §3.3.2.3.4.

  @Test
  void an_alias_stands_for_the_topic_it_came_with_last() throws Exception {
    try (MqttClient client = MqttClient.five(node)) {
      MqttNode.Stream stream = node.stream();
      client.send(
          publish5(0, "a", 0, props(0x23, u16(1)), ""),
          publish5(0, "", 0, props(0x23, u16(1)), ""),
          publish5(0, "b", 0, props(0x23, u16(1)), ""),
          publish5(0, "", 0, props(0x23, u16(1)), ""));
      assertThat(stream.frames())
          .extracting(frame -> ((ClientFrame.Publish) frame).topic())
          .containsExactly("a", "a", "b", "b");
    }
  }

  @ParameterizedTest
  @CsvSource({"t, 0, 0x94", "t, 6, 0x94", "'', 5, 0x82"})
  @Shows("mqtt.topic-alias-maximum")
  void MQTT_3_3_2_an_alias_that_cannot_be_closes(String topic, int alias, int reason)
      throws Exception {
    try (MqttClient client = MqttClient.five(node)) {
      node.stream();
      client.send(publish5(0, topic, 0, props(0x23, u16(alias)), ""));
      assertThat(client.disconnected()).isEqualTo(reason);
    }
  }

  // What closes.

  @Test
  @Shows("mqtt.receive-maximum")
  void MQTT_3_3_4_9_more_unanswered_publishes_than_the_receive_maximum_close() throws Exception {
    try (MqttClient client = MqttClient.five(node)) {
      MqttNode.Stream stream = node.stream();
      for (int id = 1; id <= 3; id++) {
        client.send(publish5(id % 2 + 1, "t", id, NONE, ""));
        stream.frames();
      }
      // Of QoS 1: its answer makes room for one.
      stream.send(new ServerFrame.PublishAck("2", true));
      client.next();
      client.send(publish5(1, "t", 4, NONE, ""));
      assertThat(published(stream).id()).isEqualTo("4");
      client.send(publish5(1, "t", 5, NONE, ""));
      assertThat(client.disconnected()).isEqualTo(0x93);
      assertThat(stream.next()).isEqualTo(new DeviceConnection.Closed());
    }
  }

  @Test
  void a_client_of_3_1_1_knows_no_receive_maximum() throws Exception {
    try (MqttClient client = MqttClient.four(node)) {
      MqttNode.Stream stream = node.stream();
      for (int id = 1; id <= 5; id++) {
        client.send(publish4(1, "t", id, ""));
        assertThat(published(stream).id()).isEqualTo(String.valueOf(id));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "36 04 00 01 74 00, QoS 3",
    "38 04 00 01 74 00, a repeated publish of QoS 0",
    "32 06 00 01 74 00 00 00, packet id 0",
    "30 05 00 02 74 00 00, U+0000",
    "30 06 00 03 ed a0 80 00, half a surrogate pair",
    "30 04 00 01 23 00, a wildcard",
    "30 ff ff ff ff 01, a length of five bytes",
    "60 02 00 01, PUBREL without its flags",
    "f1 00, AUTH with flags",
    "00 00, packet type 0",
    "c0 01 00, PINGREQ that is not empty",
    "40 01 00, PUBACK without an id"
  })
  void MQTT_4_13_1_1_a_malformed_packet_closes_its_own_connection(String packet, String why)
      throws Exception {
    byte[] bytes = HexFormat.ofDelimiter(" ").parseHex(packet);
    try (MqttClient other = MqttClient.five(node);
        MqttClient five = MqttClient.five(node);
        MqttClient four = MqttClient.four(node)) {
      // A packet that ends too early shows with the one that follows.
      five.send(bytes, packet(0xC0));
      assertThat(five.disconnected()).as(why).isEqualTo(0x81);
      four.send(bytes, packet(0xC0)).closed();
      assertThat(other.send(packet(0xC0)).next()).isEqualTo("d0 00");
      for (int i = 0; i < 3; i++) {
        node.stream();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"30 03 00 00 00", "30 06 00 01 74 02 0b 01", "20 03 00 00 00", "d0 00"})
  void what_a_client_may_not_send_is_a_protocol_error(String packet) throws Exception {
    try (MqttClient client = MqttClient.five(node)) {
      node.stream();
      client.send(HexFormat.ofDelimiter(" ").parseHex(packet));
      assertThat(client.disconnected()).isIn(0x82, 0x90);
    }
  }

  @Test
  @Shows("mqtt.max-packet-bytes")
  void MQTT_3_2_2_15_a_packet_larger_than_the_servers_maximum_closes() throws Exception {
    String fits = "x".repeat(4096 - 3 - 3 - 1);
    try (MqttClient client = MqttClient.five(node)) {
      MqttNode.Stream stream = node.stream();
      client.send(publish5(0, "t", 0, NONE, fits));
      assertThat(published(stream).bytes()).hasSize(fits.length());
      client.send(publish5(0, "t", 0, NONE, fits + "x"));
      assertThat(client.disconnected()).isEqualTo(0x95);
    }
  }

  @Test
  void MQTT_4_12_0_7_AUTH_of_who_named_no_method_closes() throws Exception {
    try (MqttClient client = MqttClient.five(node).send(packet(0xF0))) {
      node.stream();
      assertThat(client.disconnected()).isEqualTo(0x82);
    }
  }

  @Test
  void a_socket_that_is_left_alone_is_read_as_soon_as_it_may_be() throws Exception {
    try (MqttClient client = MqttClient.five(node)) {
      MqttNode.Stream stream = node.stream();
      stream.wire().reading(false);
      stream.send(new ServerFrame.Release(1));
      assertThat(client.next()).isEqualTo("62 02 00 01");
      client.send(publish5(0, "t", 0, NONE, "x"));
      assertThat(stream.told().poll(200, TimeUnit.MILLISECONDS)).isNull();
      // Nothing else wakes the channel's loop.
      stream.wire().reading(true);
      assertThat(((ClientFrame.Publish) stream.frame()).topic()).isEqualTo("t");
    }
  }
}
