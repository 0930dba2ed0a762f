package org.viesti.edge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.edge.mqtt.MqttBytes.packet;
import static org.viesti.edge.mqtt.MqttBytes.props;
import static org.viesti.edge.mqtt.MqttBytes.publish5;
import static org.viesti.edge.mqtt.MqttBytes.u16;
import static org.viesti.edge.mqtt.MqttBytes.u32;
import static org.viesti.edge.mqtt.SessionClient.FOR_EVER;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.TestNode;

/** Sessions that outlive their connections (MQTT 5.0 §4.1), on a whole node. */
@Timeout(60)
class MqttSessionTest {
  private static final Duration A_WHILE = Duration.ofMillis(300);

  @TempDir static Path folder;
  static TestNode node;

  @BeforeAll
  static void start() {
    node = node(folder);
  }

  private static TestNode node(Path folder) {
    return TestNode.start(
        folder,
        "mqtt.anonymous",
        true,
        "topics.acl",
        List.of("allow all #"),
        "connection.max-queued",
        10);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static SessionClient resume(String id) throws IOException {
    return SessionClient.resume(node.mqttPort(), id, FOR_EVER);
  }

  private static SessionClient clean(String id) throws IOException {
    return SessionClient.clean(node.mqttPort(), id, 0);
  }

  /** A session with this subscription, and no connection. */
  private static void away(String id, String filter, int qos) throws IOException {
    SessionClient client = resume(id);
    assertThat(client.sessionPresent).isFalse();
    client.subscribe(filter, qos).leave();
  }

  @Test
  void what_was_published_while_it_was_away_comes_in_order_and_once() throws Exception {
    away("away", "away/#", 1);
    List<String> sent = new ArrayList<>();
    try (SessionClient ann = clean("away-ann")) {
      for (int i = 0; i < 200; i++) {
        ann.publish("away/one", "" + i).publish("elsewhere/one", "" + i);
        sent.add("away/one " + i);
      }
    }
    try (SessionClient bob = resume("away")) {
      assertThat(bob.sessionPresent).isTrue();
      assertThat(bob.take(200)).isEqualTo(sent);
      bob.silent().leave();
    }
    try (SessionClient bob = resume("away")) {
      bob.hearsNothing(A_WHILE);
    }
  }

  @Test
  void what_is_published_at_qos_0_is_for_those_who_are_there() throws Exception {
    away("zero", "zero/#", 1);
    try (SessionClient ann = clean("zero-ann")) {
      ann.send(publish5(0, "zero/a", 0, props(), "lost")).publish("zero/a", "kept");
      try (SessionClient bob = resume("zero")) {
        assertThat(bob.take()).isEqualTo("zero/a kept");
        ann.send(publish5(0, "zero/a", 0, props(), "here"));
        assertThat(bob.published().payload()).isEqualTo("here");
      }
    }
  }

  // MQTT-3.1.2-4
  @Test
  void a_clean_start_ends_the_session_there_was() throws Exception {
    away("fresh", "fresh/#", 1);
    try (SessionClient ann = clean("fresh-ann")) {
      ann.publish("fresh/a", "old");
      SessionClient.clean(node.mqttPort(), "fresh", FOR_EVER).leave();
      try (SessionClient bob = resume("fresh")) {
        assertThat(bob.sessionPresent).isTrue();
        ann.publish("fresh/a", "new");
        bob.hearsNothing(A_WHILE);
      }
    }
  }

  @Test
  void what_a_clean_start_ends_takes_nothing_from_the_session_that_begins() throws Exception {
    away("anew", "anew", 1);
    try (SessionClient ann = clean("anew-ann")) {
      for (int i = 0; i < 100; i++) {
        // Everything at once, so that the new begins while the old one ends.
        try (MqttClient begins = new MqttClient(node.mqttPort())) {
          begins.send(
              MqttBytes.connect5(MqttBytes.CLEAN, 0, props(0x11, u32(FOR_EVER)), "anew"),
              packet(0x82, u16(1), 0, "anew", 1));
          assertThat(begins.next()).startsWith("20");
          assertThat(begins.next()).isEqualTo("90 04 00 01 00 01");
        }
        ann.publish("anew", "" + i);
        try (SessionClient bob = resume("anew")) {
          assertThat(bob.take()).isEqualTo("anew " + i);
          bob.silent();
        }
      }
    }
  }

  // MQTT-3.1.2-5, MQTT-3.1.2-6
  @Test
  void a_session_ends_when_it_has_expired_and_not_before() throws Exception {
    SessionClient.resume(node.mqttPort(), "brief", 1).subscribe("brief", 1).leave();
    SessionClient back = SessionClient.resume(node.mqttPort(), "brief", 1);
    assertThat(back.sessionPresent).isTrue();
    back.leave();
    long left = System.nanoTime();
    while (System.nanoTime() - left < Duration.ofMillis(1100).toNanos()) {
      Thread.sleep(50);
    }
    try (SessionClient late = SessionClient.resume(node.mqttPort(), "brief", 1)) {
      assertThat(late.sessionPresent).isFalse();
    }
  }

  // MQTT-3.14.2-2 with §3.14.2.2.2
  @Test
  void a_disconnect_may_say_how_long_the_session_is_to_live() throws Exception {
    try (SessionClient client = resume("short")) {
      client.send(packet(0xE0, 0, props(0x11, u32(0))));
    }
    try (SessionClient client = resume("short")) {
      assertThat(client.sessionPresent).isFalse();
    }
  }

  // MQTT-4.4.0-1
  @Test
  void what_was_not_answered_comes_again_by_the_same_id() throws Exception {
    away("again", "again", 1);
    try (SessionClient ann = clean("again-ann")) {
      ann.publish("again", "1").publish("again", "2");
    }
    SessionClient.Published first;
    SessionClient.Published second;
    try (SessionClient bob = resume("again")) {
      first = bob.published();
      second = bob.published();
      assertThat(first.again()).isFalse();
      bob.ack(first.id());
      bob.silent();
    }
    try (SessionClient bob = resume("again")) {
      assertThat(bob.published())
          .isEqualTo(new SessionClient.Published("again", "2", 1, second.id(), true));
      bob.ack(second.id());
      bob.silent().leave();
    }
    try (SessionClient bob = resume("again")) {
      bob.hearsNothing(A_WHILE);
    }
  }

  // MQTT-3.3.4-9
  @Test
  void what_comes_again_heeds_the_window_of_the_new_connection() throws Exception {
    away("narrow", "narrow", 1);
    try (SessionClient ann = clean("narrow-ann")) {
      ann.publish("narrow", "1").publish("narrow", "2").publish("narrow", "3");
    }
    try (SessionClient bob = resume("narrow")) {
      bob.published();
      bob.published();
      bob.published();
    }
    try (SessionClient bob = SessionClient.narrow(node.mqttPort(), "narrow", 1)) {
      SessionClient.Published one = bob.published();
      assertThat(one.payload()).isEqualTo("1");
      bob.silent();
      bob.ack(one.id());
      assertThat(bob.take(2)).containsExactly("narrow 2", "narrow 3");
      bob.silent();
    }
  }

  // MQTT-4.3.3-10, MQTT-4.4.0-1
  @Test
  void one_of_qos_2_that_the_client_has_is_released_and_not_sent_again() throws Exception {
    away("exactly", "exactly", 2);
    try (SessionClient ann = clean("exactly-ann")) {
      ann.send(publish5(2, "exactly", 7, props(), "x"));
      assertThat(ann.next()).isEqualTo("50 02 00 07");
      ann.send(packet(0x62, u16(7)));
      assertThat(ann.next()).isEqualTo("70 02 00 07");
    }
    int id;
    try (SessionClient bob = resume("exactly")) {
      SessionClient.Published one = bob.published();
      assertThat(one.qos()).isEqualTo(2);
      id = one.id();
      bob.send(packet(0x50, u16(id)));
      assertThat(bob.next()).isEqualTo("62 02 00 %02x".formatted(id));
    }
    try (SessionClient bob = resume("exactly")) {
      assertThat(bob.next()).isEqualTo("62 02 00 %02x".formatted(id));
      bob.send(packet(0x70, u16(id)));
      bob.silent().leave();
    }
    try (SessionClient bob = resume("exactly")) {
      bob.hearsNothing(A_WHILE);
    }
  }

  // MQTT-4.3.3-10
  @Test
  void a_publish_of_qos_2_that_comes_again_on_another_connection_is_published_once()
      throws Exception {
    try (SessionClient ann = clean("once-ann").subscribe("once", 1)) {
      try (SessionClient bob = resume("once")) {
        bob.send(publish5(2, "once", 5, props(), "x"));
        assertThat(bob.next()).isEqualTo("50 02 00 05");
      }
      assertThat(ann.take()).isEqualTo("once x");
      try (SessionClient bob = resume("once")) {
        bob.send(packet(0x3C, "once", u16(5), props(), MqttBytes.raw("x")));
        assertThat(bob.next()).isEqualTo("50 02 00 05");
        bob.send(packet(0x62, u16(5)));
        assertThat(bob.next()).isEqualTo("70 02 00 05");
      }
      ann.hearsNothing(A_WHILE);
    }
  }

  // MQTT-3.1.4-3
  @Test
  void a_newer_connection_goes_on_where_the_older_was() throws Exception {
    away("taken", "taken", 1);
    try (SessionClient ann = clean("taken-ann");
        SessionClient older = resume("taken")) {
      ann.publish("taken", "1");
      SessionClient.Published one = older.published();
      try (SessionClient newer = resume("taken")) {
        assertThat(newer.sessionPresent).isTrue();
        assertThat(newer.published())
            .isEqualTo(new SessionClient.Published("taken", "1", 1, one.id(), true));
        newer.ack(one.id());
        ann.publish("taken", "2");
        assertThat(newer.take()).isEqualTo("taken 2");
        assertThat(older.next()).startsWith("e0").contains("8e");
      }
    }
  }

  @Test
  void nothing_comes_by_a_subscription_that_was_ended() throws Exception {
    away("ended", "ended/#", 1);
    try (SessionClient bob = resume("ended")) {
      bob.subscribe("other", 1).unsubscribe("ended/#").leave();
    }
    try (SessionClient ann = clean("ended-ann")) {
      ann.publish("ended/a", "1").publish("other", "2");
    }
    try (SessionClient bob = resume("ended")) {
      assertThat(bob.take()).isEqualTo("other 2");
      bob.hearsNothing(A_WHILE);
    }
  }

  @Test
  void a_filter_brings_nothing_from_before_it_was_subscribed() throws Exception {
    away("late-1", "late/#", 1);
    try (SessionClient ann = clean("late-ann");
        SessionClient bob = resume("late-2").subscribe("late/a", 1)) {
      ann.publish("late/a", "1").publish("late/b", "2");
      assertThat(bob.published().payload()).isEqualTo("1");
      bob.subscribe("late/b", 1);
      ann.publish("late/b", "3");
      bob.published();
    }
    try (SessionClient bob = resume("late-2")) {
      assertThat(bob.take(2)).containsExactlyInAnyOrder("late/a 1", "late/b 3");
      bob.hearsNothing(A_WHILE);
    }
  }

  // MQTT-3.3.4-2
  @Test
  void where_filters_overlap_one_copy_comes_also_from_the_log() throws Exception {
    try (SessionClient bob = resume("overlap")) {
      bob.subscribe("overlap/#", 1).subscribe("overlap/+", 2).leave();
    }
    try (SessionClient ann = clean("overlap-ann")) {
      ann.publish("overlap/a", "1").publish("overlap/a/b", "2");
    }
    try (SessionClient bob = resume("overlap")) {
      assertThat(bob.take(2)).containsExactlyInAnyOrder("overlap/a 1", "overlap/a/b 2");
      bob.hearsNothing(A_WHILE);
    }
  }

  @Test
  void a_client_that_does_not_answer_loses_nothing_past_its_window() throws Exception {
    away("slow", "slow", 1);
    try (SessionClient ann = clean("slow-ann");
        SessionClient bob = resume("slow")) {
      List<String> sent = new ArrayList<>();
      for (int i = 0; i < 600; i++) { // a window of 256, a queue of 10
        ann.publish("slow", "" + i);
        sent.add("slow " + i);
      }
      assertThat(bob.take(600)).isEqualTo(sent);
      ann.publish("slow", "live");
      assertThat(bob.take()).isEqualTo("slow live");
    }
  }

  // MQTT-4.6.0-2
  @Test
  void publishes_are_answered_in_order_whether_they_are_journaled_or_not() throws Exception {
    away("order", "order", 1);
    try (SessionClient ann = clean("order-ann")) {
      byte[][] packets = new byte[100][];
      for (int i = 0; i < 100; i++) {
        packets[i] = publish5(1, i % 2 == 0 ? "order" : "nowhere", i + 1, props(), "x");
      }
      ann.send(packets);
      for (int i = 0; i < 100; i++) {
        assertThat(ann.next())
            .isEqualTo((i % 2 == 0 ? "40 02 00 %02x" : "40 03 00 %02x 10").formatted(i + 1));
      }
    }
  }

  // The will

  private static SessionClient withWill(String id, long expiry, long delay) throws IOException {
    return SessionClient.connect(
        node.mqttPort(),
        MqttBytes.WILL | 1 << 3,
        id,
        expiry,
        props(0x18, u32(delay)),
        "wills/" + id,
        u16(4),
        MqttBytes.raw("gone"));
  }

  // MQTT-3.1.3-9
  @Test
  void a_delayed_will_is_not_published_if_its_client_is_back_in_time() throws Exception {
    try (SessionClient ann = clean("back-ann").subscribe("wills/back", 1)) {
      withWill("back", FOR_EVER, 1).close();
      withWill("back", FOR_EVER, 1).leave();
      ann.hearsNothing(Duration.ofMillis(1500));
    }
  }

  // MQTT-3.1.2-8 with §3.1.3.2.2
  @Test
  void a_will_is_published_after_its_delay_or_when_the_session_ends() throws Exception {
    try (SessionClient ann = clean("gone-ann").subscribe("wills/+", 1)) {
      withWill("gone-delay", FOR_EVER, 1).close();
      assertThat(ann.take()).isEqualTo("wills/gone-delay gone");
      withWill("gone-session", 1, 3600).close();
      assertThat(ann.take()).isEqualTo("wills/gone-session gone");
      withWill("gone-clean", FOR_EVER, 3600).close();
      clean("gone-clean").close();
      assertThat(ann.take()).isEqualTo("wills/gone-clean gone");
    }
  }

  @Test
  void sessions_and_what_they_wait_for_survive_a_restart(@TempDir Path own) throws Exception {
    try (TestNode first = node(own)) {
      SessionClient.resume(first.mqttPort(), "bob", FOR_EVER).subscribe("kept/#", 1).leave();
      try (SessionClient ann = SessionClient.clean(first.mqttPort(), "ann", 0)) {
        ann.publish("kept/a", "1");
      }
    }
    try (TestNode second = node(own)) {
      try (SessionClient ann = SessionClient.clean(second.mqttPort(), "ann", 0)) {
        ann.publish("kept/a", "2").publish("dropped", "3");
      }
      try (SessionClient bob = SessionClient.resume(second.mqttPort(), "bob", FOR_EVER)) {
        assertThat(bob.sessionPresent).isTrue();
        assertThat(bob.take(2)).containsExactly("kept/a 1", "kept/a 2");
        bob.hearsNothing(A_WHILE);
      }
    }
  }
}
