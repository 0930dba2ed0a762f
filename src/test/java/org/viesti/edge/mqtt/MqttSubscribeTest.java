package org.viesti.edge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.edge.mqtt.MqttBytes.packet;
import static org.viesti.edge.mqtt.MqttBytes.props;
import static org.viesti.edge.mqtt.MqttBytes.u16;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.ServerFrame;

/** MQTT 5.0 §3.8 to §3.11. */
@Timeout(60)
class MqttSubscribeTest {
  private static MqttNode node;

  @BeforeAll
  static void start() {
    node = new MqttNode();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static ServerFrame.Grant refused(ErrorCode code) {
    return new ServerFrame.Grant(0, Refusal.of(code, "no"));
  }

  @Test
  void a_subscribe_of_5_has_options_and_an_identifier() throws Exception {
    byte[] subscribe = packet(0x82, u16(4), props(0x0B, 7, 0x26, "a", "b"), "a/+", 0x2E, "#", 0x01);
    try (MqttClient client = MqttClient.five(node).send(subscribe)) {
      assertThat(node.stream().frame())
          .isEqualTo(
              new ClientFrame.Subscribe(
                  "4",
                  List.of(
                      new ClientFrame.Wanted("a/+", 2, true, true, 2, 7),
                      new ClientFrame.Wanted("#", 1, false, false, 0, 7))));
    }
  }

  @Test
  void MQTT_3_8_4_6_each_filter_has_its_answer() throws Exception {
    List<ServerFrame.Grant> grants =
        List.of(
            new ServerFrame.Grant(2, null),
            refused(ErrorCode.PERMISSION_DENIED),
            refused(ErrorCode.INVALID_ARGUMENT),
            refused(ErrorCode.LIMIT_EXCEEDED),
            refused(ErrorCode.UNAVAILABLE));
    try (MqttClient five = MqttClient.five(node)) {
      node.stream().send(new ServerFrame.Subscribed("4", grants));
      assertThat(five.next()).isEqualTo("90 0d 00 04 05 1f 00 02 6e 6f 02 80 8f 97 80");
    }
    try (MqttClient four = MqttClient.four(node)) {
      node.stream().send(new ServerFrame.Subscribed("4", grants));
      assertThat(four.next()).isEqualTo("90 07 00 04 02 80 80 80 80");
    }
  }

  @Test
  void a_subscribe_that_is_refused_whole_is_refused_for_each_filter() throws Exception {
    byte[] subscribe = packet(0x82, u16(4), props(), "a", 0, "b", 0);
    try (MqttClient client = MqttClient.five(node).send(subscribe)) {
      MqttNode.Stream stream = node.stream();
      stream.frame();
      stream.send(ServerFrame.Error.of(Refusal.of(ErrorCode.RATE_LIMITED, "slowly"), "4"));
      assertThat(client.next()).startsWith("90 0e 00 04 09 1f").endsWith(" 97 97");
    }
  }

  @Test
  void an_unsubscribe_tells_what_there_was() throws Exception {
    try (MqttClient five = MqttClient.five(node).send(packet(0xA2, u16(4), props(), "a", "b"))) {
      MqttNode.Stream stream = node.stream();
      assertThat(stream.frame()).isEqualTo(new ClientFrame.Unsubscribe("4", List.of("a", "b")));
      stream.send(new ServerFrame.Unsubscribed("4", List.of(true, false)));
      assertThat(five.next()).isEqualTo("b0 05 00 04 00 00 11");
    }
    try (MqttClient four = MqttClient.four(node).send(packet(0xA2, u16(4), "a", "b"))) {
      MqttNode.Stream stream = node.stream();
      stream.frame();
      stream.send(new ServerFrame.Unsubscribed("4", List.of(true, false)));
      assertThat(four.next()).as("MQTT-3.10.4-4").isEqualTo("b0 02 00 04");
    }
  }

  @ParameterizedTest
  @CsvSource({"a/#/b, 0x8F", "a+, 0x8F", "'', 0x8F", "$share//a, 0x8F", "$share/g+/a, 0x8F"})
  void MQTT_4_7_1_a_filter_that_is_none_closes(String filter, int reason) throws Exception {
    try (MqttClient client = MqttClient.five(node)) {
      node.stream();
      client.send(packet(0x82, u16(4), props(), filter, 0));
      assertThat(client.disconnected()).isEqualTo(reason);
    }
  }

  @Test
  void MQTT_3_8_3_2_a_subscribe_without_filters_closes() throws Exception {
    for (int type : new int[] {0x82, 0xA2}) {
      try (MqttClient client = MqttClient.five(node)) {
        node.stream();
        client.send(packet(type, u16(4), props()));
        assertThat(client.disconnected()).isEqualTo(0x82);
      }
    }
  }

  @Test
  void MQTT_3_8_3_4_a_shared_subscription_cannot_be_no_local() throws Exception {
    try (MqttClient client = MqttClient.five(node)) {
      node.stream();
      client.send(packet(0x82, u16(4), props(), "$share/g/a", 0x04));
      assertThat(client.disconnected()).isEqualTo(0x82);
    }
  }

  @Test
  void an_identifier_is_one_and_not_0() throws Exception {
    for (byte[] properties : List.of(props(0x0B, 0), props(0x0B, 1, 0x0B, 2))) {
      try (MqttClient client = MqttClient.five(node)) {
        node.stream();
        client.send(packet(0x82, u16(4), properties, "a", 0));
        assertThat(client.disconnected()).isEqualTo(0x82);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"3", "4", "8", "16"})
  void MQTT_3_8_3_4_the_reserved_bits_of_3_1_1_are_0(int options) throws Exception {
    try (MqttClient client = MqttClient.four(node)) {
      node.stream();
      client.send(packet(0x82, u16(4), "a", options)).closed();
    }
  }
}
