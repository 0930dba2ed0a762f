package org.viesti.edge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.edge.mqtt.MqttBytes.CLEAN;
import static org.viesti.edge.mqtt.MqttBytes.connect4;
import static org.viesti.edge.mqtt.MqttBytes.packet;
import static org.viesti.edge.mqtt.MqttBytes.props;
import static org.viesti.edge.mqtt.MqttBytes.u16;
import static org.viesti.edge.mqtt.SessionClient.FOR_EVER;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.Payload;
import org.viesti.scene.Link;
import org.viesti.scene.Stage;
import org.viesti.testkit.Await;
import org.viesti.testkit.Tokens;

/** Chat rooms read over MQTT, on a whole node. */
@Timeout(60)
class MqttRoomTest {
  private static final Duration A_WHILE = Duration.ofMillis(300);
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir static Path folder;
  static Stage stage;

  @BeforeAll
  static void start() {
    // A small window, so that what comes past it is read from the log.
    stage =
        Stage.set(
            folder,
            "topics.acl",
            List.of("allow all #"),
            "connection.window-messages",
            20,
            "connection.cursor-interval",
            "50ms");
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  @AfterEach
  void clear() {
    stage.clear();
  }

  private static SessionClient client(String user, int flags, long expiry) throws IOException {
    return SessionClient.connect(
        stage.node.mqttPort(), 0xC0 | flags, "phone", expiry, user, Tokens.of(user, "phone"));
  }

  private static SessionClient clean(String user) throws IOException {
    return client(user, CLEAN, 0);
  }

  private static SessionClient resume(String user) throws IOException {
    return client(user, 0, FOR_EVER);
  }

  private static long post(String room, String user, String text) {
    return Stage.now(
            stage
                .node
                .rooms()
                .post(
                    Stage.by(user),
                    List.of(
                        new ClientFrame.Send(
                            UUID.randomUUID().toString(),
                            room,
                            Payload.Text.of(text),
                            null,
                            null))))
        .getFirst()
        .seq();
  }

  private static List<String> posts(String room, String user, int from, int to) {
    List<String> texts = new ArrayList<>();
    for (int i = from; i < to; i++) {
      post(room, user, "" + i);
      texts.add("" + i);
    }
    return texts;
  }

  private static JsonNode message(String payload) throws IOException {
    return JSON.readTree(payload);
  }

  private static String text(SessionClient.Published one) throws IOException {
    JsonNode body = message(one.payload()).path("body");
    return body.path("kind").asText().equals("post")
        ? body.at("/payload/body").asText()
        : body.path("kind").asText() + body.path("action").asText();
  }

  /** The next so many posts, answered at QoS 1. */
  private static List<String> take(SessionClient client, int count) throws IOException {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      SessionClient.Published one = client.published();
      texts.add(text(one));
      if (one.id() > 0) {
        client.ack(one.id());
      }
    }
    return texts;
  }

  private static long cursor(String user, String room) {
    return Stage.now(stage.node.devices().get(Stage.device(user, "phone")))
        .cursors()
        .getOrDefault("rooms/" + room, 0L);
  }

  private static void awaitCursor(String user, String room, long position) {
    Await.until(
        Stage.PATIENCE,
        () -> "cursor " + cursor(user, room) + ", not " + position,
        () -> cursor(user, room) == position);
  }

  // Subscribing.

  @Test
  void a_member_gets_every_post_in_order_and_once() throws Exception {
    stage.group("order", "ann", "bob");
    post("order", "ann", "before");
    try (SessionClient bob = clean("bob").subscribe("rooms/order", 1)) {
      List<String> sent = posts("order", "ann", 0, 100);
      assertThat(take(bob, 100)).isEqualTo(sent);
      bob.silent().hearsNothing(A_WHILE);
    }
  }

  @Test
  void a_payload_is_the_message_that_a_websocket_is_delivered() throws Exception {
    stage.group("same", "ann", "bob");
    try (SessionClient bob = clean("bob").subscribe("rooms/same", 0);
        Link ann = stage.connect("ann", "phone")) {
      ann.post("same", "1", "hei");
      SessionClient.Published one = bob.published();
      assertThat(one.topic()).isEqualTo("rooms/same");
      assertThat(message(one.payload())).isEqualTo(ann.delivery("same", "hei").path("message"));
    }
  }

  @Test
  void it_is_said_to_be_json() throws Exception {
    stage.group("typed", "ann", "bob");
    try (SessionClient bob = clean("bob").subscribe("rooms/typed", 0)) {
      post("typed", "ann", "hei");
      assertThat(bob.next()).contains(MqttClient.hex(props(1, 1, 3, "application/json")));
    }
  }

  private static int suback(SessionClient client, String filter) throws IOException {
    String answer = client.send(packet(0x82, u16(7), 0, filter, 1)).next();
    assertThat(answer).matches("90 .. 00 07 .*");
    return Integer.parseInt(answer.substring(answer.length() - 2), 16);
  }

  @Test
  void nobody_is_told_of_a_room_that_it_is_not_in() throws Exception {
    stage.group("private", "ann", "bob");
    stage.group("past", "ann", "eve");
    stage.remove("past", "ann", "eve");
    stage.group("deleted", "ann", "bob");
    Stage.now(stage.node.rooms().delete(Stage.by("ann"), Stage.room("deleted")));
    stage.make("channel", "public", "ann");
    Stage.now(
        stage.node.rooms().update(Stage.by("ann"), Stage.room("public"), null, null, false, null));
    try (SessionClient eve = clean("eve")) {
      for (String room : List.of("private", "past", "deleted", "public", "unknown")) {
        assertThat(suback(eve, "rooms/" + room)).as(room).isEqualTo(0x87);
      }
      assertThat(suback(eve, "rooms/private/x")).isEqualTo(0x8F);
      assertThat(suback(eve, "$share/g/rooms/private")).isEqualTo(0x8F);
      posts("private", "ann", 0, 3);
      eve.hearsNothing(A_WHILE);
    }
    try (MqttClient eve =
        new MqttClient(stage.node.mqttPort())
            .send(connect4(0xC0 | CLEAN, 0, "phone", "eve", Tokens.of("eve", "phone")))) {
      assertThat(eve.next()).isEqualTo("20 02 00 00");
      assertThat(eve.send(packet(0x82, u16(7), "rooms/private", 1)).next())
          .isEqualTo("90 03 00 07 80");
    }
  }

  @Test
  void no_filter_of_topics_brings_what_is_posted() throws Exception {
    stage.group("hidden", "ann", "bob");
    try (SessionClient bob = clean("bob").subscribe("#", 1).subscribe("+/hidden", 1);
        SessionClient eve = clean("eve").subscribe("+/+", 1).subscribe("rooms/+", 1)) {
      post("hidden", "ann", "hush");
      bob.hearsNothing(A_WHILE);
      eve.hearsNothing(A_WHILE);
    }
  }

  @Test
  void who_is_removed_or_banned_gets_nothing_more_until_it_is_back() throws Exception {
    stage.group("left", "ann", "bob");
    try (SessionClient bob = clean("bob").subscribe("rooms/left", 1)) {
      post("left", "ann", "one");
      stage.remove("left", "ann", "bob");
      posts("left", "ann", 0, 3);
      assertThat(take(bob, 2)).containsExactly("one", "room_changemembers_removed");
      stage.knowsNoMore("left", "bob");
      posts("left", "ann", 3, 5);
      bob.silent().hearsNothing(A_WHILE);
      stage.add("left", "ann", "bob");
      post("left", "ann", "two");
      assertThat(take(bob, 2)).containsExactly("room_changemembers_added", "two");
      Stage.now(stage.node.rooms().ban(Stage.by("ann"), Stage.room("left"), "bob", null));
      posts("left", "ann", 0, 3);
      assertThat(take(bob, 1)).containsExactly("room_changebanned");
      bob.silent().hearsNothing(A_WHILE);
    }
  }

  @Test
  void one_filter_brings_all_rooms_of_the_user() throws Exception {
    stage.group("all1", "ann", "cid");
    stage.group("all2", "ann", "cid");
    stage.group("not", "ann", "bob");
    try (SessionClient cid = clean("cid").subscribe("rooms/+", 1)) {
      post("all1", "ann", "1");
      assertThat(take(cid, 1)).containsExactly("1");
      post("not", "ann", "x");
      post("all2", "ann", "2");
      assertThat(take(cid, 1)).containsExactly("2");
      stage.add("not", "ann", "cid");
      post("not", "ann", "3");
      assertThat(take(cid, 2)).containsExactly("room_changemembers_added", "3");
      cid.unsubscribe("rooms/+");
      post("all1", "ann", "4");
      cid.hearsNothing(A_WHILE);
    }
  }

  @Test
  void overlapping_filters_bring_one_copy_at_the_higher_qos() throws Exception {
    stage.group("over", "ann", "dan");
    try (SessionClient dan = clean("dan").subscribe("rooms/#", 0).subscribe("rooms/over", 1)) {
      post("over", "ann", "1");
      assertThat(dan.published().qos()).isEqualTo(1);
      dan.hearsNothing(A_WHILE);
      dan.unsubscribe("rooms/over");
      post("over", "ann", "2");
      assertThat(dan.published().qos()).isZero();
    }
  }

  @Test
  void what_becomes_of_a_post_is_told_as_to_any_client() throws Exception {
    stage.group("fate", "ann", "bob");
    try (SessionClient bob = clean("bob").subscribe("rooms/fate", 1)) {
      String id = Stage.room("fate").messageId(post("fate", "ann", "oops"));
      Stage.now(stage.node.rooms().edit(Stage.by("ann"), id, Payload.Text.of("mended"), null));
      Stage.now(stage.node.rooms().react(Stage.by("ann"), id, "+", true));
      Stage.now(stage.node.rooms().redact(Stage.by("ann"), id, null));
      assertThat(take(bob, 4)).containsExactly("oops", "edit", "reaction", "redaction");
    }
  }

  // Being away.

  @Test
  void a_session_gets_what_was_posted_while_it_was_away() throws Exception {
    stage.group("away", "ann", "bob");
    post("away", "ann", "before");
    resume("bob").subscribe("rooms/away", 1).leave();
    // The log has everything: no publish need be journaled for it.
    assertThat(stage.count("select count(*) from durable_filter")).isZero();
    List<String> sent = posts("away", "ann", 0, 60);
    try (SessionClient bob = resume("bob")) {
      assertThat(bob.sessionPresent).isTrue();
      assertThat(take(bob, 60)).isEqualTo(sent);
      bob.silent().leave();
    }
    try (SessionClient bob = resume("bob")) {
      bob.hearsNothing(A_WHILE);
      post("away", "ann", "live");
      assertThat(take(bob, 1)).containsExactly("live");
    }
    clean("bob").leave();
  }

  @Test
  void a_client_that_subscribes_again_as_it_returns_misses_nothing() throws Exception {
    stage.group("again", "ann", "bob");
    resume("bob").subscribe("rooms/again", 1).leave();
    List<String> sent = posts("again", "ann", 0, 5);
    try (SessionClient bob = resume("bob")) {
      bob.send(packet(0x82, u16(7), 0, "rooms/again", 1));
      List<String> got = new ArrayList<>();
      boolean answered = false;
      while (got.size() < 5 || !answered) {
        String next = bob.next();
        if (next.startsWith("90")) {
          answered = true;
        } else {
          got.add(text(SessionClient.published(next)));
        }
      }
      assertThat(got).isEqualTo(sent);
    }
    clean("bob").leave();
  }

  @Test
  void what_a_session_unsubscribed_from_is_not_for_it() throws Exception {
    stage.group("un", "ann", "bob");
    SessionClient first = resume("bob").subscribe("rooms/un", 1);
    post("un", "ann", "one");
    assertThat(take(first, 1)).containsExactly("one");
    first.unsubscribe("rooms/un").leave();
    post("un", "ann", "two");
    try (SessionClient bob = resume("bob")) {
      assertThat(bob.sessionPresent).isTrue();
      post("un", "ann", "three");
      bob.hearsNothing(A_WHILE);
      bob.subscribe("rooms/un", 1);
      post("un", "ann", "four");
      assertThat(take(bob, 1)).containsExactly("four");
    }
    clean("bob").leave();
  }

  @Test
  void a_session_that_is_taken_over_goes_on_where_it_was() throws Exception {
    stage.group("over2", "ann", "bob");
    try (SessionClient first = resume("bob").subscribe("rooms/over2", 1)) {
      posts("over2", "ann", 0, 40); // more than its window
      assertThat(take(first, 5)).hasSize(5);
      try (SessionClient second = resume("bob")) {
        List<String> got = take(second, 35);
        assertThat(got).first().isEqualTo("5");
        assertThat(got).last().isEqualTo("39");
        assertThat(got).doesNotHaveDuplicates();
        second.silent();
      }
    }
    clean("bob").leave();
  }

  @Test
  void a_clean_session_begins_at_the_room_s_head() throws Exception {
    stage.group("head", "ann", "bob");
    resume("bob").subscribe("rooms/head", 1).leave();
    post("head", "ann", "old");
    try (SessionClient bob = clean("bob").subscribe("rooms/head", 1)) {
      post("head", "ann", "new");
      assertThat(take(bob, 1)).containsExactly("new");
    }
  }

  @Test
  void an_answer_moves_the_device_s_cursor() throws Exception {
    stage.group("cursor", "ann", "bob");
    try (SessionClient bob = resume("bob").subscribe("rooms/cursor", 1)) {
      long one = post("cursor", "ann", "1");
      long two = post("cursor", "ann", "2");
      SessionClient.Published first = bob.published();
      SessionClient.Published second = bob.published();
      bob.ack(first.id());
      awaitCursor("bob", "cursor", one);
      bob.ack(second.id());
      awaitCursor("bob", "cursor", two);
    }
    clean("bob").leave();
  }

  @Test
  void what_is_in_flight_comes_again_by_the_same_id() throws Exception {
    stage.group("flight", "ann", "bob");
    SessionClient.Published second;
    SessionClient.Published third;
    try (SessionClient bob = resume("bob").subscribe("rooms/flight", 1)) {
      posts("flight", "ann", 1, 4);
      bob.ack(bob.published().id());
      second = bob.published();
      third = bob.published();
      bob.silent().leave();
    }
    post("flight", "ann", "4");
    try (SessionClient bob = resume("bob")) {
      for (SessionClient.Published one : List.of(second, third)) {
        SessionClient.Published again = bob.published();
        assertThat(again.id()).isEqualTo(one.id());
        assertThat(again.again()).isTrue();
        assertThat(again.payload()).isEqualTo(one.payload());
        bob.ack(again.id());
        String id = message(again.payload()).path("id").asText();
        awaitCursor("bob", "flight", Stage.room("flight").seqOf(id));
      }
      assertThat(take(bob, 1)).containsExactly("4");
      bob.silent().leave();
    }
    try (SessionClient bob = resume("bob")) {
      bob.hearsNothing(A_WHILE);
    }
    clean("bob").leave();
  }

  @Test
  void who_was_removed_while_it_was_away_gets_what_came_before() throws Exception {
    stage.group("gone", "ann", "bob");
    resume("bob").subscribe("rooms/gone", 1).leave();
    post("gone", "ann", "for bob");
    stage.remove("gone", "ann", "bob");
    post("gone", "ann", "not for bob");
    stage.knowsNoMore("gone", "bob");
    try (SessionClient bob = resume("bob")) {
      assertThat(take(bob, 2)).containsExactly("for bob", "room_changemembers_removed");
      bob.silent().hearsNothing(A_WHILE);
      bob.leave();
    }
    try (SessionClient bob = resume("bob")) {
      post("gone", "ann", "nor this");
      bob.hearsNothing(A_WHILE);
    }
    clean("bob").leave();
  }

  @Test
  void a_room_that_the_user_came_into_while_it_was_away_is_for_its_session() throws Exception {
    stage.group("later", "ann", "bob");
    resume("fay").subscribe("rooms/+", 1).leave();
    post("later", "ann", "early");
    stage.add("later", "ann", "fay");
    post("later", "ann", "hei");
    stage.knows("later", "fay");
    try (SessionClient fay = resume("fay")) {
      assertThat(take(fay, 2)).containsExactly("room_changemembers_added", "hei");
    }
    clean("fay").leave();
  }

  @Test
  void at_qos_0_a_session_gets_what_is_posted_while_it_is_there() throws Exception {
    stage.group("zero", "ann", "bob");
    resume("bob").subscribe("rooms/zero", 0).leave();
    post("zero", "ann", "lost");
    try (SessionClient bob = resume("bob")) {
      bob.hearsNothing(A_WHILE);
      post("zero", "ann", "here");
      assertThat(text(bob.published())).isEqualTo("here");
    }
    assertThat(cursor("bob", "zero")).isZero();
    clean("bob").leave();
  }

  @Test
  void a_slow_client_at_qos_0_is_read_on_for() throws Exception {
    stage.group("slow", "ann", "bob");
    try (SessionClient bob = clean("bob").subscribe("rooms/slow", 0)) {
      // More than the buffers of both sides hold.
      String long1 = "x".repeat(9_000);
      List<String> sent = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        sent.add(i + long1);
        post("slow", "ann", i + long1);
      }
      assertThat(take(bob, 1000)).isEqualTo(sent);
    }
  }
}
