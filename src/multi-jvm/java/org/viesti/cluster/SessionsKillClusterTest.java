package org.viesti.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.viesti.testkit.TestDatabase;

/**
 * {@code kill -9} of the only node, at random moments, while clients publish to what sessions
 * subscribed to.
 *
 * <p>{@code -Dtest.kills=20} for a long run; {@code -Dtest.seed} repeats the moments of an earlier
 * one; {@code -Dtest.rate} is how many messages a second there are to be.
 */
class SessionsKillClusterTest {
  private static final int KILLS = Integer.getInteger("test.kills", 3);
  private static final long SEED = Long.getLong("test.seed", System.nanoTime());
  private static final int RATE = Integer.getInteger("test.rate", 5_000);
  private static final int PUBLISHERS = 5;

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void kill_9_loses_nothing_that_a_session_waits_for(TestDatabase.Kind kind) throws Exception {
    Random random = new Random(SEED);
    try (TestCluster cluster = TestCluster.start("sessions-kill", kind, 1);
        Traffic traffic = new Traffic(cluster)) {
      IntSupplier port = cluster.node(0)::mqtt;
      for (int i = 0; i < PUBLISHERS; i++) {
        traffic.publisher(port, RATE / PUBLISHERS);
      }
      traffic.session("away-all", port, "load/#");
      traffic.session("away-one", port, "load/p0/t1");
      Subscriber restless = traffic.session("restless", port, "load/+/t3", "load/p1/t0");
      List<Subscriber> there =
          List.of(
              traffic.session("there-wild", port, "load/p0/#", "load/p1/+", "load/+/t0"),
              traffic.session("there-exact", port, "load/p2/t1", "load/p3/t2"),
              traffic.session("there-both", port, "load/p4/t1", "load/p4/#"));
      there.forEach(Subscriber::come);
      traffic.start();
      long up = 0;
      long ackedWhileUp = 0;
      for (int kill = 0; kill < KILLS; kill++) {
        long ready = System.nanoTime();
        long before = traffic.acked();
        traffic.awaitMore(1_000);
        restless.come();
        Thread.sleep(1_000 + random.nextInt(2_000)); // the moment itself is what is random
        if (random.nextBoolean()) {
          restless.go(random.nextBoolean());
          Thread.sleep(random.nextInt(1_000));
        }
        up += System.nanoTime() - ready;
        ackedWhileUp += traffic.acked() - before;
        cluster.node(0).kill();
        if (restless.isThere()) {
          restless.go(false);
        }
        cluster.node(0).start().awaitReady();
      }
      traffic.awaitMore(1_000);
      traffic.end();
      long back = System.nanoTime();
      traffic.allCome();
      System.out.printf(
          "%d kills on %s, seed %d: %d messages/s while it was up; those away were done %d ms after: %s%n",
          KILLS,
          kind,
          SEED,
          ackedWhileUp * 1_000_000_000L / up,
          Duration.ofNanos(System.nanoTime() - back).toMillis(),
          traffic.figures());
      assertThat(traffic.verdict()).as("seed %s", SEED).isEmpty();
    }
  }
}
