package org.viesti.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.scene.Link.frame;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Subscriptions of live streams that begin with what was recorded. */
@Timeout(60)
class HistoryTest {
  @TempDir static Path folder;
  static Stage stage;

  @BeforeAll
  static void start() {
    stage =
        Stage.set(
            folder,
            "topics.acl",
            List.of("deny subscribe plant/secret", "allow all #"),
            "stream.retention",
            List.of("all 0s 0 plant/#"),
            "stream.partitions",
            2,
            "stream.row-messages",
            3,
            "connection.read-at-once",
            4);
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  /** Publishes texts of these numbers, and waits until they are committed. */
  private static void publish(String topic, int from, int to) {
    try (Link ann = stage.connect("ann", "publisher")) {
      for (int i = from; i < to; i++) {
        ann.send(frame("publish", "id", "p" + i, "topic", topic, "payload", "" + i, "qos", 1));
      }
      for (int i = from; i < to; i++) {
        String id = "p" + i;
        ann.next("publish_ack", ack -> ack.path("id").asText().equals(id));
      }
    }
  }

  private static JsonNode subscribe(Link link, String filter, Map<String, ?> from) {
    link.send(
        frame(
            "subscribe", "id", filter, "filters", List.of(Map.of("filter", filter, "from", from))));
    return link.next("subscribed", answer -> answer.path("id").asText().equals(filter))
        .path("grants")
        .get(0);
  }

  /** What a subscription begins after, as the server says it. */
  private static Map<String, Long> positions(JsonNode grant) {
    Map<String, Long> positions = new HashMap<>();
    grant
        .path("positions")
        .fields()
        .forEachRemaining(e -> positions.put(e.getKey(), e.getValue().asLong()));
    return positions;
  }

  /** Takes so many, keeps where they are, and says what they were. */
  private static List<String> take(Link link, int count, Map<String, Long> positions) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      JsonNode one = link.next("published");
      texts.add(one.path("payload").asText());
      positions.put(one.path("stream").asText(), one.path("position").asLong());
    }
    return texts;
  }

  private static List<String> numbers(int from, int to) {
    List<String> numbers = new ArrayList<>();
    for (int i = from; i < to; i++) {
      numbers.add("" + i);
    }
    return numbers;
  }

  /** Everything sent until now has been dealt with. */
  private static void nothingMore(Link link) {
    link.send(frame("publish", "topic", "end", "payload", ""));
    assertThat(link.next("published").path("topic").asText()).isEqualTo("end");
  }

  @Test
  void all_since_a_time_comes_in_order_and_then_what_is_published() {
    publish("plant/time", 0, 10);
    try (Link bob = stage.connect("bob", "phone")) {
      bob.send(frame("subscribe", "id", "e", "filters", List.of(Map.of("filter", "end"))));
      bob.next("subscribed");
      subscribe(bob, "plant/time", Map.of("time", 0));
      assertThat(take(bob, 10, new HashMap<>())).isEqualTo(numbers(0, 10));
      publish("plant/time", 10, 30);
      assertThat(take(bob, 20, new HashMap<>())).isEqualTo(numbers(10, 30));
      nothingMore(bob);
    }
    try (Link bob = stage.connect("bob", "phone")) {
      bob.send(frame("subscribe", "id", "e", "filters", List.of(Map.of("filter", "end"))));
      bob.next("subscribed");
      subscribe(bob, "plant/time", Map.of("time", System.currentTimeMillis() + 60_000));
      nothingMore(bob);
    }
  }

  @ParameterizedTest
  @EnumSource(Link.Form.class)
  void a_client_goes_on_where_it_was(Link.Form form) {
    String topic = "plant/on/" + form;
    Map<String, Long> positions;
    try (Link bob = stage.connect(form, "bob", "phone")) {
      positions = positions(subscribe(bob, topic, Map.of()));
      assertThat(positions).hasSize(1);
      publish(topic, 0, 5);
      for (int i = 0; i < 3; i++) {
        JsonNode one = bob.next("published");
        positions.put(one.path("stream").asText(), one.path("position").asLong());
      }
    }
    publish(topic, 5, 20);
    try (Link bob = stage.connect(form, "bob", "phone")) {
      subscribe(bob, topic, Map.of("positions", positions));
      List<Long> at = new ArrayList<>();
      for (int i = 3; i < 20; i++) {
        JsonNode one = bob.next("published");
        assertThat(text(form, one)).isEqualTo("" + i);
        at.add(one.path("position").asLong());
      }
      assertThat(at).isSorted().doesNotHaveDuplicates();
    }
  }

  private static String text(Link.Form form, JsonNode published) {
    String payload = published.path("payload").asText();
    return form == Link.Form.JSON
        ? payload
        : new String(
            java.util.Base64.getDecoder().decode(payload), java.nio.charset.StandardCharsets.UTF_8);
  }

  @Test
  void what_a_client_missed_while_it_was_away_comes_from_all_streams() {
    Map<String, Long> positions;
    try (Link bob = stage.connect("bob", "phone")) {
      positions = positions(subscribe(bob, "plant/all/#", Map.of()));
      assertThat(positions).hasSize(4); // of the rule and of the rest
    }
    for (int i = 0; i < 8; i++) {
      publish("plant/all/" + i, 0, 5);
    }
    try (Link bob = stage.connect("bob", "phone")) {
      subscribe(bob, "plant/all/#", Map.of("positions", positions));
      Map<String, List<String>> byTopic = new HashMap<>();
      for (int i = 0; i < 40; i++) {
        JsonNode one = bob.next("published");
        byTopic
            .computeIfAbsent(one.path("topic").asText(), t -> new ArrayList<>())
            .add(one.path("payload").asText());
      }
      assertThat(byTopic)
          .hasSize(8)
          .allSatisfy((t, all) -> assertThat(all).isEqualTo(numbers(0, 5)));
    }
  }

  @Test
  void one_filter_does_not_bring_again_what_came_by_another() {
    publish("plant/two/a", 0, 5);
    publish("plant/two/b", 5, 10);
    try (Link bob = stage.connect("bob", "phone")) {
      bob.send(frame("subscribe", "id", "e", "filters", List.of(Map.of("filter", "end"))));
      bob.next("subscribed");
      subscribe(bob, "plant/two/a", Map.of("time", 0));
      assertThat(take(bob, 5, new HashMap<>())).isEqualTo(numbers(0, 5));
      subscribe(bob, "plant/two/b", Map.of("time", 0));
      assertThat(take(bob, 5, new HashMap<>())).isEqualTo(numbers(5, 10));
      nothingMore(bob);
    }
  }

  @Test
  void a_filter_that_begins_while_another_is_read_has_all_of_its_own() {
    publish("plant/while/c/1", 0, 60);
    publish("plant/while/a/1", 60, 3_000);
    for (int round = 0; round < 5; round++) {
      try (Link bob = stage.connect("bob", "phone")) {
        subscribe(bob, "plant/while/a/#", Map.of("time", 0));
        List<String> all = take(bob, 1, new HashMap<>());
        subscribe(bob, "plant/while/c/#", Map.of("time", 0));
        all.addAll(take(bob, 2_999, new HashMap<>()));
        assertThat(all).containsExactlyInAnyOrderElementsOf(numbers(0, 3_000));
      }
    }
  }

  @Test
  void a_client_that_does_not_read_loses_nothing_that_is_recorded() throws Exception {
    String large = "x".repeat(10_000);
    try (Link bob = stage.connect("bob", "phone");
        Link ann = stage.connect("ann", "publisher")) {
      subscribe(bob, "plant/large", Map.of());
      bob.reading(false);
      for (int i = 0; i < 1000; i++) {
        ann.send(
            frame(
                "publish", "id", "p" + i, "topic", "plant/large", "payload", i + large, "qos", 1));
        String id = "p" + i;
        ann.next("publish_ack", ack -> ack.path("id").asText().equals(id));
      }
      bob.reading(true);
      for (int i = 0; i < 1000; i++) {
        assertThat(bob.next("published").path("payload").asText()).isEqualTo(i + large);
      }
    }
  }

  @Test
  void rights_are_for_what_was_recorded_too() {
    publish("plant/secret", 0, 3);
    publish("plant/secret/not", 3, 6);
    try (Link bob = stage.connect("bob", "phone")) {
      subscribe(bob, "plant/secret/#", Map.of("time", 0));
      assertThat(take(bob, 3, new HashMap<>())).isEqualTo(numbers(3, 6));
    }
  }

  @Test
  void nothing_comes_once_it_is_unsubscribed() {
    publish("plant/off", 0, 3);
    try (Link bob = stage.connect("bob", "phone")) {
      bob.send(frame("subscribe", "id", "e", "filters", List.of(Map.of("filter", "end"))));
      bob.next("subscribed");
      subscribe(bob, "plant/off", Map.of("time", 0));
      assertThat(take(bob, 3, new HashMap<>())).hasSize(3);
      bob.send(frame("unsubscribe", "id", "u", "filters", List.of("plant/off")));
      bob.next("unsubscribed");
      publish("plant/off", 3, 6);
      nothingMore(bob);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "a/#; {'time': 1, 'positions': {}}; not both",
        "$share/g/a; {'time': 1}; shared",
        "a; {'time': -1}; below zero",
        "a; {'positions': {'streams/0': -1}}; below zero",
        "a; {'times': 1}; times",
      })
  void where_to_begin_must_be_clear(String filter, String from, String why) {
    try (Link bob = stage.connect("bob", "phone")) {
      bob.send(
          "{'type': 'subscribe', 'id': 's', 'filters': [{'filter': '%s', 'from': %s}]}"
              .formatted(filter, from));
      JsonNode error = bob.error("s");
      assertThat(error.path("code").asText()).isEqualTo("INVALID_ARGUMENT");
      assertThat(error.path("detail").asText()).contains(why);
    }
  }
}
