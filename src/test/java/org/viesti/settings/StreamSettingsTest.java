package org.viesti.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.scene.Link.frame;
import static org.viesti.scene.Link.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.Metrics;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.scene.Link;
import org.viesti.scene.Stage;
import org.viesti.testkit.Await;
import org.viesti.testkit.Shows;

/** How much is on its way to a client, and how it is caught up. */
@Timeout(60)
class StreamSettingsTest {
  private static final int WINDOW = 4;

  @TempDir static Path folder;
  static Stage stage;

  @BeforeAll
  static void start() {
    stage =
        Stage.set(
            folder,
            "connection.window-messages",
            WINDOW,
            "connection.window-bytes",
            "2KiB",
            "connection.window-reserve",
            2,
            "connection.read-at-once",
            2,
            "connection.max-backlog",
            20,
            "connection.cursor-interval",
            "1h",
            "connection.cursor-acks",
            3,
            "connection.receipt-interval",
            "500ms",
            "routing.tail-messages",
            6,
            "routing.tail-bytes",
            "4KiB");
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  @AfterEach
  void clear() {
    stage.clear();
  }

  /** Ann, who posts, and a stream of bob's that has caught up and acknowledges no more. */
  private record Pair(String room, Link ann, Link bob) {
    static Pair in(String room) {
      String bob = "bob-" + room;
      stage.group(room, "ann-" + room, bob);
      return new Pair(room, stage.connect("ann-" + room, "phone"), stage.connect(bob, "phone"));
    }

    /** Returns once the posts are committed, and bob's stream has been told of them. */
    long post(int from, int to, int length) {
      Stage.acking(ann);
      long last = 0;
      for (int i = from; i < to; i++) {
        last = ann.post(room, "p" + i, i + "x".repeat(length));
      }
      Await.until(
          Stage.PATIENCE,
          () -> "ann got " + ann.texts(room).size(),
          () -> ann.texts(room).size() >= to);
      ann.settle();
      return last;
    }

    List<String> got() {
      return bob.texts(room);
    }

    void gets(int count) {
      Await.until(Stage.PATIENCE, () -> "got " + got().size(), () -> got().size() == count);
    }

    /** Bob has been told, or not, of all that was posted: another of his streams has it. */
    void told(Link other, String text) {
      other.delivery(room, text);
      bob.settle();
    }

    void acknowledgeAll() {
      Stage.acking(bob);
      acknowledge();
    }

    /** What came so far. */
    void acknowledge() {
      bob.acknowledge(
          "rooms/" + room,
          bob.all("delivery").stream()
              .filter(d -> d.path("topic").asText().equals("rooms/" + room))
              .reduce((first, second) -> second)
              .orElseThrow()
              .path("seq")
              .asLong());
    }
  }

  @Test
  @Shows("connection.window-messages")
  void so_many_messages_are_on_their_way() {
    Pair pair = Pair.in("window");
    assertThat(pair.bob().all("welcome").getFirst().at("/limits/window_messages").asInt())
        .isEqualTo(WINDOW);
    Link tablet = stage.reader("bob-window", "tablet");
    pair.post(0, WINDOW + 3, 1);
    pair.told(tablet, WINDOW + 2 + "x");
    assertThat(pair.got()).hasSize(WINDOW);
    long first =
        pair.bob()
            .next("delivery", d -> d.at("/message/body/payload/body").asText().equals("0x"))
            .path("seq")
            .asLong();
    pair.bob().acknowledge("rooms/window", first);
    pair.gets(WINDOW + 1);
    pair.bob().settle();
    assertThat(pair.got()).hasSize(WINDOW + 1);
  }

  @Test
  @Shows("connection.window-bytes")
  void so_many_bytes_are_on_their_way() {
    Pair pair = Pair.in("bytes");
    assertThat(pair.bob().all("welcome").getFirst().at("/limits/window_bytes").asInt())
        .isEqualTo(2048);
    Link tablet = stage.reader("bob-bytes", "tablet");
    pair.post(0, 4, 1500);
    pair.told(tablet, "3" + "x".repeat(1500));
    // The second was begun while there was room.
    assertThat(pair.got()).hasSize(2);
  }

  @Test
  @Shows("connection.window-reserve")
  void what_is_urgent_has_a_reserve_beyond_the_window() {
    Pair pair = Pair.in("urgent");
    Link tablet = stage.reader("bob-urgent", "tablet");
    pair.post(0, WINDOW, 1);
    pair.gets(WINDOW);
    for (int i = 0; i < 3; i++) {
      pair.ann()
          .send(
              frame(
                  "send",
                  "id",
                  "m" + i,
                  "room",
                  "urgent",
                  "payload",
                  text("mention " + i),
                  "mentions",
                  List.of("bob-urgent")));
      pair.ann().ack("m" + i);
    }
    pair.told(tablet, "mention 2");
    pair.gets(WINDOW + 2);
    pair.bob().settle();
    assertThat(pair.got()).hasSize(WINDOW + 2).contains("mention 1").doesNotContain("mention 2");
  }

  private static double logReads() {
    return Metrics.counter("viesti.deliver.log-reads").count();
  }

  @Test
  @Shows("routing.tail-messages")
  void a_follower_a_little_behind_is_served_from_what_came_past() {
    Pair pair = Pair.in("tail");
    pair.post(0, WINDOW + 1, 1);
    pair.gets(WINDOW);
    pair.acknowledge();
    pair.gets(WINDOW + 1); // from the log: nobody was behind before
    pair.acknowledge();
    pair.bob().settle();
    pair.post(WINDOW + 1, 2 * WINDOW + 6, 1);
    pair.gets(2 * WINDOW + 1);
    pair.bob().settle();
    double before = logReads();
    pair.acknowledgeAll();
    pair.gets(2 * WINDOW + 6);
    // One look whether there is more, at most.
    assertThat(logReads() - before).isLessThanOrEqualTo(1);

    // Further behind than the tail is long.
    pair.bob().listen(frame -> {});
    pair.bob().settle();
    pair.post(2 * WINDOW + 6, 6 * WINDOW + 9, 1);
    before = logReads();
    pair.acknowledgeAll();
    pair.gets(6 * WINDOW + 9);
    assertThat(logReads() - before).isGreaterThanOrEqualTo(2);
  }

  @Test
  @Shows("routing.tail-bytes")
  void a_tail_is_no_larger_than_it_may_be() {
    Pair pair = Pair.in("heavy");
    pair.post(0, 7, 2000);
    pair.bob().settle();
    assertThat(pair.got()).hasSizeLessThan(5);
    double before = logReads();
    pair.acknowledgeAll();
    pair.gets(7);
    assertThat(logReads() - before).isGreaterThanOrEqualTo(2);
  }

  @Test
  @Shows("connection.max-backlog")
  void a_device_too_far_behind_is_reset() {
    Pair pair = Pair.in("backlog");
    pair.post(0, 1, 1);
    pair.gets(1);
    pair.acknowledgeAll();
    pair.bob().settle();
    pair.bob().cut();
    stage.awaitStreams(1);
    long last = pair.post(1, 23, 1);
    Link again = stage.reader("bob-backlog", "phone");
    JsonNode reset = again.next("reset");
    assertThat(reset.path("topic").asText()).isEqualTo("rooms/backlog");
    assertThat(reset.path("reason").asText()).isEqualTo("backlog");
    assertThat(reset.path("head").asLong()).isEqualTo(last);
    assertThat(reset.path("unread").asLong()).isEqualTo(23);
    again.next("caught_up");
    assertThat(again.texts("backlog")).isEmpty();
    again.cut();
    stage.awaitStreams(1);
    pair.post(23, 43, 1);
    Link near = Stage.acking(stage.link("bob-backlog", "phone"));
    near.hello("positions", Map.of("rooms/backlog", last));
    near.next("caught_up");
    assertThat(near.all("reset")).isEmpty();
    assertThat(near.texts("backlog")).hasSize(20);
  }

  private static long cursor(String user, String room) {
    return Stage.now(stage.node.devices().get(Stage.device(user, "phone")))
        .cursors()
        .getOrDefault("rooms/" + room, 0L);
  }

  @Test
  @Shows("connection.cursor-acks")
  void cursors_are_written_after_so_many_acknowledged_messages() {
    stage.group("acks", "ann-acks", "bob-acks");
    Link ann = stage.connect("ann-acks", "phone");
    // The interval is an hour: what is written before is written for the count alone.
    Link bob = stage.link("bob-acks", "phone");
    bob.hello();
    bob.next("caught_up");
    long first = bob.all("delivery").getLast().path("seq").asLong();
    long one = ann.post("acks", "1", "one");
    bob.delivery("acks", "one");
    bob.acknowledge("rooms/acks", one);
    bob.settle();
    assertThat(cursor("bob-acks", "acks")).isLessThan(one);
    ann.post("acks", "2", "two");
    long three = ann.post("acks", "3", "three");
    bob.delivery("acks", "three");
    bob.acknowledge("rooms/acks", three);
    Await.until(
        Stage.PATIENCE,
        () -> "cursor " + cursor("bob-acks", "acks") + " of " + first,
        () -> cursor("bob-acks", "acks") == three);
  }

  @Test
  @Shows("connection.receipt-interval")
  void receipts_of_delivery_are_gathered() {
    Pair pair = Pair.in("receipts");
    for (int i = 0; i < 3; i++) {
      long seq = pair.post(i, i + 1, 1);
      pair.bob().delivery("receipts", i + "x");
      pair.bob().acknowledge("rooms/receipts", seq);
    }
    long last = pair.bob().all("delivery").getLast().path("seq").asLong();
    JsonNode receipt =
        pair.ann()
            .next(
                "receipt",
                r -> r.path("kind").asText().equals("delivered") && r.path("seq").asLong() == last);
    assertThat(receipt.path("user").asText()).isEqualTo("bob-receipts");
    // One for what was there at the beginning, one for the three, and none between.
    assertThat(
            pair.ann().all("receipt").stream()
                .filter(r -> r.path("room").asText().equals("receipts"))
                .toList())
        .hasSizeLessThanOrEqualTo(2);
  }
}
