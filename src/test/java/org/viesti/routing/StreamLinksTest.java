package org.viesti.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.viesti.protocol.Publication;
import org.viesti.protocol.StreamId;
import org.viesti.testkit.Shows;

/** Whether it shows that something a stream recorded did not come. */
@Timeout(30)
class StreamLinksTest {
  private static final ActorTestKit ACTORS = ActorTestKit.create();
  private static final StreamId STREAM = new StreamId("t", null, 1);

  /** By it nodes find one another's. */
  private static final ServiceKey<Exchange.Command> EXCHANGES =
      ServiceKey.create(Exchange.Command.class, "viesti-exchange");

  private static final List<Exchange.Recorded> RECORDED =
      List.of(
          new Exchange.Recorded(
              new Publication("t", "a/b", new byte[0], 1, false, 0, 0, null, null), 1));

  @AfterAll
  static void stop() {
    ACTORS.shutdownTestKit();
  }

  private final StreamLinks links = new StreamLinks();
  private final TestProbe<Router.Routed> follower = ACTORS.createTestProbe();

  private void looks() {
    follower.expectMessage(new Router.Look(STREAM));
  }

  @Test
  void what_comes_in_turn_is_no_reason_to_look() {
    links.follow(STREAM, follower.getRef());
    links.told(STREAM, 7, 0);
    looks(); // nothing was known of it
    links.came(STREAM, 7, 1);
    links.came(STREAM, 7, 2);
    links.told(STREAM, 7, 2);
    follower.expectNoMessage(Duration.ofMillis(50));
  }

  @Test
  void a_number_that_is_left_out_shows_with_the_next() {
    links.follow(STREAM, follower.getRef());
    links.told(STREAM, 7, 3);
    looks();
    links.came(STREAM, 7, 5);
    looks();
    links.came(STREAM, 7, 6);
    follower.expectNoMessage(Duration.ofMillis(50));
  }

  @Test
  void the_last_message_that_is_lost_shows_when_the_owner_is_asked() {
    links.follow(STREAM, follower.getRef());
    links.told(STREAM, 7, 3);
    looks();
    links.told(STREAM, 7, 4);
    looks();
  }

  @Test
  void another_life_of_the_owner_is_a_reason_to_look() {
    links.follow(STREAM, follower.getRef());
    links.told(STREAM, 7, 3);
    looks();
    links.told(STREAM, 8, 0);
    looks();
    links.came(STREAM, 9, 1);
    looks();
  }

  @Test
  void who_no_longer_follows_is_not_told() {
    links.follow(STREAM, follower.getRef());
    links.unfollow(STREAM, follower.getRef());
    links.came(STREAM, 7, 5);
    links.told(STREAM, 7, 9);
    follower.expectNoMessage(Duration.ofMillis(50));
    assertThat(links.followed()).isEmpty();
  }

  @Test
  @Shows("routing.compare-every")
  void owners_of_streams_that_are_followed_are_asked_now_and_then() throws Exception {
    Duration every =
        RoutingSettings.from(
                ConfigFactory.parseString("viesti.routing.compare-every = 100ms")
                    .withFallback(ConfigFactory.load()))
            .compareEvery();
    BlockingQueue<Long> asked = new LinkedBlockingQueue<>();
    AskedOwner owners = new AskedOwner(asked);
    Exchange exchange = owners.exchange(ACTORS.system(), every);
    long start = System.nanoTime();
    exchange.follow(STREAM, follower.getRef());
    asked.take();
    assertThat(Duration.ofNanos(asked.take() - start))
        .isGreaterThanOrEqualTo(every.multipliedBy(2));
    looks(); // it answered
  }

  @Test
  void what_was_recorded_before_a_nodes_filters_were_known_shows_when_the_owner_is_asked() {
    ActorTestKit actors = ActorTestKit.create();
    try {
      Exchange exchange =
          new AskedOwner(new LinkedBlockingQueue<>())
              .exchange(actors.system(), Duration.ofHours(1));
      TestProbe<Exchange.Command> node = actors.createTestProbe();
      StreamVoice voice = new StreamVoice(STREAM, 7);
      links.follow(STREAM, follower.getRef());
      heed(exchange, voice, node);
      looks(); // nothing was known of it
      exchange.recorded(voice, RECORDED);
      actors.system().receptionist().tell(Receptionist.register(EXCHANGES, node.getRef()));
      Interests.All all = node.expectMessageClass(Interests.All.class);
      all.node()
          .tell(
              new Interests.All(
                  node.getRef(), 0, List.of(new Interests.Count(STREAM.tenant(), "a/#", 1))));
      node.expectMessageClass(Interests.Taken.class);
      heed(exchange, voice, node);
      looks();
      exchange.recorded(voice, RECORDED);
      Exchange.DeliverRecorded next = node.expectMessageClass(Exchange.DeliverRecorded.class);
      links.came(STREAM, next.life(), next.number());
      heed(exchange, voice, node);
      follower.expectNoMessage(Duration.ofMillis(50));
    } finally {
      actors.shutdownTestKit();
    }
  }

  private void heed(Exchange exchange, StreamVoice voice, TestProbe<Exchange.Command> node) {
    exchange.compare(voice, node.getRef());
    Exchange.Told told = node.expectMessageClass(Exchange.Told.class);
    links.told(told.stream(), told.life(), told.number());
  }
}
