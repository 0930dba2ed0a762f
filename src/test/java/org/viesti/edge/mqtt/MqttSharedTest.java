package org.viesti.edge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.edge.mqtt.SessionClient.FOR_EVER;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.TestNode;
import org.viesti.testkit.Shows;

/** Shared subscriptions (MQTT 5.0 §4.8.2), on a whole node. */
@Timeout(60)
class MqttSharedTest {
  @TempDir static Path folder;
  static TestNode node;

  @BeforeAll
  static void start() {
    node =
        TestNode.start(
            folder,
            "mqtt.anonymous",
            true,
            "topics.acl",
            List.of("allow all #"),
            "topics.shared",
            List.of(
                "sticky one", "hash-client clients", "hash-topic topics", "least-pending idle"));
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static SessionClient clean(String id) throws IOException {
    return SessionClient.clean(node.mqttPort(), id, 0);
  }

  private static List<String> payloads(List<SessionClient.Published> came) {
    return came.stream().map(SessionClient.Published::payload).toList();
  }

  private static List<String> numbers(int count) {
    return IntStream.range(0, count).mapToObj(Integer::toString).toList();
  }

  private static void publish(SessionClient by, String topic, int count) throws IOException {
    for (String number : numbers(count)) {
      by.publish(topic, number);
    }
  }

  @Test
  void members_take_turns() throws Exception {
    try (SessionClient ann = clean("turns-ann");
        SessionClient bob = clean("turns-bob").subscribe("$share/any/turns/#", 1);
        SessionClient cid = clean("turns-cid").subscribe("$share/any/turns/#", 1)) {
      publish(ann, "turns/1", 10);
      assertThat(payloads(bob.came())).containsExactly("0", "2", "4", "6", "8");
      assertThat(payloads(cid.came())).containsExactly("1", "3", "5", "7", "9");
    }
  }

  @Test
  @Shows("topics.shared")
  void a_sticky_group_gives_all_to_one_until_it_goes() throws Exception {
    try (SessionClient ann = clean("sticky-ann");
        SessionClient bob = clean("sticky-bob").subscribe("$share/one/sticky", 1);
        SessionClient cid = clean("sticky-cid").subscribe("$share/one/sticky", 1)) {
      publish(ann, "sticky", 10);
      assertThat(bob.take(10)).hasSize(10);
      assertThat(cid.came()).isEmpty();
      bob.silent().leave();
      publish(ann, "sticky", 3);
      assertThat(payloads(cid.came())).containsExactlyInAnyOrder("0", "1", "2");
    }
  }

  @Test
  void what_one_client_publishes_goes_to_one_member() throws Exception {
    Map<String, Set<String>> members = new HashMap<>();
    try (SessionClient bob = clean("client-bob").subscribe("$share/clients/client/+", 1);
        SessionClient cid = clean("client-cid").subscribe("$share/clients/client/+", 1)) {
      for (int i = 0; i < 16; i++) {
        try (SessionClient ann = clean("client-ann-" + i)) {
          ann.publish("client/1", "" + i).publish("client/2", "" + i);
        }
      }
      bob.came().forEach(one -> to(members, one.payload(), "bob"));
      cid.came().forEach(one -> to(members, one.payload(), "cid"));
    }
    assertThat(members).hasSize(16).allSatisfy((client, to) -> assertThat(to).hasSize(1));
    assertThat(members).containsValue(Set.of("bob")).containsValue(Set.of("cid"));
  }

  private static void to(Map<String, Set<String>> members, String what, String member) {
    members.computeIfAbsent(what, w -> new HashSet<>()).add(member);
  }

  @Test
  void what_is_published_to_one_topic_goes_to_one_member() throws Exception {
    Map<String, Set<String>> members = new HashMap<>();
    try (SessionClient ann = clean("topic-ann");
        SessionClient eve = clean("topic-eve");
        SessionClient bob = clean("topic-bob").subscribe("$share/topics/topic/+", 1);
        SessionClient cid = clean("topic-cid").subscribe("$share/topics/topic/+", 1)) {
      for (int i = 0; i < 16; i++) {
        ann.publish("topic/" + i, "");
        eve.publish("topic/" + i, "");
      }
      bob.came().forEach(one -> to(members, one.topic(), "bob"));
      cid.came().forEach(one -> to(members, one.topic(), "cid"));
    }
    assertThat(members).hasSize(16).allSatisfy((topic, to) -> assertThat(to).hasSize(1));
    assertThat(members).containsValue(Set.of("bob")).containsValue(Set.of("cid"));
  }

  @Test
  void who_has_the_fewest_unanswered_gets_the_next() throws Exception {
    try (SessionClient ann = clean("idle-ann");
        SessionClient bob = clean("idle-bob").subscribe("$share/idle/idle", 1);
        SessionClient cid = clean("idle-cid").subscribe("$share/idle/idle", 1)) {
      publish(ann, "idle", 20);
      assertThat(payloads(bob.came())).hasSize(10);
      List<SessionClient.Published> cids = cid.came();
      assertThat(cids).hasSize(10);
      for (SessionClient.Published one : cids) {
        cid.ack(one.id());
      }
      cid.silent();
      publish(ann, "idle", 10);
      assertThat(bob.came()).isEmpty();
      assertThat(payloads(cid.came())).isEqualTo(numbers(10));
    }
  }

  @Test
  void what_a_member_that_goes_has_not_answered_goes_to_another() throws Exception {
    try (SessionClient ann = clean("goes-ann")) {
      SessionClient bob = SessionClient.narrow(node.mqttPort(), "goes-bob", 2, 0);
      bob.subscribe("$share/any/goes", 1);
      publish(ann, "goes", 5);
      assertThat(payloads(bob.came())).containsExactly("0", "1");
      bob.ack(1);
      assertThat(payloads(bob.came())).containsExactly("2");
      try (SessionClient cid = clean("goes-cid").subscribe("$share/any/goes", 1)) {
        bob.leave();
        assertThat(cid.take(4)).containsExactly("goes 1", "goes 2", "goes 3", "goes 4");
        cid.silent();
      }
    }
  }

  @Test
  void MQTT_4_8_2_5_what_is_on_its_way_at_qos_2_goes_to_nobody_else() throws Exception {
    try (SessionClient ann = clean("exactly-ann")) {
      SessionClient bob = SessionClient.narrow(node.mqttPort(), "exactly-bob", 1, 0);
      bob.subscribe("$share/any/exactly", 2);
      ann.publishExactlyOnce("exactly", "0").publishExactlyOnce("exactly", "1");
      assertThat(payloads(bob.came())).containsExactly("0");
      try (SessionClient cid = clean("exactly-cid").subscribe("$share/any/exactly", 2)) {
        bob.leave();
        assertThat(payloads(cid.came())).containsExactly("1");
      }
    }
  }

  @Test
  void MQTT_4_8_2_4_a_session_keeps_what_is_on_its_way_and_others_get_the_rest() throws Exception {
    try (SessionClient ann = clean("keeps-ann")) {
      SessionClient bob = SessionClient.narrow(node.mqttPort(), "keeps-bob", 1);
      bob.subscribe("$share/any/keeps", 1);
      publish(ann, "keeps", 3);
      assertThat(payloads(bob.came())).containsExactly("0");
      try (SessionClient cid = clean("keeps-cid").subscribe("$share/any/keeps", 1)) {
        bob.leave();
        assertThat(cid.take(2)).containsExactly("keeps 1", "keeps 2");
        cid.silent();
        try (SessionClient again = SessionClient.resume(node.mqttPort(), "keeps-bob", FOR_EVER)) {
          assertThat(again.take()).isEqualTo("keeps 0");
          again.silent();
        }
      }
    }
  }

  @Test
  void a_session_alone_in_its_group_keeps_all_that_came() throws Exception {
    try (SessionClient ann = clean("alone-ann")) {
      SessionClient bob = SessionClient.narrow(node.mqttPort(), "alone-bob", 1);
      bob.subscribe("$share/any/alone", 1);
      publish(ann, "alone", 3);
      assertThat(payloads(bob.came())).containsExactly("0");
      bob.leave();
    }
    try (SessionClient again = SessionClient.resume(node.mqttPort(), "alone-bob", FOR_EVER)) {
      assertThat(again.take(3)).containsExactly("alone 0", "alone 1", "alone 2");
    }
  }

  @Test
  void nothing_is_lost_when_members_break_off_while_messages_come() throws Exception {
    List<String> sent = numbers(2_000);
    Set<String> got = new HashSet<>();
    try (SessionClient ann = clean("breaks-ann");
        SessionClient cid = clean("breaks-cid").subscribe("$share/any/breaks", 1)) {
      for (int from = 0; from < sent.size(); from += 100) {
        SessionClient bob = clean("breaks-bob").subscribe("$share/any/breaks", 1);
        for (int i = from; i < from + 100; i++) {
          ann.publish("breaks", sent.get(i));
          if (i == from + 50) {
            bob.close();
          }
        }
        for (SessionClient.Published one : cid.came()) {
          got.add(one.payload());
          cid.ack(one.id());
        }
      }
      while (got.size() < sent.size()) { // nobody else ever answered
        got.add(cid.take().substring("breaks ".length()));
      }
    }
    assertThat(got).containsExactlyInAnyOrderElementsOf(sent);
  }
}
