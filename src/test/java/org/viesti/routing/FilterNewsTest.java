package org.viesti.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.journal.Database;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.UserId;
import org.viesti.testkit.TestDatabase;

/** How nodes hear of one another's durable filters. */
@Timeout(30)
class FilterNewsTest {
  private static final ServiceKey<FilterNews.Message> NODES =
      ServiceKey.create(FilterNews.Message.class, "viesti-durable-filters");

  @Test
  void a_node_that_joins_is_told_what_came_lately_until_it_has_answered(@TempDir Path folder) {
    ActorTestKit actors = ActorTestKit.create();
    TestDatabase file = TestDatabase.of(folder);
    try (Database database = new Database(file.url(), file.user(), "", 2)) {
      Exchange exchange =
          new AskedOwner(new LinkedBlockingQueue<>())
              .exchange(actors.system(), Duration.ofHours(1));
      DurableFilters filters = DurableFilters.start(actors.system(), database, exchange);
      DeviceId device = new DeviceId(new UserId("t", "ann"), "phone");
      assertThat(filters.add(device, List.of("a/#")).toCompletableFuture())
          .succeedsWithin(Duration.ofSeconds(10));
      TestProbe<FilterNews.Message> node = actors.createTestProbe();
      actors.system().receptionist().tell(Receptionist.register(NODES, node.getRef()));
      FilterNews.Learn first = learn(node);
      FilterNews.Learn again = learn(node);
      assertThat(first.filters()).containsExactly(new DurableFilters.Filter("t", "a/#"));
      assertThat(again.filters()).isEqualTo(first.filters());
      again.from().tell(new FilterNews.Learnt(again.number(), node.getRef()));
      node.expectNoMessage(Duration.ofMillis(1500));
    } finally {
      actors.shutdownTestKit();
    }
  }

  private static FilterNews.Learn learn(TestProbe<FilterNews.Message> node) {
    return node.expectMessageClass(FilterNews.Learn.class);
  }
}
