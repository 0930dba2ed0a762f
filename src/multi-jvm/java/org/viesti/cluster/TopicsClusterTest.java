package org.viesti.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.scene.Link.frame;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.viesti.scene.Link;
import org.viesti.testkit.TestDatabase;
import org.viesti.testkit.Tokens;

/** The topic tree is one for all nodes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class TopicsClusterTest {
  private static final int ROUNDS = 200;

  private final TestCluster cluster =
      TestCluster.start(
          "topics",
          TestDatabase.Kind.POSTGRESQL,
          3,
          Map.of(
              "viesti.topics.shared.0",
              "sticky one",
              "viesti.topics.shared.1",
              "hash-topic by",
              "viesti.mqtt.sys-interval",
              "500ms"));

  @AfterAll
  void kill() {
    cluster.close();
  }

  private Link connect(int node, String user, String device) {
    Link link = new Link(cluster.node(node).live(), Tokens.of(user, device), Link.Form.JSON, 0);
    link.hello();
    return link;
  }

  private static void subscribe(Link link, String id, String filter) {
    link.send(frame("subscribe", "id", id, "filters", List.of(Map.of("filter", filter))));
    link.next("subscribed", answer -> answer.path("id").asText().equals(id));
  }

  /** Once it is answered, a subscription is in force on every node: nothing is waited for. */
  @Test
  void what_is_published_on_any_node_comes_once_the_subscription_is_answered() {
    try (Link ann = connect(0, "ann", "phone");
        Link bob = connect(1, "bob", "phone")) {
      for (int i = 0; i < ROUNDS; i++) {
        String topic = "round/" + i;
        subscribe(ann, "s" + i, i % 2 == 0 ? topic : topic + "/#");
        bob.send(frame("publish", "topic", topic, "payload", "hei"));
        ann.next("published", one -> one.path("topic").asText().equals(topic));
      }
      assertThat(ann.all("published")).hasSize(ROUNDS);
    }
  }

  @Test
  void members_of_a_group_on_several_nodes_take_turns() {
    try (Link ann = connect(0, "ann", "g");
        Link bob = connect(1, "bob", "g");
        Link cid = connect(2, "cid", "g")) {
      List<Link> members = List.of(ann, bob);
      for (Link member : members) {
        subscribe(member, "s", "$share/g/work/#");
        subscribe(member, "e", "work-end");
      }
      for (int i = 0; i < 40; i++) {
        cid.send(frame("publish", "topic", "work/" + i, "payload", "do"));
      }
      cid.send(frame("publish", "topic", "work-end", "payload", ""));
      List<String> all = new ArrayList<>();
      for (Link member : members) {
        member.next("published", one -> one.path("topic").asText().equals("work-end"));
        List<String> own =
            member.all("published").stream()
                .map(one -> one.path("topic").asText())
                .filter(topic -> topic.startsWith("work/"))
                .toList();
        assertThat(own).hasSize(20);
        all.addAll(own);
      }
      assertThat(all).doesNotHaveDuplicates();
    }
  }

  /** What each of two members, on two nodes, gets of what is published to these topics on each. */
  private List<List<String>> shared(String group, List<String> topics) throws Exception {
    List<List<String>> all = new ArrayList<>();
    try (MqttLink bob = MqttLink.clean(cluster.node(0).mqtt(), group + "-bob");
        MqttLink cid = MqttLink.clean(cluster.node(1).mqtt(), group + "-cid")) {
      for (MqttLink member : List.of(bob, cid)) {
        member.subscribe("$share/" + group + "/" + group + "/#", group + "-end");
      }
      for (int node = 0; node < 3; node++) {
        try (MqttLink ann = MqttLink.clean(cluster.node(node).mqtt(), group + "-ann")) {
          for (String topic : topics) {
            ann.publishNow(topic, "");
          }
          ann.publishNow(group + "-end", "");
        }
      }
      for (MqttLink member : List.of(bob, cid)) {
        List<String> its = new ArrayList<>();
        for (int ends = 0; ends < 3; ) {
          MqttLink.Published one = member.published();
          if (one.topic().equals(group + "-end")) {
            ends++;
          } else {
            its.add(one.topic());
          }
        }
        all.add(its);
      }
    }
    return all;
  }

  @Test
  void all_nodes_agree_who_of_a_sticky_group_gets_everything() throws Exception {
    List<String> topics = List.of("one/1", "one/2", "one/3", "one/4");
    List<List<String>> all = shared("one", topics);
    assertThat(all).extracting(List::size).containsExactlyInAnyOrder(12, 0);
  }

  @Test
  void all_nodes_agree_who_of_a_group_gets_a_topic() throws Exception {
    List<String> topics = IntStream.range(0, 16).mapToObj(i -> "by/" + i).toList();
    List<List<String>> all = shared("by", topics);
    assertThat(all).noneMatch(List::isEmpty);
    assertThat(all.getFirst()).doesNotContainAnyElementsOf(all.getLast());
    assertThat(Stream.concat(all.getFirst().stream(), all.getLast().stream()))
        .hasSize(3 * topics.size());
  }

  @Test
  void what_a_member_leaves_goes_to_one_on_another_node() throws Exception {
    List<String> payloads = new ArrayList<>();
    try (MqttLink ann = MqttLink.clean(cluster.node(2).mqtt(), "leaves-ann");
        MqttLink cid = MqttLink.clean(cluster.node(1).mqtt(), "leaves-cid")) {
      try (MqttLink bob = MqttLink.clean(cluster.node(0).mqtt(), "leaves-bob")) {
        bob.subscribe("$share/g/leaves");
        for (int i = 0; i < 10; i++) {
          ann.publishNow("leaves", "" + i);
          assertThat(bob.published().payload()).isEqualTo("" + i);
        }
        cid.subscribe("$share/g/leaves");
      }
      for (int i = 0; i < 10; i++) {
        payloads.add(cid.published().payload());
      }
    }
    assertThat(payloads).containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
  }

  /** Of its own node it is told at once, of the others within the interval. */
  @Test
  void an_operator_on_one_node_hears_how_each_is() {
    String operator =
        Tokens.of("ann", "sys", Tokens.TENANT, List.of("operator"), Duration.ofHours(1));
    try (Link ann = new Link(cluster.node(0).live(), operator, Link.Form.JSON, 0)) {
      ann.hello();
      subscribe(ann, "s", "$SYS/brokers/+/uptime");
      subscribe(ann, "b", "$SYS/brokers");
      String[] nodes =
          ann.next("published", one -> one.path("topic").asText().equals("$SYS/brokers"))
              .path("payload")
              .asText()
              .split(",");
      assertThat(nodes).hasSize(3);
      for (String node : nodes) {
        String topic = "$SYS/brokers/" + node + "/uptime";
        ann.next("published", one -> one.path("topic").asText().equals(topic));
      }
    }
  }

  @Test
  void what_is_retained_on_one_node_is_there_for_whoever_subscribes_on_another() {
    try (Link ann = connect(0, "ann", "r");
        Link bob = connect(1, "bob", "r")) {
      ann.send(
          frame("publish", "id", "1", "topic", "kept", "payload", "x", "qos", 1, "retain", true));
      ann.next("publish_ack");
      subscribe(bob, "s", "kept");
      JsonNode kept = bob.next("published");
      assertThat(kept.path("retain").asBoolean()).isTrue();
    }
  }
}
