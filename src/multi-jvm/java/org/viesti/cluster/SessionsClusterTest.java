package org.viesti.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.viesti.testkit.TestDatabase;

/** A session is its device's, whatever node it comes to; and streams of topics move. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SessionsClusterTest {
  private static final int EACH = 300;

  /** Streams enough that some are on every node; and posts are not refused for coming fast. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "viesti.stream.partitions", "16",
          "viesti.limits.device-rate", "0",
          "viesti.limits.user-rate", "0");

  private final TestCluster cluster =
      TestCluster.start("sessions", TestDatabase.Kind.POSTGRESQL, 3, SETTINGS);

  @AfterAll
  void kill() {
    cluster.close();
  }

  private int port(int node) {
    return cluster.node(node).mqtt();
  }

  private MqttLink resume(int node, String device) throws Exception {
    MqttLink link = MqttLink.resume(port(node), device);
    assertThat(link.sessionPresent).isTrue();
    return link;
  }

  private void away(int node, String device, String... filters) throws Exception {
    MqttLink.resume(port(node), device).subscribe(filters).leave();
  }

  /** By topic, what came and was acknowledged. */
  private static Map<String, List<String>> take(MqttLink link, int count) throws Exception {
    Map<String, List<String>> all = new HashMap<>();
    for (int i = 0; i < count; i++) {
      MqttLink.Published one = link.published();
      link.ack(one.id());
      link.flush();
      all.computeIfAbsent(one.topic(), t -> new ArrayList<>()).add(one.payload());
    }
    return all;
  }

  @Test
  void a_session_left_at_one_node_goes_on_at_another() throws Exception {
    away(0, "mover", "move/+/x", "move/exact");
    Map<String, List<String>> sent = new HashMap<>();
    List<Thread> publishing = new ArrayList<>();
    for (String topic : List.of("move/a/x", "move/b/x", "move/exact", "move/other")) {
      int node = 1 + publishing.size() % 2;
      List<String> own = new ArrayList<>();
      for (int i = 0; i < EACH; i++) {
        own.add(topic + " " + i);
      }
      if (!topic.equals("move/other")) {
        sent.put(topic, own);
      }
      publishing.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (MqttLink ann =
                        MqttLink.clean(port(node), "ann-" + topic.replace('/', '-'))) {
                      for (String payload : own) {
                        ann.publishNow(topic, payload);
                      }
                    } catch (Exception e) {
                      throw new AssertionError(e);
                    }
                  }));
    }
    for (Thread each : publishing) {
      each.join();
    }
    try (MqttLink bob = resume(2, "mover")) {
      assertThat(take(bob, 3 * EACH)).isEqualTo(sent);
      bob.silent();
      bob.leave();
    }
    try (MqttLink bob = resume(1, "mover")) {
      bob.silent();
    }
  }

  @Test
  void what_was_not_answered_at_one_node_comes_again_by_the_same_id_at_another() throws Exception {
    away(0, "owing", "owe/#");
    try (MqttLink ann = MqttLink.clean(port(1), "owe-ann")) {
      for (int i = 0; i < 20; i++) {
        ann.publishNow("owe/" + i % 3, "" + i);
      }
    }
    for (int round = 0; round < 6; round++) {
      List<MqttLink.Published> owed = new ArrayList<>();
      try (MqttLink bob = resume(round % 3, "owing")) {
        for (int i = 0; i < 20; i++) {
          owed.add(bob.published());
        }
        bob.silent();
        if (round % 2 == 0) {
          bob.leave();
        }
      }
      try (MqttLink bob = resume((round + 1) % 3, "owing")) {
        for (MqttLink.Published one : owed) {
          assertThat(bob.published())
              .isEqualTo(new MqttLink.Published(one.topic(), one.payload(), one.id(), true));
        }
        bob.silent();
      }
    }
    try (MqttLink bob = resume(1, "owing")) {
      take(bob, 20);
      bob.silent();
    }
    try (MqttLink bob = resume(2, "owing")) {
      bob.silent();
    }
  }

  @Test
  void a_room_is_read_on_at_another_node() throws Exception {
    cluster.calls(0, "user-writer").createRoom("general", List.of("user-reader"));
    away(0, "reader", "rooms/general");
    try (MqttLink writer = MqttLink.clean(port(1), "writer")) {
      post(writer, 0, EACH);
      List<MqttLink.Published> owed = new ArrayList<>();
      try (MqttLink reader = resume(2, "reader")) {
        take(reader, EACH / 2);
        for (int i = EACH / 2; i < EACH; i++) {
          owed.add(reader.published());
        }
        reader.silent();
      }
      try (MqttLink reader = resume(0, "reader")) {
        for (int i = EACH / 2; i < EACH; i++) {
          MqttLink.Published one = owed.get(i - EACH / 2);
          assertThat(one.payload()).contains("\"body\":\"" + i + "\"");
          assertThat(reader.published())
              .isEqualTo(new MqttLink.Published(one.topic(), one.payload(), one.id(), true));
          reader.ack(one.id());
        }
        reader.silent();
        // What is posted at another node comes live.
        post(writer, EACH, 2 * EACH);
        for (int i = EACH; i < 2 * EACH; i++) {
          MqttLink.Published one = reader.published();
          assertThat(one.payload()).contains("\"body\":\"" + i + "\"");
          reader.ack(one.id());
          reader.flush();
        }
        reader.silent();
        reader.leave();
      }
      try (MqttLink reader = resume(1, "reader")) {
        reader.silent();
      }
    }
  }

  private static void post(MqttLink writer, int from, int to) throws Exception {
    for (int i = from; i < to; i++) {
      writer.publishNow("rooms/general", "" + i);
    }
  }

  /** The older link's answers may come too late; what it has not answered comes to the newer. */
  @Test
  void a_newer_link_at_another_node_loses_nothing_while_messages_flow() throws Exception {
    try (Traffic traffic = new Traffic(cluster)) {
      AtomicInteger node = new AtomicInteger();
      IntSupplier next = () -> port(node.get() % 3);
      traffic.publisher(() -> port(0), 300);
      traffic.publisher(() -> port(1), 300);
      Subscriber taken = traffic.session("taken", next, "load/#");
      traffic.start();
      taken.come();
      for (int i = 0; i < 15; i++) {
        traffic.awaitMore(300);
        node.incrementAndGet();
        taken.comeAgain();
      }
      traffic.awaitMore(300);
      traffic.end();
      System.out.println("15 takeovers: " + traffic.figures());
      assertThat(traffic.verdict()).isEmpty();
      assertThat(taken.links()).isEqualTo(16);
      assertThat(taken.repeats()).isEqualTo(taken.repeatsById());
    }
  }

  /** More is subscribed to while what was subscribed to before flows. */
  @Test
  void one_more_subscription_loses_nothing_of_the_others() throws Exception {
    try (Traffic traffic = new Traffic(cluster)) {
      traffic.publisher(() -> port(0), 1_000);
      traffic.publisher(() -> port(1), 1_000);
      Subscriber busy = traffic.session("busy", () -> port(2), "load/#");
      traffic.start();
      busy.come();
      for (int i = 0; i < 60; i++) {
        traffic.awaitMore(50);
        busy.askFor(i + 1, i % 2 == 0 ? "more/" + i + "/#" : "load/p0/" + i);
      }
      traffic.awaitMore(500);
      traffic.end();
      System.out.println("60 more subscriptions: " + traffic.figures());
      assertThat(traffic.verdict()).isEmpty();
      assertThat(busy.repeats()).isZero();
    }
  }

  @Test
  void the_loss_of_a_node_loses_nothing_for_sessions_at_others() throws Exception {
    try (Traffic traffic = new Traffic(cluster)) {
      AtomicInteger publishTo = new AtomicInteger(2);
      traffic.publisher(() -> port(publishTo.get()), 500);
      traffic.publisher(() -> port(publishTo.get()), 500);
      Subscriber there = traffic.session("there", () -> port(1), "load/#");
      traffic.session("away-wild", () -> port(2), "load/+/t1", "load/p1/#");
      traffic.session("away-exact", () -> port(2), "load/p0/t2");
      traffic.start();
      there.come();
      traffic.awaitMore(2_000);
      loseAndReplace(0, traffic); // the oldest: it has the shard coordinator
      publishTo.set(0); // where those who publish go when theirs is lost
      loseAndReplace(2, traffic);
      traffic.end();
      assertThat(there.links()).isEqualTo(1);
      traffic.allCome();
      System.out.println("two nodes lost in turn: " + traffic.figures());
      assertThat(traffic.verdict()).isEmpty();
    }
  }

  private void loseAndReplace(int node, Traffic traffic) {
    cluster.node(node).kill();
    traffic.awaitMore(3_000);
    cluster.node(node).start();
    cluster.awaitWhole();
    traffic.awaitMore(3_000);
  }

  /** The others take a node that does not answer for lost, but not for good. */
  @Test
  void a_node_that_was_frozen_for_a_moment_loses_nothing_for_its_sessions() throws Exception {
    try (Traffic traffic = new Traffic(cluster)) {
      traffic.publisher(() -> port(0), 300);
      traffic.publisher(() -> port(2), 300);
      Subscriber there = traffic.session("frozen", () -> port(1), "load/#");
      traffic.start();
      there.come();
      for (int i = 0; i < 3; i++) {
        traffic.awaitMore(500);
        cluster.node(1).freeze();
        Thread.sleep(2_200); // longer than a heartbeat may take, shorter than a node may be lost
        cluster.node(1).thaw();
        traffic.awaitMore(1_000);
      }
      traffic.end();
      System.out.println("frozen three times: " + traffic.figures());
      assertThat(traffic.verdict()).isEmpty();
      assertThat(there.links()).isEqualTo(1);
    }
  }
}
