package org.viesti.edge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.edge.mqtt.MqttBytes.CLEAN;
import static org.viesti.edge.mqtt.MqttBytes.connect4;
import static org.viesti.edge.mqtt.MqttBytes.packet;
import static org.viesti.edge.mqtt.MqttBytes.parts;
import static org.viesti.edge.mqtt.MqttBytes.props;
import static org.viesti.edge.mqtt.MqttBytes.publish4;
import static org.viesti.edge.mqtt.MqttBytes.publish5;
import static org.viesti.edge.mqtt.MqttBytes.u16;
import static org.viesti.scene.Link.frame;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.protocol.Body;
import org.viesti.protocol.Message;
import org.viesti.protocol.Payload;
import org.viesti.scene.Link;
import org.viesti.scene.Stage;
import org.viesti.testkit.Tokens;

/** Publishes to chat rooms, on a whole node. */
@Timeout(60)
class MqttRoomPostTest {
  private static final byte[] JSON = props(3, "application/json");

  @TempDir static Path folder;
  static Stage stage;

  @BeforeAll
  static void start() {
    stage = Stage.set(folder, "topics.acl", List.of("deny all rooms/closed", "allow all #"));
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  @AfterEach
  void clear() {
    stage.clear();
  }

  private static SessionClient client(String user, Object... will) throws IOException {
    return SessionClient.connect(
        stage.node.mqttPort(),
        0xC0 | CLEAN | (will.length > 0 ? 4 : 0),
        "lamp",
        0,
        parts(will),
        user,
        Tokens.of(user, "lamp"));
  }

  private static List<String> texts(String room) {
    return stage.log(room).stream()
        .filter(message -> message.body() instanceof Body.Post)
        .map(MqttRoomPostTest::text)
        .toList();
  }

  private static String text(Message message) {
    return message.body() instanceof Body.Post post && post.payload() instanceof Payload.Text text
        ? text.body()
        : message.body().toString();
  }

  /** What the server answers a publish of QoS 1. */
  private static String answer(SessionClient client, String topic, byte[] properties, String text)
      throws IOException {
    return client.send(publish5(1, topic, 5, properties, text)).next();
  }

  @Test
  void a_text_is_posted_and_committed_when_it_is_acknowledged() throws Exception {
    stage.group("plain", "ann", "bob");
    try (SessionClient bob = client("bob")) {
      for (int i = 0; i < 50; i++) {
        assertThat(answer(bob, "rooms/plain", props(), "hei " + i)).isEqualTo("40 02 00 05");
        assertThat(texts("plain")).hasSize(i + 1);
      }
    }
    Message last = stage.log("plain").getLast();
    assertThat(text(last)).isEqualTo("hei 49");
    assertThat(last.sender()).isEqualTo("bob");
    assertThat(last.device()).isEqualTo("lamp");
  }

  @Test
  void many_at_once_are_posted_in_their_order_and_so_answered() throws Exception {
    stage.group("burst", "ann", "bob");
    try (SessionClient bob = client("bob")) {
      byte[][] packets = new byte[100][];
      for (int i = 0; i < packets.length; i++) {
        packets[i] = publish5(1, i % 5 == 0 ? "plant/x" : "rooms/burst", i + 1, props(), "" + i);
      }
      bob.send(packets);
      for (int i = 0; i < packets.length; i++) {
        assertThat(bob.next())
            .isEqualTo((i % 5 == 0 ? "40 03 00 %02x 10" : "40 02 00 %02x").formatted(i + 1));
      }
    }
    assertThat(texts("burst"))
        .hasSize(80)
        .isSortedAccordingTo((a, b) -> Integer.compare(Integer.parseInt(a), Integer.parseInt(b)));
  }

  @Test
  void one_that_subscribed_in_the_same_breath_gets_what_it_posts() throws Exception {
    stage.group("breath", "ann", "bob");
    try (SessionClient bob = client("bob")) {
      bob.send(
          packet(0x82, u16(7), 0, "rooms/breath", 0),
          publish5(1, "rooms/breath", 8, props(), "hei"));
      List<String> three = List.of(bob.next(), bob.next(), bob.next());
      assertThat(three).anyMatch(each -> each.startsWith("90 04 00 07"));
      assertThat(three).anyMatch(each -> each.equals("40 02 00 08"));
      assertThat(three).anyMatch(each -> each.startsWith("30"));
    }
  }

  @Test
  void a_client_that_does_not_want_its_own_posts_gets_the_others() throws Exception {
    stage.group("others", "ann", "bob");
    try (SessionClient bob = client("bob");
        SessionClient ann = client("ann")) {
      bob.send(packet(0x82, u16(7), 0, "rooms/others", 5)).next();
      assertThat(answer(bob, "rooms/others", props(), "own")).isEqualTo("40 02 00 05");
      answer(ann, "rooms/others", props(), "ann's");
      assertThat(bob.take()).contains("ann's");
    }
  }

  @Test
  void json_is_a_post_as_rest_takes_it_and_once_by_its_id() throws Exception {
    stage.group("json", "ann", "bob");
    String post =
        """
        {"client_id": "c1", "payload": {"type": "text", "body": "*hei*", "format": "markdown"},
         "mentions": ["ann"]}
        """;
    try (SessionClient bob = client("bob")) {
      assertThat(answer(bob, "rooms/json", JSON, post)).isEqualTo("40 02 00 05");
      assertThat(answer(bob, "rooms/json", JSON, post)).isEqualTo("40 02 00 05");
      assertThat(texts("json")).containsExactly("*hei*");
      assertThat(((Body.Post) stage.log("json").getLast().body()).mentions())
          .containsExactly("ann");
      assertThat(answer(bob, "rooms/json", JSON, "{\"payload\":")).matches(refused("99"));
      assertThat(answer(bob, "rooms/json", JSON, "{\"text\":\"x\"}")).matches(refused("99"));
    }
  }

  /** A PUBACK with that reason, whatever it says besides. */
  private static String refused(String reason) {
    return "40 .. 00 05 " + reason + " .*";
  }

  @Test
  void what_cannot_be_posted_is_refused() throws Exception {
    stage.group("strict", "ann", "bob");
    stage.group("closed", "ann", "bob");
    try (SessionClient bob = client("bob")) {
      assertThat(answer(bob, "rooms/closed", props(), "by the rules")).matches(refused("87"));
      assertThat(answer(bob, "rooms/strict/x", props(), "x")).matches(refused("90"));
      assertThat(answer(bob, "rooms/strict", props(), "")).matches(refused("99"));
      bob.send(packet(0x32, "rooms/strict", u16(5), props(), 0xff));
      assertThat(bob.next()).matches(refused("99"));
      bob.send(packet(0x33, "rooms/strict", u16(5), props(), MqttBytes.raw("kept")));
      assertThat(bob.next()).matches(refused("90"));
      assertThat(answer(bob, "rooms/strict", props(), "good")).isEqualTo("40 02 00 05");
    }
    assertThat(texts("strict")).containsExactly("good");
    assertThat(texts("closed")).isEmpty();
  }

  @Test
  void nobody_posts_to_a_room_that_it_is_not_in() throws Exception {
    stage.group("members", "ann", "bob");
    stage.group("deleted", "ann", "eve");
    Stage.now(stage.node.rooms().delete(Stage.by("ann"), Stage.room("deleted")));
    try (SessionClient eve = client("eve")) {
      for (String room : List.of("members", "deleted", "unknown")) {
        assertThat(answer(eve, "rooms/" + room, props(), "x")).as(room).matches(refused("87"));
      }
    }
    // One of MQTT 3.1.1 cannot be told.
    try (MqttClient eve =
        new MqttClient(stage.node.mqttPort())
            .send(connect4(0xC0 | CLEAN, 0, "lamp", "eve", Tokens.of("eve", "lamp")))) {
      eve.next();
      assertThat(eve.send(publish4(1, "rooms/members", 5, "x")).next()).isEqualTo("40 02 00 05");
    }
    assertThat(texts("members")).isEmpty();
  }

  @Test
  void at_qos_2_a_repeated_publish_is_posted_once() throws Exception {
    stage.group("exact", "ann", "bob");
    try (SessionClient bob = client("bob")) {
      byte[] publish = publish5(2, "rooms/exact", 5, props(), "once");
      assertThat(bob.send(publish).next()).isEqualTo("50 02 00 05");
      assertThat(bob.send(publish).next()).isEqualTo("50 02 00 05");
      assertThat(bob.send(packet(0x62, u16(5))).next()).isEqualTo("70 02 00 05");
    }
    assertThat(texts("exact")).containsExactly("once");
  }

  @Test
  void a_room_is_no_place_for_a_will() throws Exception {
    stage.group("wills", "ann", "bob");
    try (SessionClient ann = client("ann").subscribe("rooms/wills", 1).subscribe("#", 0)) {
      client("bob", 0, "rooms/wills", u16(4), MqttBytes.raw("gone")).close();
      ann.hearsNothing(Duration.ofMillis(300));
    }
    assertThat(texts("wills")).isEmpty();
  }

  @Test
  void a_websocket_publishes_to_a_room_and_is_delivered_it_without_subscribing() throws Exception {
    stage.group("frames", "ann", "bob");
    try (Link ann = stage.connect("ann", "phone");
        Link eve = stage.connect("eve", "phone");
        SessionClient bob = client("bob").subscribe("rooms/frames", 1)) {
      ann.send(
          frame(
              "subscribe",
              "id",
              "s",
              "filters",
              List.of(Map.of("filter", "rooms/frames"), Map.of("filter", "#"))));
      JsonNode grants = ann.next("subscribed").path("grants");
      assertThat(grants.get(0).at("/refused/code").asText()).isEqualTo("FAILED_PRECONDITION");
      assertThat(grants.get(1).has("refused")).isFalse();
      ann.send(frame("publish", "id", "p", "topic", "rooms/frames", "payload", "hei", "qos", 1));
      ann.next("publish_ack", ack -> ack.path("id").asText().equals("p"));
      ann.delivery("frames", "hei");
      assertThat(bob.take()).contains("hei");
      assertThat(ann.all("published")).isEmpty();
      eve.send(frame("publish", "id", "p", "topic", "rooms/frames", "payload", "x", "qos", 1));
      assertThat(Stage.code(eve.error("p"))).isEqualTo("NOT_FOUND");
    }
  }
}
