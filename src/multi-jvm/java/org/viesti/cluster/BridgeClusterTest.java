package org.viesti.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.testkit.Await;
import org.viesti.testkit.Calls;
import org.viesti.testkit.MosquittoBroker;
import org.viesti.testkit.TestDatabase;
import org.viesti.testkit.Tokens;

/** One node runs the bridges; another when that one is gone. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class BridgeClusterTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int MANY = 300;

  @TempDir Path folder;

  /** Nothing while the one that runs them is gone. */
  private static JsonNode bridge(NodeProcess asked) {
    return new Calls(asked.management(), "").get("/viesti/bridges").body().at("/bridges/0");
  }

  /** The node that runs it, once it is connected, as another node says. */
  private static String runsOn(NodeProcess asked, String not) {
    String[] found = {""};
    Await.until(
        PATIENCE,
        () -> "no bridge on another node" + asked.tail(),
        () -> {
          JsonNode bridge = bridge(asked);
          found[0] = bridge.path("node").asText();
          return bridge.path("state").asText().equals("connected") && !found[0].equals(not);
        });
    return found[0];
  }

  @Test
  void a_bridge_goes_on_where_another_node_is_and_loses_nothing() throws Exception {
    try (MosquittoBroker broker = MosquittoBroker.in(folder);
        TestCluster cluster =
            TestCluster.start(
                "bridge",
                TestDatabase.Kind.POSTGRESQL,
                3,
                Map.of(
                    "viesti.bridge.plant.uri",
                    "mqtt://127.0.0.1:" + broker.port(),
                    "viesti.bridge.plant.tenant",
                    Tokens.TENANT,
                    "viesti.bridge.plant.topics.0",
                    "# both 1"));
        MqttLink ann = MqttLink.clean(cluster.node(2).mqtt(), "ann")) {
      String first = runsOn(cluster.node(1), "");
      assertThat(runsOn(cluster.node(2), "")).isEqualTo(first);
      BlockingQueue<String> there = new LinkedBlockingQueue<>();
      MqttClient rob =
          new MqttClient("tcp://127.0.0.1:" + broker.port(), "rob", new MemoryPersistence());
      rob.connect();
      rob.subscribe(
          "pump",
          1,
          (topic, message) -> there.add(new String(message.getPayload(), StandardCharsets.UTF_8)));
      for (int i = 0; i < MANY; i++) {
        if (i == MANY / 3) {
          cluster.node(0).kill(); // the oldest
        }
        publish(ann, i);
      }
      List<String> heard = new ArrayList<>();
      while (heard.size() < MANY) {
        String one = there.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(one).as("the next after " + heard.size()).isNotNull();
        if (!heard.contains(one)) {
          heard.add(one);
        }
      }
      assertThat(heard)
          .containsExactlyElementsOf(IntStream.range(0, MANY).mapToObj(String::valueOf).toList());
      runsOn(cluster.node(1), first);
      rob.disconnectForcibly();
      rob.close(true);
    }
  }

  /** Again until it is committed: an owner may be on its way to another node. */
  private static void publish(MqttLink ann, int number) throws IOException {
    MqttLink.Answered answer;
    do {
      ann.publish(1, "pump", "" + number);
      ann.flush();
      answer = (MqttLink.Answered) ann.next();
    } while (answer.refused());
  }
}
