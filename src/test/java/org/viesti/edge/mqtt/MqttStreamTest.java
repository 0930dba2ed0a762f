package org.viesti.edge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.edge.mqtt.MqttBytes.props;
import static org.viesti.edge.mqtt.MqttBytes.publish5;
import static org.viesti.edge.mqtt.SessionClient.FOR_EVER;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.TestNode;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.UserId;
import org.viesti.scene.Stage;
import org.viesti.testkit.Await;
import org.viesti.testkit.Shows;

/** What sessions that are away cost, and how streams lay it down. */
@Timeout(120)
class MqttStreamTest {
  private static final String ROWS =
      "select count(*) from \"event_journal\" where \"persistence_id\" like '%/streams/%'";
  private static final String BYTES =
      """
      select (select coalesce(sum(octet_length("event_payload") + octet_length("persistence_id") + 100), 0)
        from "event_journal" where "persistence_id" like '%/streams/%')
      + (select coalesce(sum(octet_length("tag") + 30), 0) from "event_tag"
        where "tag" like '%/streams/%')""";

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
            "stream.partitions",
            3,
            "stream.row-messages",
            20,
            "stream.row-bytes",
            "4KiB",
            "stream.ask-timeout",
            "700ms",
            "connection.cursor-interval",
            "1h",
            "connection.cursor-acks",
            3);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static long number(String query) throws SQLException {
    try (Connection connection = node.database.connect();
        ResultSet r = connection.createStatement().executeQuery(query)) {
      r.next();
      return r.getLong(1);
    }
  }

  private static void away(String id, String filter) throws Exception {
    SessionClient.resume(node.mqttPort(), id, FOR_EVER).subscribe(filter, 1).leave();
  }

  private static SessionClient ann(String id) throws Exception {
    return SessionClient.clean(node.mqttPort(), id, 0);
  }

  /** Publishes all of them, so many unanswered at a time. */
  private static void publish(SessionClient client, List<String> topics, String payload)
      throws Exception {
    int window = 100;
    for (int from = 0; from < topics.size(); from += window) {
      List<String> part = topics.subList(from, Math.min(topics.size(), from + window));
      byte[][] packets = new byte[part.size()][];
      for (int i = 0; i < packets.length; i++) {
        packets[i] = publish5(1, part.get(i), i + 1, props(), payload);
      }
      client.send(packets);
      for (int i = 0; i < packets.length; i++) {
        assertThat(client.next()).startsWith("40 02");
      }
    }
  }

  private static List<String> topics(String prefix, int count) {
    List<String> topics = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      topics.add(prefix + i);
    }
    return topics;
  }

  @Test
  @Shows("stream.partitions")
  void a_tenants_topics_are_spread_over_so_many_logs() throws Exception {
    away("spread", "spread/#");
    try (SessionClient ann = ann("spread-ann")) {
      publish(ann, topics("spread/", 100), "x");
    }
    assertThat(
            number(
                "select count(distinct \"persistence_id\") from \"event_journal\" where \"persistence_id\" like '%/streams/%'"))
        .isEqualTo(3);
  }

  @Test
  @Shows("stream.row-messages")
  void a_row_has_so_many_messages() throws Exception {
    away("many", "many/one");
    long before = number(ROWS);
    try (SessionClient ann = ann("many-ann")) {
      publish(ann, java.util.Collections.nCopies(100, "many/one"), "x");
    }
    assertThat(number(ROWS) - before).isGreaterThanOrEqualTo(5).isLessThan(60);
  }

  @Test
  @Shows("stream.row-bytes")
  void a_row_has_about_so_many_bytes() throws Exception {
    away("large", "large/one");
    long before = number(ROWS);
    try (SessionClient ann = ann("large-ann")) {
      publish(ann, java.util.Collections.nCopies(18, "large/one"), "x".repeat(1500));
    }
    assertThat(number(ROWS) - before).isGreaterThanOrEqualTo(9);
  }

  @Test
  @Shows("stream.ask-timeout")
  void a_stream_that_does_not_answer_is_unavailable() throws Exception {
    away("stalled", "stalled");
    try (SessionClient ann = ann("stalled-ann");
        Connection other = node.database.connect()) {
      ann.publish("stalled", "awake");
      other.createStatement().execute("set exclusive 1");
      try {
        long start = System.nanoTime();
        ann.send(publish5(1, "stalled", 2, props(), "x"));
        assertThat(ann.next()).startsWith("40 27 00 02 80 23 1f");
        assertThat(Duration.ofNanos(System.nanoTime() - start))
            .isBetween(Duration.ofMillis(650), Duration.ofSeconds(8));
      } finally {
        other.createStatement().execute("set exclusive 0");
      }
    }
  }

  @Test
  @Shows("stream.keep")
  void rows_are_kept_so_long_whoever_has_not_read_them(@TempDir Path own) throws Exception {
    try (TestNode forgetful =
            TestNode.start(
                own,
                "mqtt.anonymous",
                true,
                "topics.acl",
                List.of("allow all #"),
                "stream.keep",
                "1s");
        Connection connection = forgetful.database.connect()) {
      int port = forgetful.mqttPort();
      SessionClient.resume(port, "away", FOR_EVER).subscribe("kept", 1).leave();
      try (SessionClient ann = SessionClient.clean(port, "ann", 0)) {
        ann.publish("kept", "old");
        Await.until(
            Duration.ofSeconds(20),
            () -> "the first row is still there",
            () -> {
              ann.publish("kept", "new");
              try (ResultSet r =
                  connection
                      .createStatement()
                      .executeQuery(
                          "select min(\"sequence_number\") from \"event_journal\" where \"persistence_id\" like '%/streams/%'")) {
                return r.next() && r.getLong(1) > 1;
              }
            });
      }
      try (SessionClient bob = SessionClient.resume(port, "away", FOR_EVER)) {
        assertThat(bob.take()).isEqualTo("kept new");
      }
    }
  }

  @Test
  void a_message_to_a_thousand_sessions_costs_hardly_more_than_to_one() throws Exception {
    away("first", "fleet/news");
    try (SessionClient ann = ann("fleet-ann")) {
      long before = number(BYTES);
      ann.publish("fleet/news", "x".repeat(100));
      long toOne = number(BYTES) - before;
      all(
          1000,
          i -> {
            away("fleet-" + i, "fleet/news");
          });
      before = number(BYTES);
      ann.publish("fleet/news", "x".repeat(100));
      long toAll = number(BYTES) - before;
      assertThat(toOne).isPositive();
      assertThat(toAll).isLessThan(2 * toOne);
    }
    all(
        1000,
        i -> {
          try (SessionClient one = SessionClient.resume(node.mqttPort(), "fleet-" + i, FOR_EVER)) {
            assertThat(one.take()).startsWith("fleet/news");
          }
        });
  }

  private static long cursor(String device) {
    DeviceId id = new DeviceId(new UserId("default", "anonymous"), device);
    return Stage.now(node.devices().get(id)).cursors().values().stream()
        .mapToLong(position -> position)
        .max()
        .orElse(0);
  }

  @Test
  void where_a_session_is_is_written_after_so_many_answers() throws Exception {
    away("counted", "counted");
    try (SessionClient ann = ann("counted-ann");
        SessionClient bob = SessionClient.resume(node.mqttPort(), "counted", FOR_EVER)) {
      long before = cursor("counted");
      ann.publish("counted", "1").publish("counted", "2");
      bob.take(2);
      bob.silent();
      assertThat(cursor("counted")).isEqualTo(before);
      ann.publish("counted", "3");
      bob.take();
      Await.until(
          Duration.ofSeconds(5), () -> "cursor still " + before, () -> cursor("counted") > before);
    }
  }

  private interface Task {
    void run(int number) throws Exception;
  }

  private static void all(int count, Task task) throws Exception {
    try (ExecutorService some = Executors.newFixedThreadPool(8)) {
      List<Callable<Object>> tasks = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int number = i;
        tasks.add(
            () -> {
              task.run(number);
              return number;
            });
      }
      for (Future<Object> each : some.invokeAll(tasks)) {
        each.get();
      }
    }
  }

  /** With {@code -Dtest.others=1000000} as many as a week may bring. */
  @Test
  void a_session_that_was_away_reads_its_own_and_not_what_went_by() throws Exception {
    int others = Integer.getInteger("test.others", 20_000);
    away("busy", "busy/#");
    away("quiet", "quiet/+");
    try (SessionClient ann = ann("busy-ann")) {
      for (int i = 0; i < 10; i++) {
        publish(ann, topics("busy/", others / 10), "x".repeat(50));
        ann.publish("quiet/" + i, "" + i);
      }
    }
    long start = System.nanoTime();
    try (SessionClient bob = SessionClient.resume(node.mqttPort(), "quiet", FOR_EVER)) {
      assertThat(bob.take(10))
          .containsExactlyInAnyOrderElementsOf(
              topics("quiet/", 10).stream().map(t -> t + " " + t.substring(6)).toList());
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      System.out.println(
          "away while " + others + " went by: its 10 after " + took.toMillis() + " ms");
      assertThat(took).isLessThan(Duration.ofSeconds(1));
      bob.silent();
    }
  }
}
