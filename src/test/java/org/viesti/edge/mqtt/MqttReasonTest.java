package org.viesti.edge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.edge.mqtt.MqttBytes.CLEAN;
import static org.viesti.edge.mqtt.MqttBytes.connect5;
import static org.viesti.edge.mqtt.MqttBytes.packet;
import static org.viesti.edge.mqtt.MqttBytes.props;
import static org.viesti.edge.mqtt.MqttBytes.publish5;
import static org.viesti.edge.mqtt.MqttBytes.u16;
import static org.viesti.edge.mqtt.MqttBytes.u32;

import io.netty.handler.codec.DecoderException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.viesti.connection.CloseCause;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.ServerFrame;
import org.viesti.testkit.Shows;

/** What clients are told in words, by reason strings: MQTT 5.0 §3.2.2.3.9 and its siblings. */
@Timeout(60)
class MqttReasonTest {
  private static final Refusal NO = Refusal.of(ErrorCode.PERMISSION_DENIED, "not here");

  /** Refused: a publish of QoS 1, one of QoS 2, a subscribe, an unsubscribe. */
  private static final ServerFrame[] REFUSED = {
    ServerFrame.Error.of(NO, "1"),
    ServerFrame.Error.of(NO, "2"),
    new ServerFrame.Subscribed(
        "3", List.of(new ServerFrame.Grant(1, null), new ServerFrame.Grant(0, NO))),
    ServerFrame.Error.of(NO, "4")
  };

  private static MqttNode node;

  @BeforeAll
  static void start() {
    node = new MqttNode();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  /** Asks four things that are refused. */
  private static MqttClient refused(Object... properties) throws Exception {
    return refused(node, properties);
  }

  private static MqttClient refused(MqttNode node, Object... properties) throws Exception {
    MqttClient client =
        MqttClient.five(node, properties)
            .send(
                publish5(1, "t", 1, props(), ""),
                publish5(2, "t", 2, props(), ""),
                packet(0x82, u16(3), props(), "a", 1, "b", 0),
                packet(0xA2, u16(4), props(), "a"));
    MqttNode.Stream stream = node.stream();
    stream.frames();
    stream.send(REFUSED);
    return client;
  }

  private static String hex(int first, Object... parts) {
    return MqttClient.hex(packet(first, parts));
  }

  @Test
  void a_refusal_says_why() throws Exception {
    byte[] why = props(0x1F, "not here");
    try (MqttClient client = refused()) {
      assertThat(client.next()).as("PUBACK").isEqualTo(hex(0x40, u16(1), 0x87, why));
      assertThat(client.next()).as("PUBREC").isEqualTo(hex(0x50, u16(2), 0x87, why));
      assertThat(client.next()).as("SUBACK").isEqualTo(hex(0x90, u16(3), why, 1, 0x80));
      assertThat(client.next()).as("UNSUBACK").isEqualTo(hex(0xB0, u16(4), why, 0x80));
    }
  }

  @Test
  void MQTT_3_1_2_29_who_wants_no_problem_information_gets_none_but_as_it_closes()
      throws Exception {
    try (MqttClient client = refused(0x17, 0)) {
      assertThat(client.next()).isEqualTo("40 03 00 01 87");
      assertThat(client.next()).isEqualTo("50 03 00 02 87");
      assertThat(client.next()).isEqualTo("90 05 00 03 00 01 80");
      assertThat(client.next()).isEqualTo("b0 04 00 04 00 80");
      client.send(packet(0xD0));
      assertThat(client.next()).startsWith("e0").contains(" 82 ", " 1f ");
    }
  }

  @Test
  @Shows("mqtt.reason-strings")
  void where_clients_cannot_read_them_there_are_none() throws Exception {
    try (MqttNode terse = new MqttNode("reason-strings = off");
        MqttClient client = refused(terse)) {
      assertThat(client.next()).isEqualTo("40 03 00 01 87");
      assertThat(client.next()).isEqualTo("50 03 00 02 87");
      assertThat(client.next()).isEqualTo("90 05 00 03 00 01 80");
      assertThat(client.next()).isEqualTo("b0 04 00 04 00 80");
    }
  }

  // MQTT-3.4.2-2, MQTT-3.5.2-2, MQTT-3.9.2-1, MQTT-3.11.2-1
  @Test
  void a_reason_string_that_makes_a_packet_larger_than_its_client_takes_is_left_out()
      throws Exception {
    int least = 2 + 2 + 1 + 1 + 3 + NO.detail().length(); // of a PUBACK, PUBREC or UNSUBACK with it
    try (MqttClient client = refused(0x27, u32(least))) {
      assertThat(client.next()).startsWith("40 0f");
      assertThat(client.next()).startsWith("50 0f");
      assertThat(client.next()).isEqualTo("90 05 00 03 00 01 80");
      assertThat(client.next()).startsWith("b0 0f");
    }
    try (MqttClient client = refused(0x27, u32(least - 1))) {
      assertThat(client.next()).isEqualTo("40 03 00 01 87");
      assertThat(client.next()).isEqualTo("50 03 00 02 87");
      assertThat(client.next()).isEqualTo("90 05 00 03 00 01 80");
      assertThat(client.next()).isEqualTo("b0 04 00 04 00 80");
    }
  }

  @Test
  void MQTT_3_2_2_19_that_of_a_connack_is_left_out_as_well() throws Exception {
    for (int most : new int[] {100, 10}) {
      try (MqttClient client =
          new MqttClient(node.port())
              .send(connect5(CLEAN | 0xC0, 0, props(0x27, u32(most)), "c", "user", "no token"))) {
        byte[] connack = client.packet();
        assertThat(connack[3]).isEqualTo((byte) 0x86);
        assertThat(connack[4] != 0).as("has a reason string").isEqualTo(most == 100);
      }
    }
  }

  @Test
  void each_refused_filter_is_spoken_of_once() throws Exception {
    ServerFrame.Grant a = new ServerFrame.Grant(0, NO);
    ServerFrame.Grant b = new ServerFrame.Grant(0, Refusal.of(ErrorCode.LIMIT_EXCEEDED, "full"));
    try (MqttClient client =
        MqttClient.five(node).send(packet(0x82, u16(3), props(), "a", 1, "b", 1, "c", 1))) {
      MqttNode.Stream stream = node.stream();
      stream.frames();
      stream.send(new ServerFrame.Subscribed("3", List.of(a, b, a)));
      assertThat(client.next())
          .isEqualTo(hex(0x90, u16(3), props(0x1F, "not here; full"), 0x80, 0x97, 0x80));
    }
  }

  @Test
  void a_reason_longer_than_a_text_may_be_is_left_out() throws Exception {
    try (MqttClient client = MqttClient.five(node)) {
      String endless = "x".repeat(65_536);
      node.stream()
          .wire()
          .close(new CloseCause.Rejected(Refusal.of(ErrorCode.INVALID_ARGUMENT, endless)));
      assertThat(client.next()).isEqualTo("e0 02 82 00");
    }
  }

  @Test
  void what_went_wrong_inside_the_decoder_is_not_told() {
    assertThat(Malformed.violation(new DecoderException("non-zero reserved flag")).detail())
        .isEqualTo("non-zero reserved flag");
    Violation inside = Malformed.violation(new IndexOutOfBoundsException("readerIndex(3)"));
    assertThat(inside.reason()).isEqualTo(0x81);
    assertThat(inside.detail()).isEqualTo("the packet is malformed");
  }
}
