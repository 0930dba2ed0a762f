package org.viesti.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.viesti.testkit.Await;
import org.viesti.testkit.Calls;
import org.viesti.testkit.ChatClient;
import org.viesti.testkit.ChatClient.Resume;
import org.viesti.testkit.End;
import org.viesti.testkit.Shows;
import org.viesti.testkit.TestDatabase;

/** A device has one live stream in the whole cluster: the newest. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class TakeoverClusterTest {
  private static final Duration SOON = Duration.ofSeconds(15);
  private static final int TAKEN_OVER = 4409;

  /** Enough that a third of them, whose owners are on one node, does not always have luck. */
  private static final int HASTY = 30;

  private final TestCluster cluster =
      TestCluster.start("takeover", TestDatabase.Kind.POSTGRESQL, 3);

  @BeforeAll
  void rooms() {
    Calls owner = cluster.calls(0, "owner");
    owner.createRoom("plain", Set.of("ann"));
    owner.createRoom("frozen", Set.of("bob"));
    owner.createRoom("hasty", IntStream.range(0, HASTY).mapToObj(i -> "hasty" + i).toList());
  }

  @AfterAll
  void kill() {
    cluster.close();
  }

  @Test
  @Shows("cluster.seed-nodes")
  void the_newer_stream_of_a_device_ends_the_older_on_another_node() throws Exception {
    try (ChatClient old = new ChatClient("ann", "phone", Resume.POSITIONS);
        ChatClient young = new ChatClient("ann", "phone", Resume.POSITIONS)) {
      old.connect(cluster.node(0).live()).get(20, TimeUnit.SECONDS);
      young.connect(cluster.node(1).live()).get(20, TimeUnit.SECONDS);
      wasTakenOver(old);
      onlyTheYoungReceives("plain", old, young);
    }
  }

  @Test
  void a_device_leaves_a_frozen_node_and_its_stream_there_ends_when_the_node_thaws()
      throws Exception {
    try (ChatClient old = new ChatClient("bob", "phone", Resume.POSITIONS);
        ChatClient young = new ChatClient("bob", "phone", Resume.POSITIONS)) {
      old.connect(cluster.node(1).live()).get(20, TimeUnit.SECONDS);
      cluster.node(1).freeze();
      var welcome = young.roam(List.of(cluster.node(0).live()), 0);
      Thread.sleep(2_000); // shorter than what the cluster takes a node for lost after
      cluster.node(1).thaw();
      welcome.get(30, TimeUnit.SECONDS);
      wasTakenOver(old);
      onlyTheYoungReceives("frozen", old, young);
    }
  }

  @Test
  void an_attempt_that_was_given_up_does_not_end_the_stream_that_followed() throws Exception {
    List<ChatClient> devices =
        IntStream.range(0, HASTY)
            .mapToObj(i -> new ChatClient("hasty" + i, "phone", Resume.POSITIONS))
            .toList();
    try {
      connect(devices, 0).get(30, TimeUnit.SECONDS); // now their owners are somewhere
      cluster.node(2).freeze();
      CompletableFuture<Void> givenUp = connect(devices, 0);
      Thread.sleep(400); // until the requests wait before the frozen node
      CompletableFuture<Void> last = connect(devices, 1);
      Thread.sleep(400);
      cluster.node(2).thaw();
      last.get(30, TimeUnit.SECONDS);
      assertThat(givenUp).isDone();
      allReceive(devices, "after");
      assertThat(devices).allSatisfy(d -> assertThat(d.frames("error")).isEmpty());
    } finally {
      devices.forEach(ChatClient::close);
    }
  }

  @Test
  @Shows("connection.owner-patience")
  void a_silent_owner_keeps_no_device_waiting() throws Exception {
    List<ChatClient> devices =
        IntStream.range(0, HASTY)
            .mapToObj(i -> new ChatClient("hasty" + i, "tablet", Resume.POSITIONS))
            .toList();
    try {
      connect(devices, 0).get(30, TimeUnit.SECONDS); // now their owners are somewhere
      cluster.node(2).freeze();
      // Less than the cluster takes a node for lost after: its devices' owners are still there.
      connect(devices, 1).get(2_500, TimeUnit.MILLISECONDS);
      cluster.node(2).thaw();
      connect(devices, 0).get(30, TimeUnit.SECONDS);
      allReceive(devices, "thawed");
    } finally {
      cluster.node(2).thaw();
      devices.forEach(ChatClient::close);
    }
  }

  private void allReceive(List<ChatClient> devices, String id) {
    JsonNode posted = cluster.calls(0, "owner").postText("hasty", id, "all there?").body();
    long seq = posted.required("seq").longValue();
    Await.until(
        SOON,
        () -> "not all stayed: " + devices.stream().map(ChatClient::standing).toList(),
        () -> devices.stream().allMatch(d -> d.inbox().position("rooms/hasty") >= seq));
  }

  private CompletableFuture<Void> connect(List<ChatClient> devices, int node) {
    return CompletableFuture.allOf(
        devices.stream()
            .map(device -> device.connect(cluster.node(node).live()))
            .toArray(CompletableFuture[]::new));
  }

  private void wasTakenOver(ChatClient old) throws Exception {
    End end = old.end().get(SOON.toSeconds(), TimeUnit.SECONDS);
    assertThat(end.code()).as("close code of %s%s", end, cluster.tails()).isEqualTo(TAKEN_OVER);
    assertThat(old.frames("error"))
        .extracting(error -> error.path("code").asText())
        .contains("CONNECTED_ELSEWHERE");
  }

  private void onlyTheYoungReceives(String room, ChatClient old, ChatClient young) {
    JsonNode posted = cluster.calls(0, "owner").postText(room, "after", "are you there?").body();
    long seq = posted.required("seq").longValue();
    Await.until(
        SOON,
        () -> "the young stream received nothing" + cluster.tails(),
        () -> young.inbox().position("rooms/" + room) >= seq);
    assertThat(young.end()).isNotDone();
    assertThat(young.violations()).isEmpty();
    assertThat(old.inbox().position("rooms/" + room)).isLessThan(seq);
  }
}
