package org.viesti;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.protocol.MemberSettings;
import org.viesti.protocol.Payload;
import org.viesti.routing.Tell;
import org.viesti.routing.Wants;
import org.viesti.testkit.Await;
import org.viesti.testkit.ChatClient;
import org.viesti.testkit.Shows;
import org.viesti.user.DeadLetters;
import org.viesti.user.push.PushReceiver;

/** Devices that are away hear of what they would want to hear of, once. */
class PushTest {
  @TempDir static Path folder;
  static PushReceiver receiver;
  static TestNode node;
  static PushScene scene;

  @BeforeAll
  static void start() throws Exception {
    receiver = new PushReceiver();
    node =
        TestNode.start(
            folder,
            "push.providers.webhook.url",
            receiver.url(),
            "push.providers.webhook.secret",
            PushReceiver.SECRET,
            "push.delay",
            "1200ms",
            "push.call-delay",
            "100ms",
            "push.mentions-only-above-members",
            5,
            "push.preview-length",
            20,
            "push.retry.first",
            "20ms",
            "push.retry.max",
            "80ms",
            "push.retry.attempts",
            3,
            "connection.cursor-interval",
            "100ms");
    scene = new PushScene(node, receiver);
  }

  @AfterAll
  static void stop() {
    node.close();
    receiver.close();
  }

  @Shows({"push.preview-length", "push.providers.webhook.url", "push.providers.webhook.secret"})
  @Test
  void a_device_that_is_away_gets_one_push_and_the_sender_none() throws Exception {
    scene.room("away", "away-alice", "away-bob");
    scene.post("away", "away-alice", "hello bob, how are you today");
    JsonNode push = scene.pushes("away-bob", 1).getFirst();
    assertThat(push.path("room").asText()).isEqualTo("away");
    assertThat(push.path("sender").asText()).isEqualTo("away-alice");
    assertThat(push.path("text").asText()).isEqualTo("hello bob, how are y…");
    assertThat(push.path("count").asInt()).isEqualTo(1);
    assertThat(push.path("kind").asText()).isEqualTo("message");
    scene.post("away", "away-alice", "again");
    assertThat(scene.pushes("away-bob", 2).getLast().path("text").asText()).isEqualTo("again");
    assertThat(receiver.of("away-bob")).hasSize(2);
    assertThat(receiver.of("away-alice")).isEmpty();
  }

  @Test
  void a_connected_device_that_acknowledges_gets_none_and_nothing_is_written_for_it()
      throws Exception {
    scene.room("live", "live-alice", "live-bob", "live-carol");
    try (ChatClient bob = new ChatClient("live-bob", "phone", ChatClient.Resume.POSITIONS)) {
      bob.ackEvery(1).connect(node.live()).get(10, TimeUnit.SECONDS);
      scene.post("live", "live-alice", "seen");
      // Carol's was due at the same time.
      scene.pushes("live-carol", 1);
      Await.until(
          Duration.ofSeconds(10),
          () -> "bob has not seen it",
          () -> bob.inbox().received("rooms/live").toString().contains("seen"));
    }
    scene.post("live", "live-alice", "missed");
    JsonNode push = scene.pushes("live-bob", 1).getFirst();
    assertThat(push.path("text").asText()).isEqualTo("missed");
    assertThat(push.path("count").asInt()).isEqualTo(1);
    assertThat(receiver.of("live-bob")).hasSize(1);
    assertThat(scene.log("users/live-bob", "user.push-queued")).hasSize(1);
  }

  @Test
  void a_connected_device_that_acknowledges_nothing_gets_one() throws Exception {
    scene.room("deaf", "deaf-alice", "deaf-bob");
    try (ChatClient bob = new ChatClient("deaf-bob", "phone", ChatClient.Resume.POSITIONS)) {
      bob.ackEvery(1000).connect(node.live()).get(10, TimeUnit.SECONDS);
      scene.post("deaf", "deaf-alice", "hello");
      JsonNode push = scene.pushes("deaf-bob", 1).getFirst();
      assertThat(push.path("text").asText()).isEqualTo("hello");
    }
  }

  @Test
  void what_owners_tell_each_other_of_pushes_travels_between_nodes() throws Exception {
    var system = node.node.system();
    ActorRef<Tell.Answer> answers = system.ignoreRef();
    ActorRef<Wants.Heard> heard = system.ignoreRef();
    Serialization serialization = SerializationExtension.get(Adapter.toClassic(system));
    List<Object> told =
        List.of(
            new Tell.Notify(
                PushScene.user("bob"),
                PushScene.room("general"),
                "General",
                3,
                List.of(new Tell.Post(7, 1, "alice", true, false)),
                answers),
            new Tell.Answer(PushScene.user("bob"), 7, false, "all", 9),
            new Wants(PushScene.user("bob"), PushScene.room("general"), "mentions", 9, heard),
            new Wants.Heard(PushScene.room("general"), "mentions"));
    for (Object message : told) {
      byte[] bytes = serialization.serialize(message).get();
      assertThat(serialization.deserialize(bytes, message.getClass()).get()).isEqualTo(message);
    }
  }

  @Test
  void settings_and_mentions_say_who_is_told() throws Exception {
    scene.room("quietly", "q-alice", "q-muted", "q-mentions", "q-none", "q-all");
    scene.settings("q-muted", "quietly", new MemberSettings(null, true, null, null));
    scene.settings("q-mentions", "quietly", new MemberSettings("mentions", null, null, null));
    scene.settings("q-none", "quietly", new MemberSettings("none", null, null, null));
    scene.wish("quietly", "q-muted", "none");
    scene.wish("quietly", "q-mentions", "mentions");
    scene.wish("quietly", "q-none", "none");
    scene.post("quietly", "q-alice", "to all");
    scene.pushes("q-all", 1);
    scene.post("quietly", "q-alice", "to some", "q-muted", "q-mentions", "q-none");
    scene.pushes("q-all", 2);
    JsonNode push = scene.pushes("q-mentions", 1).getFirst();
    assertThat(push.path("text").asText()).isEqualTo("to some");
    assertThat(push.path("kind").asText()).isEqualTo("mention");
    assertThat(push.path("count").asInt()).isEqualTo(1);
    assertThat(receiver.of("q-muted")).isEmpty();
    assertThat(receiver.of("q-none")).isEmpty();
  }

  @Shows("push.mentions-only-above-members")
  @Test
  void in_a_large_room_only_mentions_are_pushed_unless_one_wants_all() throws Exception {
    scene.room("large", "l-alice", "l-bob", "l-all", "l-3", "l-4", "l-5");
    scene.settings("l-all", "large", new MemberSettings("all", null, null, null));
    scene.wish("large", "l-all", "all");
    scene.post("large", "l-alice", "to all");
    scene.pushes("l-all", 1);
    scene.post("large", "l-alice", "to bob", "l-bob");
    assertThat(scene.pushes("l-bob", 1).getFirst().path("text").asText()).isEqualTo("to bob");
    assertThat(receiver.of("l-3")).isEmpty();
  }

  @Test
  void in_quiet_hours_nothing_is_pushed_and_then_all_in_one() throws Exception {
    scene.room("night", "n-alice", "n-bob", "n-carol");
    int minute = LocalTime.now(ZoneOffset.UTC).toSecondOfDay() / 60;
    scene.quiet("n-bob", Math.floorMod(minute - 1, 1440), Math.floorMod(minute + 30, 1440));
    scene.post("night", "n-alice", "sleep well");
    scene.pushes("n-carol", 1);
    assertThat(receiver.of("n-bob")).isEmpty();
    scene.post("night", "n-alice", "good morning");
    scene.pushes("n-carol", 2);
    scene.quiet("n-bob", -1, -1);
    JsonNode push = scene.pushes("n-bob", 1).getFirst();
    assertThat(push.path("count").asInt()).isEqualTo(2);
    assertThat(push.path("text").asText()).isEqualTo("good morning");
  }

  @Test
  void posts_of_one_room_become_one_push() throws Exception {
    scene.room("many", "m-alice", "m-bob");
    scene.post("many", "m-alice", "one");
    scene.post("many", "m-alice", "two");
    scene.post("many", "m-alice", "three");
    JsonNode push = scene.pushes("m-bob", 1).getFirst();
    assertThat(push.path("count").asInt()).isEqualTo(3);
    assertThat(push.path("text").asText()).isEqualTo("three");
    assertThat(push.path("collapse_key").asText()).isEqualTo("many");
  }

  @Test
  void what_was_read_elsewhere_is_not_pushed() throws Exception {
    scene.room("read", "r-alice", "r-bob", "r-carol");
    long seq = scene.post("read", "r-alice", "old");
    node.node
        .users()
        .markRead(PushScene.user("r-bob"), "read", seq)
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
    scene.pushes("r-carol", 1);
    scene.post("read", "r-alice", "new");
    JsonNode push = scene.pushes("r-bob", 1).getFirst();
    assertThat(push.path("text").asText()).isEqualTo("new");
    assertThat(push.path("count").asInt()).isEqualTo(1);
  }

  @Test
  void what_was_redacted_is_not_pushed() throws Exception {
    scene.room("gone", "g-alice", "g-bob");
    long seq = scene.post("gone", "g-alice", "secret");
    node.node
        .rooms()
        .redact(PushScene.by("g-alice"), "gone." + seq, null)
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
    scene.settled("g-bob");
    assertThat(receiver.of("g-bob")).isEmpty();
    // Of several posts the others are still worth a push.
    scene.post("gone", "g-alice", "public");
    long last = scene.post("gone", "g-alice", "another secret");
    node.node
        .rooms()
        .redact(PushScene.by("g-alice"), "gone." + last, null)
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
    JsonNode push = scene.pushes("g-bob", 1).getFirst();
    assertThat(push.path("count").asInt()).isEqualTo(1);
    assertThat(push.has("text")).isFalse();
    assertThat(receiver.requests()).noneMatch(request -> request.body().contains("secret"));
  }

  @Test
  void a_call_rings_and_its_other_signals_do_not() throws Exception {
    scene.room("call", "c-alice", "c-bob");
    scene.post("call", "c-alice", new Payload.Call("1", "ice_candidate", null, null, "x", null));
    scene.post("call", "c-alice", new Payload.Call("1", "offer", "audio", null, null, null));
    JsonNode push = scene.pushes("c-bob", 1).getFirst();
    assertThat(push.path("kind").asText()).isEqualTo("call");
    assertThat(push.path("count").asInt()).isEqualTo(1);
    assertThat(push.path("collapse_key").asText()).isEqualTo("call/call");
  }

  @Test
  void reactions_and_edits_are_not_pushed() throws Exception {
    scene.room("edits", "e-alice", "e-bob");
    long seq = scene.post("edits", "e-alice", "text");
    scene.pushes("e-bob", 1);
    var rooms = node.node.rooms();
    rooms
        .react(PushScene.by("e-alice"), "edits." + seq, "+1", true)
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
    rooms
        .edit(PushScene.by("e-alice"), "edits." + seq, Payload.Text.of("better"), null)
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
    scene.post("edits", "e-alice", "next");
    JsonNode push = scene.pushes("e-bob", 2).getLast();
    assertThat(push.path("count").asInt()).isEqualTo(1);
    assertThat(push.path("text").asText()).isEqualTo("next");
  }

  @Test
  void a_dead_token_is_removed() throws Exception {
    receiver.answer("d-bob", 410);
    scene.room("dead", "d-alice", "d-bob", "d-carol");
    scene.post("dead", "d-alice", "hello");
    scene.pushes("d-bob", 1);
    scene.wish("dead", "d-bob", "none");
    assertThat(scene.profile("d-bob").devices().getFirst().pushProvider()).isNull();
    scene.post("dead", "d-alice", "again");
    scene.pushes("d-carol", 2);
    assertThat(receiver.of("d-bob")).hasSize(1);
    assertThat(scene.letters("d-bob")).isEmpty();
  }

  @Shows("push.retry.attempts")
  @Test
  void what_fails_is_tried_again_and_becomes_a_dead_letter_that_can_be_replayed() throws Exception {
    receiver.answer("b-bob", 503);
    scene.room("broken", "b-alice", "b-bob");
    scene.post("broken", "b-alice", "hello");
    DeadLetters.Letter letter = scene.letter("b-bob");
    assertThat(receiver.of("b-bob")).hasSize(3);
    assertThat(letter.attempts()).isEqualTo(3);
    assertThat(letter.reason()).isEqualTo("answered 503");
    assertThat(letter.provider()).isEqualTo("webhook");
    assertThat(letter.room()).isEqualTo("broken");
    receiver.answer("b-bob", 204);
    node.node
        .deadLetters()
        .replay(node.node.users(), letter.id())
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
    assertThat(scene.pushes("b-bob", 4).getLast().path("text").asText()).isEqualTo("hello");
    assertThat(scene.letters("b-bob")).isEmpty();
  }

  @Test
  void what_the_provider_rejects_is_a_dead_letter_at_once() throws Exception {
    receiver.answer("x-bob", 400);
    scene.room("rejected", "x-alice", "x-bob");
    scene.post("rejected", "x-alice", "hello");
    assertThat(scene.letter("x-bob").attempts()).isEqualTo(1);
    assertThat(receiver.of("x-bob")).hasSize(1);
    assertThat(scene.column("select payload from dead_letter where user_id = 'x-bob'"))
        .allSatisfy(payload -> assertThat(payload).doesNotContain("hello").doesNotContain("token"));
  }

  @Test
  void posts_that_a_room_could_not_tell_are_told_when_its_alarm_rings() throws Exception {
    // Nobody wants to hear of it yet, so nobody is told: as if the node had died between the write
    // and the telling.
    scene.roomWithoutTokens("alarm", "a-alice", "a-bob");
    long seq = scene.post("alarm", "a-alice", "unheard");
    scene.token("a-bob");
    scene.wish("alarm", "a-bob", "default");
    node.node
        .rooms()
        .wake(
            PushScene.room("alarm"),
            new org.viesti.journal.WakeUps.Due(PushScene.room("alarm").topic(), 1, seq));
    assertThat(scene.pushes("a-bob", 1).getFirst().path("text").asText()).isEqualTo("unheard");
  }

  @Test
  void a_post_to_a_large_room_without_tokens_writes_one_row() throws Exception {
    String[] members = new String[1500];
    for (int i = 0; i < members.length; i++) {
      members[i] = "crowd-" + i;
    }
    scene.roomWithoutTokens("crowd", "crowd-alice", members);
    // The log grows until everyone has been told, and answered.
    PushScene.await(
        Duration.ofSeconds(60),
        () -> scene.toldIn("crowd") == members.length + 1,
        () -> "told " + scene.toldIn("crowd"));
    long rows = scene.rowsLike("crowd");
    for (int i = 0; i < 10; i++) {
      scene.post("crowd", "crowd-alice", "hello " + i);
    }
    assertThat(scene.rowsLike("crowd")).isEqualTo(rows + 10);
    assertThat(List.of(members)).allSatisfy(user -> assertThat(receiver.of(user)).isEmpty());
  }
}
