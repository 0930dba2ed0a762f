package org.viesti.edge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.edge.mqtt.MqttBytes.CLEAN;
import static org.viesti.edge.mqtt.MqttBytes.PASSWORD;
import static org.viesti.edge.mqtt.MqttBytes.USER;
import static org.viesti.edge.mqtt.MqttBytes.WILL;
import static org.viesti.edge.mqtt.MqttBytes.connect5;
import static org.viesti.edge.mqtt.MqttBytes.number;
import static org.viesti.edge.mqtt.MqttBytes.packet;
import static org.viesti.edge.mqtt.MqttBytes.props;
import static org.viesti.edge.mqtt.MqttBytes.publish5;
import static org.viesti.edge.mqtt.MqttBytes.u16;
import static org.viesti.edge.mqtt.MqttBytes.u32;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Properties come once, but for user properties: MQTT 5.0 §2.2.2 and what refers to it. */
@Timeout(60)
class MqttPropertiesTest {
  private static final int ALL = CLEAN | WILL | USER | PASSWORD;

  private static MqttNode node;

  @BeforeAll
  static void start() {
    node = new MqttNode();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static byte[] connect(byte[] properties, byte[] will) {
    return connect5(ALL, 0, properties, "phone", will, "wïll", "x", "ännchen", "ann");
  }

  @Test
  void a_connect_with_a_property_twice_is_refused() throws Exception {
    byte[] none = props();
    for (byte[] connect :
        List.of(
            connect(props(0x21, u16(5), 0x21, u16(5)), none),
            connect(props(0x17, 1, 0x17, 1), none),
            connect(props(0x11, u32(1), 0x27, u32(99), 0x11, u32(2)), none),
            connect(none, props(0x18, u32(1), 0x18, u32(1))),
            connect(none, props(0x03, "a", 0x03, "b")),
            connect(none, props(0x09, "a", 0x09, "a")))) {
      try (MqttClient client = new MqttClient(node.port()).send(connect)) {
        assertThat(client.refused()).isEqualTo(0x82);
      }
    }
  }

  @Test
  void any_other_packet_with_a_property_twice_closes() throws Exception {
    for (byte[] packet :
        List.of(
            publish5(0, "t", 0, props(0x23, u16(1), 0x23, u16(1)), "x"),
            publish5(1, "t", 1, props(0x02, u32(1), 0x02, u32(1)), ""),
            publish5(1, "tä", 1, props(0x08, "r", 0x26, "a", "b", 0x08, "r"), "x"),
            packet(0x40, u16(1), 0, props(0x1F, "a", 0x1F, "b")),
            packet(0x62, u16(1), 0, props(0x1F, "a", 0x1F, "b")),
            packet(0xE0, 0, props(0x1F, "a", 0x1F, "b")))) {
      try (MqttClient client = MqttClient.five(node)) {
        node.stream();
        client.send(packet);
        assertThat(client.disconnected()).as(MqttClient.hex(packet)).isEqualTo(0x82);
      }
    }
  }

  // MQTT-1.5.5-1
  @Test
  void a_number_is_no_longer_than_it_need_be() throws Exception {
    try (MqttClient client = MqttClient.five(node)) {
      node.stream();
      client.send(packet(0x82, u16(4), props(0x0B, 0x81, 0x00), "a", 0));
      assertThat(client.disconnected()).isEqualTo(0x82);
    }
  }

  @Test
  void all_properties_once_and_user_properties_as_often_as_one_likes_are_taken() throws Exception {
    byte[] properties =
        props(0x11, u32(1), 0x21, u16(5), 0x27, u32(999), 0x22, u16(2), 0x19, 1, 0x17, 1);
    byte[] will =
        props(
            0x18, u32(1), 0x01, 1, 0x02, u32(9), 0x03, "tëxt", 0x08, "r", 0x09, "c", 0x26, "a", "b",
            0x26, "a", "b");
    try (MqttClient client = new MqttClient(node.port()).send(connect(properties, will))) {
      assertThat(client.packet()[3]).isZero();
      MqttNode.Stream stream = node.stream();
      byte[] publish =
          props(
              0x01, 1, 0x02, u32(9), 0x23, u16(1), 0x08, "rä", 0x09, "c", 0x03, "ü", 0x26, "ä", "b",
              0x26, "ä", "b");
      byte[] many = props(0x0B, number(300), 0x26, "a", "b", 0x26, "a", "b");
      client.send(
          publish5(1, "täöü", 1, publish, "x".repeat(200)),
          packet(0x82, u16(2), many, "ä/+", 1, "b", 0),
          packet(0xA2, u16(3), props(0x26, "a", "b"), "ä/+", "b"),
          packet(0x40, u16(1), 0, props(0x1F, "why", 0x26, "a", "b")),
          packet(0xE0, 0, props(0x11, u32(7), 0x1F, "bye", 0x26, "a", "b")));
      assertThat(stream.frames()).hasSize(5);
      client.closed();
    }
  }
}
