package org.viesti.edge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.edge.mqtt.MqttBytes.CLEAN;
import static org.viesti.edge.mqtt.MqttBytes.connect5;
import static org.viesti.edge.mqtt.MqttBytes.packet;
import static org.viesti.edge.mqtt.MqttBytes.parts;
import static org.viesti.edge.mqtt.MqttBytes.props;
import static org.viesti.edge.mqtt.MqttBytes.publish5;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.TestNode;
import org.viesti.protocol.ClientFrame;
import org.viesti.testkit.Tokens;

/** Enhanced authentication: MQTT 5.0 §4.12. */
@Timeout(60)
class MqttAuthTest {
  private static final int CONTINUE = 0x18;
  private static final int AGAIN = 0x19;
  private static MqttNode node;

  @BeforeAll
  static void start() {
    node = new MqttNode();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static byte[] connect(String method, String data) {
    return connect5(CLEAN, 0, properties(method, data), "phone");
  }

  private static byte[] properties(String method, String data) {
    return props(0x15, method, data.isEmpty() ? parts() : parts(0x16, data));
  }

  private static byte[] auth(int reason, String method, String data) {
    return packet(0xF0, reason, properties(method, data));
  }

  private static MqttClient client(byte[]... packets) throws Exception {
    return new MqttClient(node.port()).send(packets);
  }

  /** Connected by the method RIDDLE. */
  private static MqttClient riddled() throws Exception {
    MqttClient client = client(connect("RIDDLE", ""));
    client.next();
    client.send(auth(CONTINUE, "RIDDLE", "ann")).packet();
    return client;
  }

  @Test
  void MQTT_4_12_0_1_a_method_that_the_server_does_not_know_is_refused() throws Exception {
    try (MqttClient client = client(connect("SCRAM-SHA-1", "x"))) {
      assertThat(client.refused()).isEqualTo(0x8C);
    }
  }

  // §3.1.2.11.10
  @Test
  void data_without_a_method_is_a_protocol_error() throws Exception {
    try (MqttClient client = client(connect5(CLEAN, 0, props(0x16, "x"), "phone"))) {
      assertThat(client.refused()).isEqualTo(0x82);
    }
  }

  // MQTT-4.12.0-2, MQTT-4.12.0-3, MQTT-4.12.0-5
  @Test
  void challenge_and_answer_go_by_AUTH_until_the_CONNACK_and_all_name_the_method()
      throws Exception {
    try (MqttClient client = client(connect("RIDDLE", ""))) {
      assertThat(client.next()).isEqualTo(MqttClient.hex(auth(CONTINUE, "RIDDLE", "who")));
      client.send(auth(CONTINUE, "RIDDLE", "ann"));
      assertThat(client.next())
          .startsWith("20 ")
          .endsWith(MqttClient.hex(parts(0x15, "RIDDLE", 0x16, "hei")));
      assertThat(node.stream().principal().user().id()).isEqualTo("ann");
    }
  }

  @Test
  void MQTT_4_12_0_4_who_is_not_who_it_says_is_refused() throws Exception {
    try (MqttClient client = client(connect("RIDDLE", ""))) {
      client.next();
      client.send(auth(CONTINUE, "RIDDLE", "eve"));
      assertThat(client.refused()).isEqualTo(0x86);
    }
  }

  @Test
  void MQTT_3_1_2_30_before_the_CONNACK_only_AUTH_and_DISCONNECT_may_come() throws Exception {
    for (byte[] early : List.of(packet(0xC0), publish5(0, "t", 0, props(), ""))) {
      try (MqttClient client = client(connect("RIDDLE", ""))) {
        client.next();
        client.send(early);
        assertThat(client.refused()).isEqualTo(0x82);
      }
    }
    try (MqttClient client = client(connect("RIDDLE", ""))) {
      client.next();
      client.send(packet(0xE0)).closed();
    }
  }

  @Test
  void AUTH_out_of_turn_closes() throws Exception {
    byte[] unasked = auth(CONTINUE, "RIDDLE", "ann");
    try (MqttClient client = client(connect("RIDDLE", ""), unasked)) {
      // Whether the challenge goes out first is left open.
      byte[] first = client.packet();
      assertThat(first[0] == (byte) 0xF0 ? client.packet()[3] : first[3]).isEqualTo((byte) 0x82);
    }
    try (MqttClient client = client(connect("RIDDLE", ""))) {
      client.next();
      client.send(auth(AGAIN, "RIDDLE", ""));
      assertThat(client.refused()).isEqualTo(0x82);
    }
    for (byte[] wrong :
        List.of(unasked, auth(0, "RIDDLE", ""), packet(0xF0), packet(0xF0, AGAIN, props()))) {
      try (MqttClient client = riddled()) {
        node.stream();
        client.send(wrong);
        assertThat(client.disconnected()).isEqualTo(0x82);
      }
    }
  }

  @Test
  void MQTT_4_12_1_1_authentication_again_is_by_the_same_method() throws Exception {
    try (MqttClient client = riddled()) {
      node.stream();
      client.send(auth(AGAIN, "JWT", "ann"));
      assertThat(client.disconnected()).isEqualTo(0x82);
    }
  }

  @Test
  void a_connected_client_shows_again_who_it_is_and_is_heard_meanwhile() throws Exception {
    try (MqttClient client = riddled()) {
      MqttNode.Stream stream = node.stream();
      client.send(auth(AGAIN, "RIDDLE", ""));
      assertThat(client.next()).isEqualTo(MqttClient.hex(auth(CONTINUE, "RIDDLE", "who")));
      client.send(publish5(0, "t", 0, props(), ""));
      assertThat(stream.frame()).isInstanceOf(ClientFrame.Publish.class);
      assertThat(node.renewed).isEmpty();
      client.send(auth(CONTINUE, "RIDDLE", "ann"));
      assertThat(client.next()).isEqualTo(MqttClient.hex(auth(0, "RIDDLE", "hei")));
      assertThat(MqttNode.taken(node.renewed).toEpochMilli()).isEqualTo(Long.MAX_VALUE);
    }
  }

  @Test
  void MQTT_4_12_1_2_who_fails_to_show_it_again_is_disconnected() throws Exception {
    try (MqttClient client = riddled()) {
      node.stream();
      client.send(auth(AGAIN, "RIDDLE", ""));
      client.next();
      client.send(auth(CONTINUE, "RIDDLE", "eve"));
      assertThat(client.disconnected()).isEqualTo(0x87);
    }
  }

  @Test
  void a_second_exchange_cannot_begin_before_the_first_is_over() throws Exception {
    try (MqttClient client = riddled()) {
      node.stream();
      client.send(auth(AGAIN, "RIDDLE", ""));
      client.next();
      client.send(auth(CONTINUE, "RIDDLE", "hm"), auth(AGAIN, "RIDDLE", ""));
      assertThat(client.disconnected()).isEqualTo(0x82);
    }
  }

  // The method JWT.

  @Test
  void a_token_may_be_the_data() throws Exception {
    try (MqttClient client = client(connect("JWT", "ann"))) {
      assertThat(client.next()).startsWith("20 ").endsWith(MqttClient.hex(parts(0x15, "JWT")));
      assertThat(node.stream().principal().user().id()).isEqualTo("ann");
    }
    try (MqttClient client = client(connect("JWT", "expired"))) {
      assertThat(client.refused()).isEqualTo(0x87);
    }
    try (MqttClient client = client(connect("JWT", "nobody's"))) {
      assertThat(client.refused()).isEqualTo(0x86);
    }
    try (MqttClient client = client(connect("JWT", ""))) {
      assertThat(client.refused()).isEqualTo(0x86);
    }
    byte[] other = connect5(CLEAN, 0, properties("JWT", "ann"), "other");
    try (MqttClient client = client(other)) {
      assertThat(client.refused()).as("another's client id").isEqualTo(0x87);
    }
  }

  private static String token(String device, Duration lifetime, String... roles) {
    return Tokens.of("ann", device, Tokens.TENANT, List.of(roles), lifetime);
  }

  @Test
  void a_newer_token_keeps_a_client_connected_and_anothers_does_not(@TempDir Path folder)
      throws Exception {
    Duration shortly = Duration.ofSeconds(3);
    try (TestNode real = TestNode.start(folder, "auth.clock-skew", "0s");
        MqttClient renews = new MqttClient(real.mqttPort());
        MqttClient waits = new MqttClient(real.mqttPort());
        MqttClient cheats = new MqttClient(real.mqttPort());
        MqttClient rises = new MqttClient(real.mqttPort())) {
      long start = System.nanoTime();
      List<MqttClient> all = List.of(renews, waits, cheats, rises);
      List<String> devices = List.of("renews", "waits", "cheats", "rises");
      for (int i = 0; i < all.size(); i++) {
        String device = devices.get(i);
        byte[] connack =
            all.get(i)
                .send(connect5(CLEAN, 0, properties("JWT", token(device, shortly)), device))
                .packet();
        assertThat(connack[3]).isZero();
      }
      Duration hour = Duration.ofHours(1);
      renews.send(auth(AGAIN, "JWT", token("renews", hour)));
      assertThat(renews.next()).isEqualTo(MqttClient.hex(auth(0, "JWT", "")));
      cheats.send(auth(AGAIN, "JWT", token("renews", hour)));
      assertThat(cheats.disconnected()).isEqualTo(0x87);
      rises.send(auth(AGAIN, "JWT", token("rises", hour, "operator")));
      assertThat(rises.disconnected()).isEqualTo(0x87);
      assertThat(waits.disconnected()).isEqualTo(0x87);
      assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.SECONDS.toNanos(1));
      // Its first token was over no later than that one, and its stream would know.
      renews.send(publish5(1, "devices/renews/x", 1, props(), ""));
      assertThat(renews.next()).startsWith("40 ");
    }
  }
}
