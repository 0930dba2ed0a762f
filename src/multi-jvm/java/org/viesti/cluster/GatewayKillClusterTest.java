package org.viesti.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.viesti.testkit.SocketIoClient;
import org.viesti.testkit.TestDatabase;

/** {@code kill -9} of the only node, with jobs of the gateway in its queues. */
class GatewayKillClusterTest {
  private static final int JOBS = 500;

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void kill_9_leaves_every_queued_job_to_be_answered_once_and_in_order(TestDatabase.Kind kind)
      throws Exception {
    Map<String, String> settings =
        Map.of(
            "viesti.gateway.window", "1000",
            "viesti.gateway.job-timeout", "3s",
            "viesti.gateway.socket.rate.events", "0");
    try (TestCluster cluster = TestCluster.start("gateway-kill", kind, 1, settings)) {
      URI live = cluster.node(0).live();
      SocketIoClient before = new SocketIoClient(live, null);
      // One that is slow holds the others of its actor up.
      before.tell("message", job("hang", 0));
      for (int i = 1; i < JOBS; i++) {
        before.tell("message", job(i % 10 == 0 ? "fail" : "echo", i));
      }
      // A job of another actor is answered once everything before it is committed.
      int mark = before.emit("message", other());
      assertThat(before.answer(mark).path("type").asText()).isEqualTo("echo");
      before.event("completed");
      cluster.node(0).kill();
      before.close();
      cluster.node(0).start().awaitReady();
      try (SocketIoClient after = SocketIoClient.again(live, before)) {
        assertThat(after.connected.path("sid")).isEqualTo(before.connected.path("sid"));
        List<String> contents = new ArrayList<>();
        for (int i = 0; i < JOBS; i++) {
          boolean fails = i == 0 || i % 10 == 0;
          JsonNode outcome = after.event(fails ? "failure" : "completed");
          contents.add(outcome.path("object").path("content").asText());
        }
        assertThat(contents).isEqualTo(IntStream.range(0, JOBS).mapToObj(String::valueOf).toList());
        // Nothing was left over, nor told twice.
        int last = after.emit("message", other());
        assertThat(after.answer(last).path("type").asText()).isEqualTo("echo");
      }
    }
  }

  private static JsonNode job(String verb, int number) {
    return activity(verb, "jane", String.valueOf(number));
  }

  private static JsonNode other() {
    return activity("echo", "joe", "mark");
  }

  private static JsonNode activity(String verb, String actor, String content) {
    return SocketIoClient.json(
        """
        {"@context":["https://www.w3.org/ns/activitystreams",
        "https://sockethub.org/ns/context/v1.jsonld",
        "https://sockethub.org/ns/context/platform/dummy/v1.jsonld"],
        "type":"%s","actor":{"id":"%s","type":"person"},
        "object":{"type":"message","content":"%s"}}"""
            .formatted(verb, actor, content));
  }
}
