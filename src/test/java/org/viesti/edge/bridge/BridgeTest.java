package org.viesti.edge.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.edge.bridge.BridgeScene.next;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.edge.bridge.BridgeScene.Talker;
import org.viesti.testkit.Await;
import org.viesti.testkit.MosquittoBroker;
import org.viesti.testkit.Shows;

/** A node and a real Mosquitto. */
@Timeout(120)
class BridgeTest {
  private static final int MANY = 1000;

  @TempDir Path folder;
  @TempDir Path mosquittos;
  MosquittoBroker broker;

  @BeforeEach
  void start() throws Exception {
    broker = MosquittoBroker.in(mosquittos);
  }

  @AfterEach
  void stop() throws Exception {
    broker.close();
  }

  private BridgeScene bridge(String... topics) throws Exception {
    return new BridgeScene(folder, broker.port(), "topics", List.of(topics));
  }

  @Test
  @Shows({"bridge.defaults.uri", "bridge.defaults.tenant", "bridge.defaults.topics"})
  void what_matches_goes_over_under_the_other_sides_name() throws Exception {
    try (BridgeScene scene =
        bridge("+/state out 1 local/ remote/", "+/order in 1 local/ remote/").connected()) {
      Talker ann = scene.here("ann");
      Talker rob = scene.there("rob");
      BlockingQueue<String> there = rob.hear("#");
      BlockingQueue<String> here = ann.hear("#");

      ann.say("local/pump/other", "no");
      ann.say("local/pump/state", "on");
      assertThat(next(there)).isEqualTo("remote/pump/state on");

      rob.say("remote/pump/other", "no");
      rob.say("remote/pump/order", "stop");
      List<String> heard = List.of(next(here), next(here), next(here));
      assertThat(heard)
          .containsExactly("local/pump/other no", "local/pump/state on", "local/pump/order stop");
    }
  }

  @Test
  void a_message_at_either_quality_of_service_goes_at_that() throws Exception {
    try (BridgeScene scene = bridge("# both 1").connected()) {
      Talker ann = scene.here("ann");
      Talker rob = scene.there("rob");
      BlockingQueue<String> there = rob.hear("#");
      BlockingQueue<String> here = ann.hear("#");
      ann.say("q0", "out", 0, false);
      assertThat(next(there)).isEqualTo("q0 out");
      assertThat(next(here)).isEqualTo("q0 out");
      rob.say("q0", "in", 0, false);
      assertThat(next(here)).isEqualTo("q0 in");
    }
  }

  @Test
  void what_is_kept_for_later_subscribers_is_kept_on_the_other_side() throws Exception {
    try (BridgeScene scene = bridge("# both 1")) {
      Talker rob = scene.there("rob");
      rob.say("theirs", "kept", 1, true);
      scene.connected();
      Talker ann = scene.here("ann");
      ann.say("ours", "kept", 1, true);
      ann.say("after", "all");
      BlockingQueue<String> heard = rob.hear("+");
      assertThat(List.of(next(heard), next(heard)))
          .containsExactlyInAnyOrder("theirs kept", "ours kept");
    }
  }

  @Test
  void one_topic_both_ways_is_no_circle() throws Exception {
    try (BridgeScene scene = bridge("# both 1").connected()) {
      Talker ann = scene.here("ann");
      Talker rob = scene.there("rob");
      BlockingQueue<String> there = rob.hear("#");
      BlockingQueue<String> here = ann.hear("#");
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        // The same thing from both sides, too: each is to be heard twice.
        ann.say("pump", "on " + i / 2);
        rob.say("pump", "on " + i / 2);
        expected.add("pump on " + i / 2);
        expected.add("pump on " + i / 2);
      }
      ann.say("end", "here");
      expected.add("end here");
      // What the last one's echo would be published as comes before the end from there.
      scene.awaitState(state -> state.path("echoes").asInt() == 101);
      rob.say("end", "there");
      expected.add("end there");
      for (BlockingQueue<String> side : List.of(here, there)) {
        List<String> heard = new ArrayList<>();
        while (!heard.contains("end there")) {
          heard.add(next(side));
        }
        assertThat(heard).containsExactlyInAnyOrderElementsOf(expected);
      }
      JsonNode state = scene.state();
      assertThat(state.path("out").asInt()).isEqualTo(101);
      assertThat(state.path("in").asInt()).isEqualTo(101);
    }
  }

  private static List<String> numbered(String topic) {
    return IntStream.range(0, MANY).mapToObj(i -> topic + " " + i).toList();
  }

  /** What comes until all have; again is allowed, before what comes for the first time is not. */
  private static void assertAllInOrder(BlockingQueue<String> heard, List<String> expected)
      throws InterruptedException {
    List<String> first = new ArrayList<>();
    int again = 0;
    while (first.size() < expected.size()) {
      String one = next(heard);
      if (first.contains(one)) {
        again++;
      } else {
        first.add(one);
      }
    }
    assertThat(first).isEqualTo(expected);
    // No more than was on its way when a connection broke.
    assertThat(again).isLessThanOrEqualTo(100);
  }

  @Test
  void what_is_published_while_the_remote_broker_is_away_is_given_when_it_is_back()
      throws Exception {
    try (BridgeScene scene = bridge("# out 1").connected()) {
      scene.session("rob");
      broker.stop();
      scene.awaitState(state -> !state.path("state").asText().equals("connected"));
      Talker ann = scene.here("ann");
      for (int i = 0; i < MANY; i++) {
        ann.say("pump", "" + i);
      }
      JsonNode away = scene.state();
      assertThat(away.path("out").asInt()).isZero();
      assertThat(away.path("unanswered").asInt()).isEqualTo(100);
      assertThat(away.path("last_error").asText()).isNotEmpty();
      broker.start();
      assertAllInOrder(scene.session("rob"), numbered("pump"));
    }
  }

  @Test
  void it_waits_while_the_node_is_away_as_well() throws Exception {
    try (BridgeScene scene = bridge("# out 1").connected()) {
      scene.session("rob");
      broker.stop();
      scene.awaitState(state -> !state.path("state").asText().equals("connected"));
      Talker ann = scene.here("ann");
      for (int i = 0; i < MANY; i++) {
        ann.say("pump", "" + i);
      }
      scene.stop();
      scene.start();
      broker.start();
      assertAllInOrder(scene.session("rob"), numbered("pump"));
    }
  }

  @Test
  void what_the_remote_broker_is_told_while_the_node_is_away_comes_when_it_is_back()
      throws Exception {
    try (BridgeScene scene = bridge("# in 1").connected()) {
      Talker rob = scene.there("rob");
      scene.stop();
      for (int i = 0; i < MANY; i++) {
        rob.say("pump", "" + i);
      }
      scene.start();
      scene.awaitState(state -> state.path("in").asInt() == MANY);
    }
  }

  @Test
  void what_comes_is_acknowledged_there_once_it_is_committed_here() throws Exception {
    try (ScriptedBroker scripted = new ScriptedBroker();
        BridgeScene scene = new BridgeScene(folder, scripted.port(), "topics", List.of("# in 1"));
        ScriptedBroker.Session bridge = scripted.accept()) {
      bridge.suback();
      BlockingQueue<String> here = scene.connected().here("ann", false).hear("#");
      bridge.publish("pump", 1, "before");
      assertThat(bridge.packet().acked()).isEqualTo(1);
      try (Connection stall = scene.database()) {
        stall.createStatement().execute("set exclusive 1"); // H2 carries out nobody else's
        bridge.publish("pump", 2, "meanwhile");
        bridge.hearsNothing(Duration.ofMillis(500));
        stall.createStatement().execute("set exclusive 0");
      }
      assertThat(bridge.packet().acked()).isEqualTo(2);
      assertThat(List.of(next(here), next(here))).containsExactly("pump before", "pump meanwhile");
    }
  }

  @Test
  void a_bridge_that_is_no_longer_for_a_topic_forgets_it() throws Exception {
    try (BridgeScene scene = bridge("a out 1", "b out 1").connected()) {
      scene.here("ann").say("a", "1");
      scene.awaitState(state -> state.path("out").asInt() == 1);
    }
    try (BridgeScene scene = bridge("b out 1").connected()) {
      Talker ann = scene.here("ann");
      BlockingQueue<String> there = scene.there("rob").hear("#");
      ann.say("a", "2");
      ann.say("b", "3");
      assertThat(next(there)).isEqualTo("b 3");
      // Or it would be written down for the bridge for ever.
      Await.until(
          BridgeScene.PATIENCE,
          () -> "filters: " + scene.filters(),
          () -> scene.filters().equals(Set.of("b")));
    }
  }
}
