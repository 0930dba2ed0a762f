package org.viesti.edge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.edge.mqtt.MqttBytes.CLEAN;
import static org.viesti.edge.mqtt.MqttBytes.PASSWORD;
import static org.viesti.edge.mqtt.MqttBytes.USER;
import static org.viesti.edge.mqtt.MqttBytes.WILL;
import static org.viesti.edge.mqtt.MqttBytes.connect4;
import static org.viesti.edge.mqtt.MqttBytes.connect5;
import static org.viesti.edge.mqtt.MqttBytes.packet;
import static org.viesti.edge.mqtt.MqttBytes.parts;
import static org.viesti.edge.mqtt.MqttBytes.props;
import static org.viesti.edge.mqtt.MqttBytes.publish4;
import static org.viesti.edge.mqtt.MqttBytes.raw;
import static org.viesti.edge.mqtt.MqttBytes.u16;
import static org.viesti.edge.mqtt.MqttBytes.u32;

import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viesti.connection.DeviceConnection;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Publication;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.UserId;
import org.viesti.security.Principal;
import org.viesti.testkit.Shows;

/** From CONNECT to CONNACK: MQTT 5.0 §3.1, §3.2, and the same of 3.1.1. */
@Timeout(60)
class MqttConnectTest {
  /** What every CONNACK of MQTT 5 tells: receive maximum, packet size, aliases, what there is. */
  private static final String OFFERS = "21 00 03 27 00 00 10 00 22 00 05 25 01 28 01 29 01 2a 01";

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

  private static MqttClient client(byte[]... packets) throws Exception {
    return new MqttClient(node.port()).send(packets);
  }

  @Test
  void a_client_of_3_1_1_is_connected() throws Exception {
    try (MqttClient client = client(connect4(CLEAN, 30, "c"))) {
      assertThat(client.next()).isEqualTo("20 02 00 00");
      MqttNode.Stream stream = node.stream();
      assertThat(stream.terms()).isEqualTo(new ClientFrame.Terms(true, 0, 65_535, 30, null));
      assertThat(stream.principal().user()).isEqualTo(new UserId("default", "anonymous"));
      assertThat(stream.principal().device()).isEqualTo("c");
      assertThat(stream.principal().expires().toEpochMilli()).isEqualTo(Long.MAX_VALUE);
    }
  }

  @Test
  void a_client_of_3_1_is_connected() throws Exception {
    try (MqttClient client = client(packet(0x10, "MQIsdp", 3, CLEAN, u16(0), "c"))) {
      assertThat(client.next()).isEqualTo("20 02 00 00");
      node.stream();
    }
  }

  @Test
  void a_session_of_3_1_1_that_is_not_clean_never_expires_and_tells_whether_it_was_there()
      throws Exception {
    node.resumed = true;
    try (MqttClient client = client(connect4(0, 0, "c"))) {
      assertThat(client.next()).isEqualTo("20 02 01 00");
      assertThat(node.stream().terms())
          .isEqualTo(new ClientFrame.Terms(false, 0xffff_ffffL, 65_535, 0, null));
    } finally {
      node.resumed = false;
    }
  }

  @Test
  void a_client_of_5_is_told_what_the_server_offers() throws Exception {
    byte[] properties = props(0x11, u32(4_000_000_000L), 0x21, u16(7), 0x26, "k", "v");
    try (MqttClient client = client(connect5(0, 30, properties, "c"))) {
      assertThat(client.next()).isEqualTo("20 16 00 00 13 " + OFFERS);
      assertThat(node.stream().terms())
          .isEqualTo(new ClientFrame.Terms(false, 4_000_000_000L, 7, 30, null));
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "601"})
  @Shows("mqtt.keep-alive-max")
  void MQTT_3_1_2_21_a_client_of_5_keeps_the_servers_keep_alive(int asked) throws Exception {
    try (MqttClient client = client(connect5(CLEAN, asked, NONE, "c"))) {
      assertThat(client.next()).isEqualTo("20 19 00 00 16 " + OFFERS + " 13 02 58");
      assertThat(node.stream().terms().keepAlive()).isEqualTo(600);
    }
  }

  // MQTT-3.1.2-11 with §3.2.2.3.2
  @Test
  @Shows("mqtt.session-expiry-max")
  void a_session_is_kept_no_longer_than_the_server_likes_and_its_client_is_told() throws Exception {
    try (MqttNode strict = new MqttNode("session-expiry-max = 1h")) {
      try (MqttClient client =
          new MqttClient(strict.port()).send(connect5(0, 30, props(0x11, u32(3601)), "c"))) {
        assertThat(client.next()).isEqualTo("20 1b 00 00 18 " + OFFERS + " 11 00 00 0e 10");
        assertThat(strict.stream().terms().sessionExpiry()).isEqualTo(3600);
      }
      try (MqttClient client = new MqttClient(strict.port()).send(connect4(0, 30, "c"))) {
        assertThat(client.next()).isEqualTo("20 02 00 00");
        assertThat(strict.stream().terms().sessionExpiry()).isEqualTo(3600);
      }
    }
  }

  @Test
  void MQTT_3_1_3_7_a_client_of_5_without_an_id_is_assigned_one() throws Exception {
    try (MqttClient client = client(connect5(0, 1, NONE, ""))) {
      String connack = client.next();
      String device = node.stream().principal().device();
      assertThat(device).matches("auto-[0-9a-f]{32}");
      assertThat(connack).endsWith("12 00 25 " + MqttClient.hex(raw(device)));
    }
  }

  @Test
  void a_client_of_3_1_1_without_an_id_and_session_is_called_something() throws Exception {
    try (MqttClient client = client(connect4(CLEAN, 0, ""))) {
      assertThat(client.next()).isEqualTo("20 02 00 00");
      assertThat(node.stream().principal().device()).startsWith("auto-");
    }
  }

  @Test
  void MQTT_3_1_3_8_a_session_of_3_1_1_to_be_kept_needs_an_id() throws Exception {
    try (MqttClient client = client(connect4(0, 0, ""))) {
      assertThat(client.next()).isEqualTo("20 02 00 02");
      client.closed();
    }
  }

  @Test
  @Shows("mqtt.max-client-id")
  void a_client_id_has_so_many_characters() throws Exception {
    try (MqttClient client = client(connect4(CLEAN, 0, "x".repeat(100)))) {
      assertThat(client.next()).isEqualTo("20 02 00 00");
      assertThat(node.stream().principal().device()).hasSize(100);
    }
    try (MqttClient client = client(connect4(CLEAN, 0, "x".repeat(101)))) {
      assertThat(client.next()).isEqualTo("20 02 00 02");
      client.closed();
    }
    try (MqttClient client = client(connect5(CLEAN, 0, NONE, "x".repeat(101)))) {
      assertThat(client.refused()).isEqualTo(0x85);
    }
  }

  @Test
  void a_will_is_in_the_terms() throws Exception {
    byte[] connect =
        connect5(
            CLEAN | WILL | 1 << 3 | 0x20,
            0,
            NONE,
            "c",
            props(0x18, u32(9), 0x01, 1, 0x02, u32(60), 0x03, "text", 0x08, "r", 0x26, "a", "b"),
            "last",
            u16(3),
            raw("bye"));
    try (MqttClient client = client(connect)) {
      client.next();
      ClientFrame.Will will = Objects.requireNonNull(node.stream().terms().will());
      assertThat(will.delay()).isEqualTo(9);
      assertThat(will.message().topic()).isEqualTo("last");
      assertThat(will.message().bytes()).isEqualTo(raw("bye"));
      assertThat(will.message().qos()).isEqualTo(1);
      assertThat(will.message().retain()).isTrue();
      assertThat(will.message().expiry()).isEqualTo(60);
      assertThat(will.message().properties())
          .usingRecursiveComparison()
          .isEqualTo(
              new Publication.Properties(
                  true, "text", "r", null, List.of(new Publication.Pair("a", "b"))));
    }
  }

  @Test
  void a_will_to_a_filter_is_refused() throws Exception {
    byte[] rest = parts("c", props(), "a/#", u16(0));
    try (MqttClient client = client(connect5(CLEAN | WILL, 0, NONE, rest))) {
      assertThat(client.refused()).isEqualTo(0x90);
    }
  }

  @Test
  void a_token_is_a_password_and_names_the_device() throws Exception {
    for (String id : new String[] {"phone", ""}) {
      byte[] connect = connect5(CLEAN | USER | PASSWORD, 0, NONE, id, "whoever", "ann");
      try (MqttClient client = client(connect)) {
        client.next();
        assertThat(node.stream().principal().deviceId().key()).isEqualTo("acme/ann/phone");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"tablet, ann, 0x87, 5", "phone, expired, 0x87, 5", "phone, forged, 0x86, 4"})
  void a_token_that_is_not_this_devices_is_refused(String id, String token, int reason, int code)
      throws Exception {
    try (MqttClient five =
            client(connect5(CLEAN | USER | PASSWORD, 0, NONE, id, "whoever", token));
        MqttClient four = client(connect4(CLEAN | USER | PASSWORD, 0, id, "whoever", token))) {
      assertThat(five.refused()).isEqualTo(reason);
      assertThat(four.next()).isEqualTo("20 02 00 0" + code);
      four.closed();
    }
  }

  private static byte[] withSecret(int version, String id, String user, String secret) {
    int flags = CLEAN | USER | PASSWORD;
    return version == 5
        ? connect5(flags, 0, NONE, id, user, secret)
        : connect4(flags, 0, id, user, secret);
  }

  @ParameterizedTest
  @CsvSource({"4, ann", "5, ann", "5, acme/ann"})
  void a_secret_is_the_password_of_the_device_that_the_client_id_names(int version, String user)
      throws Exception {
    node.secrets.put("acme/ann/lamp=207", "vds_right");
    try (MqttClient client = client(withSecret(version, "lamp 7", user, "vds_right"))) {
      assertThat(client.packet()[3]).isZero();
      Principal lamp = node.stream().principal();
      assertThat(lamp.deviceId().key()).isEqualTo("acme/ann/lamp=207");
      assertThat(lamp.isBySecret()).isTrue();
      assertThat(lamp.expires().toEpochMilli()).isEqualTo(Long.MAX_VALUE);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "oven, ann, vds_wrong",
    "stove, ann, vds_right",
    "lamp2, bob, vds_right",
    "lamp2, other/ann, vds_right",
    "lamp2, a/n/n, vds_right",
    "lamp2, 'no name', vds_right",
    "'', ann, vds_right"
  })
  void a_secret_that_is_not_this_devices_is_refused(String id, String user, String secret)
      throws Exception {
    node.secrets.put("acme/ann/lamp2", "vds_right");
    try (MqttClient five = client(withSecret(5, id, user, secret));
        MqttClient four = client(withSecret(4, id, user, secret))) {
      assertThat(five.refused()).isEqualTo(0x86);
      assertThat(four.next()).isEqualTo("20 02 00 04");
      four.closed();
    }
  }

  @Test
  void too_many_wrong_secrets_are_refused_unread() throws Exception {
    node.secrets.put("acme/ann/safe", "vds_right");
    for (int i = 0; i < 3; i++) {
      try (MqttClient client = client(withSecret(5, "safe", "ann", "vds_" + i))) {
        assertThat(client.refused()).isEqualTo(0x86);
      }
    }
    try (MqttClient five = client(withSecret(5, "safe", "ann", "vds_right"));
        MqttClient four = client(withSecret(4, "safe", "ann", "vds_right"))) {
      assertThat(five.refused()).isEqualTo(0x97);
      assertThat(four.next()).isEqualTo("20 02 00 03");
      four.closed();
    }
  }

  @Test
  void a_secret_that_is_revoked_while_its_stream_opens_closes_it() throws Exception {
    node.secrets.put("acme/ann/slow", "vds_right");
    CompletableFuture<Void> gate = new CompletableFuture<>();
    node.gate = gate;
    try (MqttClient client = client(withSecret(5, "slow", "ann", "vds_right"))) {
      MqttNode.Stream stream = node.stream();
      node.secrets.remove("acme/ann/slow");
      gate.complete(null);
      assertThat(client.next()).startsWith("20 ");
      assertThat(client.disconnected()).isEqualTo(0x87);
      assertThat(stream.next()).isEqualTo(new DeviceConnection.Closed());
    } finally {
      node.gate = CompletableFuture.completedFuture(null);
    }
  }

  @Test
  @Shows("mqtt.anonymous")
  void without_a_token_nobody_gets_in_unless_that_is_allowed() throws Exception {
    try (MqttNode strict = new MqttNode("anonymous = off");
        MqttClient client = new MqttClient(strict.port()).send(connect5(CLEAN, 0, NONE, "c"))) {
      assertThat(client.refused()).isEqualTo(0x86);
    }
  }

  @Test
  void a_user_name_alone_is_not_anonymous() throws Exception {
    try (MqttClient client = client(connect4(CLEAN | USER, 0, "c", "ann"))) {
      assertThat(client.next()).isEqualTo("20 02 00 04");
    }
  }

  @Test
  void MQTT_3_1_2_2_a_version_nobody_knows_is_refused() throws Exception {
    try (MqttClient client = client(packet(0x10, "MQTT", 6, CLEAN, u16(0), props(), "c"))) {
      assertThat(client.next()).isEqualTo("20 02 00 01");
      client.closed();
    }
  }

  @Test
  void MQTT_3_1_2_1_another_protocol_is_not_answered() throws Exception {
    try (MqttClient client = client(packet(0x10, "hj", 4, CLEAN, u16(0), "c"))) {
      client.closed();
    }
  }

  @Test
  void MQTT_3_1_0_1_the_first_packet_is_connect() throws Exception {
    try (MqttClient client = client(publish4(0, "t", 0, "x"))) {
      client.closed();
    }
    try (MqttClient client = client(raw("GET / HTTP/1.1\r\n\r\n"))) {
      client.closed();
    }
  }

  @Test
  void MQTT_3_1_0_2_a_second_connect_closes() throws Exception {
    try (MqttClient four = MqttClient.four(node)) {
      four.send(connect4(CLEAN, 0, "c")).closed();
      MqttNode.Stream stream = node.stream();
      assertThat(stream.next()).isEqualTo(new DeviceConnection.Closed());
    }
    try (MqttClient five = MqttClient.five(node)) {
      five.send(connect5(CLEAN, 0, NONE, "c"));
      assertThat(five.disconnected()).isEqualTo(0x82);
      node.stream();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "01, reserved flag",
    "0a, will QoS without a will",
    "22, will retain without a will",
    "1e, will QoS 3"
  })
  void MQTT_3_1_2_3_connect_flags_that_contradict_one_another_are_malformed(
      String flags, String why) throws Exception {
    byte[] rest = parts("c", props(), "w", u16(0));
    try (MqttClient client = client(connect5(Integer.parseInt(flags, 16), 0, NONE, rest))) {
      assertThat(client.refused()).as(why).isEqualTo(0x81);
    }
  }

  @Test
  void MQTT_3_1_2_22_a_password_of_3_1_1_needs_a_user_name() throws Exception {
    try (MqttClient client = client(connect4(CLEAN | PASSWORD, 0, "phone", "ann"))) {
      client.closed();
    }
  }

  @ParameterizedTest
  @CsvSource({"21 00 00", "27 00 00 00 00", "17 02", "23 00 01", "0b 01"})
  void properties_that_connect_cannot_have_are_protocol_errors(String property) throws Exception {
    byte[] given = props(HexFormat.ofDelimiter(" ").parseHex(property));
    try (MqttClient client = client(connect5(CLEAN, 0, given, "c"))) {
      assertThat(client.refused()).isEqualTo(0x82);
    }
  }

  @Test
  void MQTT_1_5_4_text_must_be_well_formed() throws Exception {
    byte[] surrogate = parts(u16(3), 0xED, 0xA0, 0x80);
    try (MqttClient client = client(connect5(CLEAN, 0, NONE, surrogate))) {
      assertThat(client.refused()).isEqualTo(0x81);
    }
    try (MqttClient client = client(connect5(CLEAN, 0, NONE, "a\0b"))) {
      assertThat(client.refused()).isEqualTo(0x81);
    }
  }

  @ParameterizedTest
  @CsvSource({"LIMIT_EXCEEDED, 0x97, 3", "DRAINING, 0x88, 3", "DEVICE_REVOKED, 0x87, 5"})
  void a_stream_that_cannot_be_opened_is_refused(ErrorCode code, int reason, int returned)
      throws Exception {
    node.refusal = Refusal.of(code, "no");
    try (MqttClient five = client(connect5(CLEAN, 0, NONE, "c"));
        MqttClient four = client(connect4(CLEAN, 0, "c"))) {
      assertThat(five.refused()).isEqualTo(reason);
      assertThat(four.next()).isEqualTo("20 02 00 0" + returned);
    } finally {
      node.refusal = null;
    }
  }

  @Test
  void what_a_client_says_at_once_waits_until_the_stream_is_open() throws Exception {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    node.gate = gate;
    try (MqttClient client = client(connect4(CLEAN, 0, "c"), publish4(0, "t", 0, "x"))) {
      MqttNode.Stream stream = node.stream();
      assertThat(stream.told()).isEmpty();
      gate.complete(null);
      assertThat(client.next()).isEqualTo("20 02 00 00");
      assertThat(((ClientFrame.Publish) stream.frame()).topic()).isEqualTo("t");
    } finally {
      node.gate = CompletableFuture.completedFuture(null);
    }
  }

  @Test
  @Shows("mqtt.connect-timeout")
  void a_connection_that_is_not_open_in_time_is_closed() throws Exception {
    try (MqttNode quick = new MqttNode("connect-timeout = 100ms")) {
      try (MqttClient silent = new MqttClient(quick.port())) {
        silent.closed();
      }
      quick.gate = new CompletableFuture<Void>();
      try (MqttClient client = new MqttClient(quick.port()).send(connect5(CLEAN, 0, NONE, "c"))) {
        assertThat(client.refused()).isEqualTo(0x88);
      }
    }
  }
}
