package org.viesti.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.viesti.testkit.Await;
import org.viesti.testkit.ChatClient;
import org.viesti.testkit.ChatClient.Resume;
import org.viesti.testkit.Return;
import org.viesti.testkit.TestDatabase;

/** Three nodes, two hundred devices, posts under way, and one node gone. */
class NodeLossClusterTest {
  private static final int DEVICES = 200;
  private static final int ROOMS = 20;

  /** A user is in so many rooms: some of them live on nodes that stay. */
  private static final int ROOMS_A_USER = 5;

  private static final int SENDERS = 20;

  /** The oldest node: it has the shard coordinator and is the first seed. */
  private static final int VICTIM = Integer.getInteger("test.victim", 0);

  private static final long BACK_MS = 5_000;

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void the_loss_of_a_node_loses_nothing_and_its_devices_go_on_elsewhere() throws Exception {
    List<ChatClient> devices = new ArrayList<>();
    for (int i = 0; i < DEVICES; i++) {
      devices.add(new ChatClient("u" + i, "d" + i, i % 2 == 0 ? Resume.POSITIONS : Resume.TOKEN));
    }
    try (TestCluster cluster = TestCluster.start("loss", TestDatabase.Kind.POSTGRESQL, 3)) {
      Conversation talk = new Conversation(rooms(), devices);
      talk.create(cluster);
      List<CompletableFuture<?>> connecting = new ArrayList<>();
      for (int i = 0; i < DEVICES; i++) {
        connecting.add(devices.get(i).roam(cluster.live(), i));
      }
      CompletableFuture.allOf(connecting.toArray(CompletableFuture[]::new))
          .get(60, TimeUnit.SECONDS);
      talk.talk(devices.subList(0, SENDERS), 4, 500);
      talk.awaitMore(300, cluster);

      URI lost = cluster.node(VICTIM).live();
      cluster.node(VICTIM).kill();
      List<ChatClient> homeless = new ArrayList<>();
      for (int i = VICTIM; i < DEVICES; i += cluster.size()) {
        homeless.add(devices.get(i));
      }
      Await.until(
          Duration.ofSeconds(60),
          () -> "not back: " + homeless.stream().filter(d -> d.returns().isEmpty()).toList(),
          () -> homeless.stream().noneMatch(d -> d.returns().isEmpty()));
      talk.awaitMore(600, cluster);
      cluster.node(VICTIM).start();
      cluster.awaitWhole();
      talk.awaitMore(100, cluster);
      talk.end(cluster);

      List<Return> returns = homeless.stream().map(d -> d.returns().getFirst()).toList();
      System.out.println("loss of node " + VICTIM + " of 3: " + talk.figures());
      System.out.println(
          "  from the loss of the link to the welcome elsewhere: "
              + spread(returns, Return::millisToWelcome));
      System.out.println(
          "  from the loss of the link to the first new message: "
              + spread(returns, Return::millisToMessage));
      assertThat(talk.verdict(cluster)).isEmpty();
      assertThat(returns).allSatisfy(r -> assertThat(r.to()).isNotEqualTo(lost));
      assertThat(percentile(returns, Return::millisToMessage, 99)).isLessThanOrEqualTo(BACK_MS);
    } finally {
      devices.forEach(ChatClient::close);
    }
  }

  /** User i is in rooms i, i + 1, ... so that every room has as many members. */
  private static Map<String, Set<String>> rooms() {
    Map<String, Set<String>> members = new HashMap<>();
    for (int i = 0; i < DEVICES; i++) {
      for (int r = i; r < i + ROOMS_A_USER; r++) {
        members.computeIfAbsent("room" + r % ROOMS, _ -> new HashSet<>()).add("u" + i);
      }
    }
    return members;
  }

  private static String spread(List<Return> returns, ToLongFunction<Return> millis) {
    return "p50 %d ms, p99 %d ms, most %d ms, of %d devices"
        .formatted(
            percentile(returns, millis, 50),
            percentile(returns, millis, 99),
            percentile(returns, millis, 100),
            returns.size());
  }

  private static long percentile(List<Return> returns, ToLongFunction<Return> millis, int percent) {
    List<Long> sorted =
        returns.stream().map(millis::applyAsLong).sorted(Comparator.naturalOrder()).toList();
    return sorted.get(Math.max(0, (int) Math.ceil(sorted.size() * percent / 100.0) - 1));
  }
}
