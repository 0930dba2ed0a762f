package org.viesti.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.scene.Link.frame;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.viesti.testkit.Shows;

/** Publishing and subscribing in the topic tree, over WebSockets in both forms. */
class TopicsTest {
  @TempDir static Path folder;
  static Stage stage;

  @BeforeAll
  static void start() {
    stage =
        Stage.set(
            folder,
            "topics.acl",
            List.of(
                "deny all secret/#",
                "allow all own/${username}/#",
                "deny all own/#",
                "allow all #"),
            "connection.max-subscriptions",
            4);
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  private static ArrayNode filters(String... filters) {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    for (String filter : filters) {
      all.addObject().put("filter", filter);
    }
    return all;
  }

  private static JsonNode subscribed(Link link, String id, String... filters) {
    link.send(frame("subscribe", "id", id, "filters", filters(filters)));
    return link.next("subscribed", answer -> answer.path("id").asText().equals(id));
  }

  private static Link publish(Link link, String topic, String payload) {
    return link.send(frame("publish", "topic", topic, "payload", payload));
  }

  /** Protobuf's payloads are bytes, which its JSON writes so. */
  private static String payload(Link.Form form, String text) {
    return form == Link.Form.JSON
        ? text
        : Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static JsonNode published(Link link, String topic) {
    return link.next("published", one -> one.path("topic").asText().equals(topic));
  }

  @ParameterizedTest
  @EnumSource(Link.Form.class)
  void what_one_publishes_another_gets_who_subscribed(Link.Form form) {
    try (Link ann = stage.connect(form, "ann", "phone");
        Link bob = stage.connect(form, "bob", "phone")) {
      subscribed(bob, "s", "sensors/+/temperature");
      publish(ann, "sensors/1/humidity", payload(form, "40"));
      publish(ann, "sensors/1/temperature", payload(form, "21.5"));
      JsonNode first = bob.next("published");
      assertThat(first.path("topic").asText()).isEqualTo("sensors/1/temperature");
      assertThat(first.path("payload").asText()).isEqualTo(payload(form, "21.5"));
    }
  }

  @Test
  void one_subscribed_in_the_same_breath_gets_what_it_publishes_next() {
    try (Link ann = stage.connect("ann", "phone")) {
      ArrayNode both = JsonNodeFactory.instance.arrayNode();
      both.add(frame("subscribe", "id", "s", "filters", filters("breath/#")));
      both.add(frame("publish", "topic", "breath/1", "payload", "hei"));
      ann.send(both);
      assertThat(published(ann, "breath/1").path("payload").asText()).isEqualTo("hei");
    }
  }

  @Test
  void overlapping_filters_bring_one_copy() {
    try (Link ann = stage.connect("ann", "phone")) {
      subscribed(ann, "s", "over/#", "over/+", "over/lap");
      publish(ann, "over/lap", "1");
      publish(ann, "over/end", "2");
      published(ann, "over/end");
      assertThat(ann.all("published")).hasSize(2);
    }
  }

  @Test
  void the_last_retained_message_comes_to_whoever_subscribes_later() {
    try (Link ann = stage.connect("ann", "phone");
        Link bob = stage.connect("bob", "phone")) {
      for (String state : List.of("on", "off")) {
        ann.send(
            frame(
                "publish", "id", state, "topic", "lamp/1", "payload", state, "qos", 1, "retain",
                true));
        ann.next("publish_ack", ack -> ack.path("id").asText().equals(state));
      }
      subscribed(bob, "s", "lamp/+");
      JsonNode kept = published(bob, "lamp/1");
      assertThat(kept.path("payload").asText()).isEqualTo("off");
      assertThat(kept.path("retain").asBoolean()).isTrue();

      ann.send(frame("publish", "id", "none", "topic", "lamp/1", "qos", 1, "retain", true));
      ann.next("publish_ack", ack -> ack.path("id").asText().equals("none"));
      assertThat(stage.count("select count(*) from retained where topic = ?", "lamp/1")).isZero();
    }
  }

  @Test
  void each_message_of_a_shared_subscription_goes_to_one_of_the_group() {
    try (Link ann = stage.connect("ann", "phone");
        Link bob = stage.connect("bob", "phone");
        Link cid = stage.connect("cid", "phone")) {
      subscribed(bob, "s", "$share/workers/jobs/#", "jobs-end");
      subscribed(cid, "s", "$share/workers/jobs/#", "jobs-end");
      for (int i = 0; i < 20; i++) {
        publish(ann, "jobs/" + i, "do");
      }
      publish(ann, "jobs-end", "");
      published(bob, "jobs-end");
      published(cid, "jobs-end");
      assertThat(bob.all("published")).hasSize(11);
      assertThat(cid.all("published")).hasSize(11);
    }
  }

  @Test
  void an_unsubscribed_filter_brings_nothing_more() {
    try (Link ann = stage.connect("ann", "phone")) {
      subscribed(ann, "s", "off/1", "off/2");
      ann.send("{'type':'unsubscribe','id':'u','filters':['off/1','off/3']}");
      JsonNode answer = ann.next("unsubscribed");
      assertThat(answer.path("existed"))
          .extracting(JsonNode::asBoolean)
          .containsExactly(true, false);
      publish(ann, "off/1", "1");
      publish(ann, "off/2", "2");
      assertThat(ann.next("published").path("topic").asText()).isEqualTo("off/2");
    }
  }

  @Test
  @Shows("topics.acl")
  void what_the_rules_deny_is_refused_and_not_delivered() {
    try (Link ann = stage.connect("ann", "phone");
        Link bob = stage.connect("bob", "phone")) {
      JsonNode grants =
          subscribed(ann, "s", "secret/1", "own/bob/1", "own/ann/#", "#").path("grants");
      assertThat(grants.get(0).path("refused").path("code").asText())
          .isEqualTo("PERMISSION_DENIED");
      assertThat(grants.get(1).path("refused").path("code").asText())
          .isEqualTo("PERMISSION_DENIED");
      assertThat(grants.get(2).has("refused")).isFalse();
      assertThat(grants.get(3).has("refused")).isFalse();
      ann.send(frame("publish", "id", "1", "topic", "secret/1", "payload", "x", "qos", 1));
      assertThat(ann.error("1").path("code").asText()).isEqualTo("PERMISSION_DENIED");
      publish(bob, "own/bob/1", "bob's, though ann listens to everything");
      publish(bob, "free", "x");
      assertThat(ann.next("published").path("topic").asText()).isEqualTo("free");
    }
  }

  @Test
  @Shows("connection.max-subscriptions")
  void no_more_filters_are_in_force_than_may_be() {
    try (Link ann = stage.connect("ann", "phone")) {
      JsonNode grants = subscribed(ann, "s", "1", "2", "3", "4", "5").path("grants");
      assertThat(grants.get(3).has("refused")).isFalse();
      assertThat(grants.get(4).path("refused").path("limit").asText())
          .isEqualTo("viesti.connection.max-subscriptions");
    }
  }
}
