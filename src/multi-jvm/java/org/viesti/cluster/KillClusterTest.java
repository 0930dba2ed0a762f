package org.viesti.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.viesti.testkit.ChatClient;
import org.viesti.testkit.ChatClient.Resume;
import org.viesti.testkit.TestDatabase;

/**
 * {@code kill -9} of the only node, at random moments under load.
 *
 * <p>{@code -Dtest.kills=20} for a long run; {@code -Dtest.seed} repeats the moments of an earlier
 * one.
 */
class KillClusterTest {
  private static final int KILLS = Integer.getInteger("test.kills", 3);
  private static final long SEED = Long.getLong("test.seed", System.nanoTime());

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void kill_9_loses_and_doubles_no_acknowledged_post(TestDatabase.Kind kind) throws Exception {
    Random random = new Random(SEED);
    Set<String> everyone = Set.of("ann", "bob", "cid");
    List<ChatClient> devices = new ArrayList<>();
    for (String user : everyone) {
      devices.add(new ChatClient(user, user + "-phone", Resume.POSITIONS));
      devices.add(new ChatClient(user, user + "-laptop", Resume.TOKEN).ackEvery(50));
    }
    try (TestCluster cluster = TestCluster.start("kill", kind, 1)) {
      Conversation talk =
          new Conversation(Map.of("one", everyone, "two", Set.of("ann", "bob")), devices);
      talk.create(cluster);
      for (ChatClient device : devices) {
        device.roam(cluster.live(), 0).get(20, TimeUnit.SECONDS);
      }
      talk.talk(devices, 8, 5);
      for (int kill = 0; kill < KILLS; kill++) {
        talk.awaitMore(100, cluster);
        Thread.sleep(random.nextInt(2_000)); // the moment itself is what is random
        cluster.node(0).kill();
        cluster.node(0).start().awaitReady();
      }
      talk.awaitMore(100, cluster);
      talk.end(cluster);
      System.out.println(KILLS + " kills on " + kind + ", seed " + SEED + ": " + talk.figures());
      assertThat(talk.verdict(cluster)).as("seed %s", SEED).isEmpty();
      assertThat(devices).allSatisfy(d -> assertThat(d.returns()).hasSizeGreaterThanOrEqualTo(1));
    } finally {
      devices.forEach(ChatClient::close);
    }
  }
}
