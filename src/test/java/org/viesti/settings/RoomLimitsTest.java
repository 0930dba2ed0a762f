package org.viesti.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.scene.Link.frame;
import static org.viesti.scene.Link.text;
import static org.viesti.settings.Refusals.refused;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.scene.Link;
import org.viesti.scene.Stage;
import org.viesti.testkit.Await;
import org.viesti.testkit.Calls;
import org.viesti.testkit.Shows;
import org.viesti.testkit.Tokens;

/** What a room takes, and how it says that it takes no more. */
@Timeout(60)
class RoomLimitsTest {
  private static final int BURST = 12;
  private static final int USER_BURST = 8;

  @TempDir static Path folder;
  static Stage stage;

  @BeforeAll
  static void start() {
    stage =
        Stage.set(
            folder,
            "room.max-members",
            4,
            "room.max-text-length",
            10,
            "room.max-mentions",
            2,
            "room.posts-per-second",
            1,
            "room.posts-burst",
            BURST,
            "room.posts-per-user-per-second",
            2,
            "room.posts-per-user-burst",
            USER_BURST,
            "room.snapshot-every",
            5,
            "room.signals-up-to-members",
            3,
            "room.delivered-up-to-members",
            2,
            "connection.receipt-interval",
            "20ms");
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  @AfterEach
  void clear() {
    stage.clear();
  }

  @Test
  @Shows("room.max-members")
  void a_room_is_full_for_whoever_is_one_too_many() {
    stage.group("full", "ann", "bob", "cid");
    Calls ann = new Calls(stage.node.calls(), Tokens.of("ann", "phone"));
    Object two = Map.of("members", List.of(Map.of("user", "dan"), Map.of("user", "eve")));
    Calls.Answer answer = ann.call("POST", "/rooms/full/members", two).expect(422);
    refused(answer.body(), "LIMIT_EXCEEDED", "viesti.room.max-members", "4");
    Object one = Map.of("members", List.of(Map.of("user", "dan")));
    assertThat(ann.call("POST", "/rooms/full/members", one).body().path("member_count").asInt())
        .isEqualTo(4);
    Object five =
        Map.of(
            "id",
            "born-full",
            "members",
            IntStream.range(0, 4).mapToObj(i -> Map.of("user", "u" + i)).toList());
    refused(
        ann.call("POST", "/rooms", five).expect(422).body(),
        "LIMIT_EXCEEDED",
        "viesti.room.max-members",
        "4");
  }

  @Test
  @Shows("room.max-text-length")
  void a_text_is_as_long_as_the_room_takes_also_when_it_is_edited() {
    stage.group("long", "ann");
    Link ann = stage.connect("ann", "phone");
    long seq = ann.post("long", "1", "x".repeat(10));
    ann.send(frame("send", "id", "2", "room", "long", "payload", text("x".repeat(11))));
    refused(ann.error("2"), "TOO_LARGE", "viesti.room.max-text-length", "10");
    ann.send(frame("edit", "id", "3", "target", "long." + seq, "payload", text("x".repeat(11))));
    refused(ann.error("3"), "TOO_LARGE", "viesti.room.max-text-length", "10");
  }

  @Test
  @Shows("room.max-mentions")
  void a_post_mentions_no_more_than_the_room_takes() {
    stage.group("mentions", "ann", "bob", "cid");
    Link ann = stage.connect("ann", "phone");
    Object[] post = {"room", "mentions", "payload", text("hei"), "id", "", "mentions", List.of()};
    post[5] = "1";
    post[7] = List.of("bob", "cid");
    ann.send(frame("send", post));
    ann.ack("1");
    post[5] = "2";
    post[7] = List.of("bob", "cid", "ann");
    ann.send(frame("send", post));
    refused(ann.error("2"), "LIMIT_EXCEEDED", "viesti.room.max-mentions", "2");
  }

  private static List<Map<String, Object>> posts(String room, String ids, int count) {
    List<Map<String, Object>> posts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      posts.add(Map.of("id", ids + i, "room", room, "payload", text("p" + i)));
    }
    return posts;
  }

  private static void answered(Link link, int count) {
    Await.until(
        Stage.PATIENCE,
        () -> "answers: " + (link.all("send_ack").size() + link.all("error").size()),
        () -> link.all("send_ack").size() + link.all("error").size() == count);
  }

  @Test
  @Shows({"room.posts-per-user-per-second", "room.posts-per-user-burst"})
  void one_user_cannot_fill_a_room_and_is_told_when_to_come_again() {
    stage.group("fast", "ann", "bob");
    Link ann = stage.connect("ann", "phone");
    ann.send(frame("send_batch", "messages", posts("fast", "a", USER_BURST + 1)));
    answered(ann, USER_BURST + 1);
    JsonNode refused = ann.error("a" + USER_BURST);
    refused(refused, "RATE_LIMITED", "viesti.room.posts-per-user-per-second", "");
    long wait = refused.path("retry_after").asLong();
    // Two a second: the next is there within half a second.
    assertThat(wait).isBetween(1L, 500L);
    Link bob = stage.connect("bob", "phone");
    bob.post("fast", "b", "others may");
    CompletableFuture.runAsync(
            () ->
                ann.send(frame("send", "id", "again", "room", "fast", "payload", text("in time"))),
            CompletableFuture.delayedExecutor(wait, TimeUnit.MILLISECONDS))
        .join();
    answered(ann, USER_BURST + 2);
    assertThat(ann.all("error")).containsExactly(refused);
  }

  @Test
  @Shows({"room.posts-per-second", "room.posts-burst"})
  void a_room_takes_so_much_from_all_together() {
    stage.group("busy", "ann", "bob");
    Link ann = stage.connect("ann", "phone");
    Link bob = stage.connect("bob", "phone");
    ann.send(frame("send_batch", "messages", posts("busy", "a", USER_BURST)));
    answered(ann, USER_BURST);
    assertThat(ann.all("error")).isEmpty();
    bob.send(frame("send_batch", "messages", posts("busy", "b", USER_BURST)));
    answered(bob, USER_BURST);
    // Within a few seconds no more than a few are there again.
    assertThat(bob.all("send_ack").size()).isBetween(BURST - USER_BURST, USER_BURST - 1);
    JsonNode refused = bob.all("error").getLast();
    refused(refused, "RATE_LIMITED", "viesti.room.posts-per-second", "");
    assertThat(refused.path("retry_after").asLong()).isBetween(1L, 1000L);
  }

  @Test
  @Shows("room.snapshot-every")
  void a_room_that_wakes_reads_little() {
    stage.group("snapshots", "ann");
    Link ann = stage.connect("ann", "phone");
    for (int i = 0; i < 6; i++) {
      ann.post("snapshots", "s" + i, "post " + i);
    }
    Await.until(
        Stage.PATIENCE,
        () -> "no snapshot of 6 entries",
        () ->
            stage.count(
                    "select count(*) from \"snapshot\" where \"persistence_id\" = ?",
                    Tokens.TENANT + "/rooms/snapshots")
                > 0);
  }

  @Test
  @Shows("room.signals-up-to-members")
  void typing_is_told_in_rooms_up_to_a_size() {
    stage.group("cosy", "ann", "bob", "cid");
    stage.group("crowd", "ann", "bob", "cid", "dan");
    Link ann = stage.connect("ann", "phone");
    Link bob = stage.connect("bob", "phone");
    ann.send(frame("typing", "room", "crowd", "typing", true));
    ann.post("crowd", "1", "barrier");
    bob.delivery("crowd", "barrier");
    ann.send(frame("typing", "room", "cosy", "typing", true));
    assertThat(bob.next("typing").path("room").asText()).isEqualTo("cosy");
    assertThat(bob.all("typing")).hasSize(1);
  }

  @Test
  @Shows("room.delivered-up-to-members")
  void receipts_of_delivery_are_told_in_rooms_up_to_a_size() {
    stage.group("pair", "ann", "bob");
    stage.group("trio", "ann", "bob", "cid");
    Link ann = stage.connect("ann", "phone");
    Link bob = stage.connect("bob", "phone");
    Map<String, Long> positions =
        Map.of(
            "rooms/pair", ann.post("pair", "1", "hei"), "rooms/trio", ann.post("trio", "1", "hei"));
    bob.delivery("pair", "hei");
    bob.delivery("trio", "hei");
    bob.send(frame("ack", "positions", positions));
    ann.next("receipt", receipt -> receipt.path("room").asText().equals("pair"));
    // Both were said at once; what bob says after them comes after them.
    bob.send(frame("typing", "room", "trio", "typing", true));
    ann.next("typing");
    assertThat(ann.all("receipt"))
        .extracting(receipt -> receipt.path("room").asText())
        .doesNotContain("trio");

    stage.remove("trio", "ann", "cid");
    long seq = ann.post("trio", "2", "just us");
    bob.delivery("trio", "just us");
    bob.send(frame("ack", "positions", Map.of("rooms/trio", seq)));
    ann.next("receipt", receipt -> receipt.path("room").asText().equals("trio"));
  }
}
