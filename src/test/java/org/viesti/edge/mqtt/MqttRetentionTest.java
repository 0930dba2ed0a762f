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
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.TestNode;
import org.viesti.testkit.Await;
import org.viesti.testkit.Shows;

/** What is journaled by a rule, though no session waits for it. */
@Timeout(120)
class MqttRetentionTest {
  @TempDir Path folder;

  private TestNode node(String... rules) {
    return TestNode.start(
        folder,
        "mqtt.anonymous",
        true,
        "topics.acl",
        List.of("allow all #"),
        "stream.partitions",
        1,
        "connection.max-queued",
        1,
        "stream.retention",
        List.of(rules));
  }

  private static long number(TestNode node, String what, String stream) throws SQLException {
    try (Connection connection = node.database.connect();
        ResultSet r =
            connection
                .createStatement()
                .executeQuery(
                    """
                    select coalesce(%s, 0) from "event_journal" where "persistence_id" like '%%/streams/%s'"""
                        .formatted(what, stream))) {
      r.next();
      return r.getLong(1);
    }
  }

  private static void holds(TestNode node, String what, String stream, long number) {
    Await.until(
        Duration.ofSeconds(20),
        () -> what + " of " + stream + " is not " + number,
        () -> number(node, what, stream) == number);
  }

  @Test
  @Shows("stream.retention")
  void what_a_rule_names_is_journaled_at_any_qos_and_nothing_else() throws Exception {
    try (TestNode node = node("hot 1d 0 plant/+/heat", "all 0s 0 plant/#");
        SessionClient ann = SessionClient.clean(node.mqttPort(), "ann", 0)) {
      ann.publish("plant/1/heat", "41").publish("office/1/heat", "21");
      holds(node, "count(*)", "hot/0", 1);
      ann.send(publish5(0, "plant/2/heat", 0, props(), "42"));
      holds(node, "count(*)", "hot/0", 2);
      ann.publish("plant/1/light", "on");
      holds(node, "count(*)", "all/0", 1);
      assertThat(number(node, "count(*)", "%")).isEqualTo(3);
    }
  }

  @Test
  void who_is_there_gets_it_once() throws Exception {
    try (TestNode node = node("all 0s 0 plant/#");
        SessionClient ann = SessionClient.clean(node.mqttPort(), "ann", 0);
        SessionClient bob = SessionClient.clean(node.mqttPort(), "bob", 0);
        SessionClient cid = SessionClient.resume(node.mqttPort(), "cid", FOR_EVER)) {
      bob.subscribe("plant/#", 1);
      cid.subscribe("plant/#", 1);
      ann.publish("plant/1", "a");
      ann.send(publish5(0, "plant/1", 0, props(), "b"));
      ann.publish("plant/1", "c");
      for (SessionClient each : List.of(bob, cid)) {
        assertThat(each.take()).isEqualTo("plant/1 a");
        assertThat(each.published().payload()).isEqualTo("b");
        assertThat(each.take()).isEqualTo("plant/1 c");
        each.silent();
      }
    }
  }

  @Test
  void rows_go_when_they_are_too_old_for_their_rule() throws Exception {
    try (TestNode node = node("brief 500ms 0 brief", "long 1d 0 long");
        SessionClient ann = SessionClient.clean(node.mqttPort(), "ann", 0)) {
      ann.publish("brief", "old").publish("long", "old");
      Await.until(
          Duration.ofSeconds(20),
          () -> "the first row is still there",
          () -> {
            ann.publish("brief", "new").publish("long", "new");
            return number(node, "min(\"sequence_number\")", "brief/0") > 1;
          });
      assertThat(number(node, "min(\"sequence_number\")", "long/0")).isEqualTo(1);
    }
  }

  @Test
  void the_oldest_rows_go_when_a_log_holds_too_much() throws Exception {
    try (TestNode node = node("little 0s 20000 little");
        SessionClient ann = SessionClient.clean(node.mqttPort(), "ann", 0)) {
      for (int i = 0; i < 100; i++) {
        ann.publish("little", "x".repeat(1000));
      }
      Await.until(
          Duration.ofSeconds(20),
          () -> "all is still there",
          () -> number(node, "min(\"sequence_number\")", "little/0") > 75);
      assertThat(number(node, "sum(octet_length(\"event_payload\"))", "little/0"))
          .isBetween(15_000L, 21_000L);
    }
  }

  @Test
  void a_session_loses_nothing_when_a_rule_comes_between() throws Exception {
    try (TestNode node = node()) {
      SessionClient.resume(node.mqttPort(), "bob", FOR_EVER).subscribe("plant/1", 1).leave();
      SessionClient.resume(node.mqttPort(), "cid", FOR_EVER).subscribe("plant/#", 1).leave();
      try (SessionClient ann = SessionClient.clean(node.mqttPort(), "ann", 0)) {
        ann.publish("plant/1", "before");
      }
    }
    try (TestNode node = node("all 0s 0 plant/#")) {
      try (SessionClient ann = SessionClient.clean(node.mqttPort(), "ann", 0)) {
        ann.publish("plant/1", "after");
      }
      for (String each : List.of("bob", "cid")) {
        try (SessionClient one = SessionClient.resume(node.mqttPort(), each, FOR_EVER)) {
          assertThat(one.take(2)).containsExactlyInAnyOrder("plant/1 before", "plant/1 after");
          one.silent();
        }
      }
    }
  }

  @Test
  void a_session_that_subscribes_more_before_it_reads_loses_nothing_either() throws Exception {
    try (TestNode node = node();
        SessionClient ann = SessionClient.clean(node.mqttPort(), "ann", 0);
        SessionClient bob = SessionClient.narrow(node.mqttPort(), "bob", 1)) {
      bob.subscribe("plant/#", 1);
      ann.publish("plant/1", "a").publish("plant/1", "b").publish("plant/1", "c");
      assertThat(bob.published().payload()).isEqualTo("a");
    }
    try (TestNode node = node("all 0s 0 plant/#")) {
      try (SessionClient ann = SessionClient.clean(node.mqttPort(), "ann", 0)) {
        ann.publish("plant/1", "d");
      }
      try (SessionClient bob = SessionClient.narrow(node.mqttPort(), "bob", 1)) {
        int first = bob.published().id();
        bob.subscribe("+/1", 1).ack(first);
        assertThat(bob.take(3)).contains("plant/1 d");
      }
    }
  }
}
