package org.viesti.settings;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.scene.Link.frame;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.Metrics;
import java.nio.file.Path;
import java.util.List;
import org.apache.pekko.actor.InternalActorRef;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.protocol.Body;
import org.viesti.protocol.Message;
import org.viesti.scene.Link;
import org.viesti.scene.Stage;
import org.viesti.testkit.Await;
import org.viesti.testkit.Shows;
import org.viesti.testkit.Tokens;

/** How much of everything one user and its devices may have, and when their owners rest. */
@Timeout(60)
class UserLimitsTest {
  @TempDir static Path folder;
  static Stage stage;

  @BeforeAll
  static void start() {
    stage =
        Stage.set(
            folder,
            "user.max-rooms",
            3,
            "user.max-connections",
            2,
            "user.max-devices",
            3,
            "user.max-presence-watchers",
            2,
            "user.presence-quiet",
            "400ms",
            "user.passivate-after",
            "200ms",
            "user.snapshot-every",
            3,
            "device.passivate-after",
            "300ms",
            "device.snapshot-every",
            4,
            "connection.max-watched",
            2,
            "connection.cursor-acks",
            1,
            "connection.read-at-once",
            2,
            "routing.tail-messages",
            0);
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  @AfterEach
  void clear() {
    stage.clear();
  }

  private static void refused(JsonNode error, String limit, String value) {
    Refusals.refused(error, "LIMIT_EXCEEDED", limit, value);
  }

  @Test
  @Shows("user.max-rooms")
  void a_user_in_as_many_rooms_as_it_may_be_is_taken_out_of_the_next() {
    for (int i = 0; i < 3; i++) {
      stage.group("many-" + i, "rob-" + i, "rita");
    }
    stage.group("many-3", "rob-3");
    stage.add("many-3", "rob-3", "rita");
    Await.until(
        Stage.PATIENCE,
        () -> "rita is still in " + stage.log("many-3"),
        () -> stage.log("many-3").stream().anyMatch(UserLimitsTest::takesRitaOut));
    stage.knowsNoMore("many-3", "rita");
    // One that is left makes room for another.
    stage.remove("many-0", "rob-0", "rita");
    stage.knowsNoMore("many-0", "rita");
    stage.add("many-3", "rob-3", "rita");
    stage.knows("many-3", "rita");
  }

  private static boolean takesRitaOut(Message message) {
    return message.body() instanceof Body.RoomChange change
        && String.valueOf(change).contains("viesti.user.max-rooms")
        && String.valueOf(change).contains("rita");
  }

  @Test
  @Shows("user.max-connections")
  void a_user_has_so_many_devices_connected() {
    stage.connect("cora", "phone");
    Link tablet = stage.connect("cora", "tablet");
    Link laptop = stage.link("cora", "laptop");
    laptop.send(frame("hello"));
    refused(laptop.next("error"), "viesti.user.max-connections", "2");
    laptop.awaitEnd();
    // A newer stream of a connected device takes over, and one that left makes room.
    stage.connect("cora", "phone");
    tablet.cut();
    stage.awaitStreams(1);
    stage.connect("cora", "laptop");
  }

  @Test
  @Shows("user.max-devices")
  void a_user_has_so_many_devices() {
    for (String device : List.of("a", "b", "c")) {
      stage.connect("dora", device).cut();
      stage.awaitStreams(0);
    }
    Link fourth = stage.link("dora", "d");
    fourth.send(frame("hello"));
    refused(fourth.next("error"), "viesti.user.max-devices", "3");
    fourth.awaitEnd();
    Stage.now(stage.node.users().forgetDevice(Stage.user("dora"), "a"));
    stage.connect("dora", "d");
  }

  @Test
  @Shows("user.max-presence-watchers")
  void whoever_is_one_watcher_too_many_is_told() {
    stage.group("stars", "star", "w1", "w2", "w3");
    for (String watcher : List.of("w1", "w2")) {
      Link link = stage.connect(watcher, "phone");
      link.send(frame("watch", "users", List.of("star")));
      link.next("presence");
      // Watching again is not watching twice.
      link.send(frame("watch", "users", List.of("star")));
      link.next("presence");
    }
    Link third = stage.connect("w3", "phone");
    third.send(frame("watch", "users", List.of("star")));
    JsonNode error = third.next("error");
    refused(error, "viesti.user.max-presence-watchers", "2");
    assertThat(error.path("detail").asText()).contains("star");
  }

  @Test
  @Shows("connection.max-watched")
  void a_stream_watches_so_many_users() {
    stage.group("watched", "wim", "u1", "u2", "u3");
    Link wim = stage.connect("wim", "phone");
    wim.send(frame("watch", "users", List.of("u1", "u2", "u3")));
    refused(wim.next("error"), "viesti.connection.max-watched", "2");
    assertThat(wim.all("presence")).isEmpty();
    wim.send(frame("watch", "users", List.of("u1", "u2")));
    wim.next("presence");
    wim.next("presence");
  }

  @Test
  @Shows("user.presence-quiet")
  void a_presence_is_told_once_it_has_been_quiet() {
    stage.group("quiet", "quin", "bob");
    Link quin = stage.connect("quin", "phone");
    Link bob = stage.connect("bob", "phone");
    bob.send(frame("watch", "users", List.of("quin")));
    bob.next("presence", presence -> presence.path("status").asText().equals("online"));
    quin.send(frame("presence", "status", "busy"));
    quin.settle();
    quin.send(frame("presence", "status", "away"));
    bob.next("presence", presence -> presence.path("status").asText().equals("away"));
    assertThat(bob.all("presence"))
        .extracting(presence -> presence.path("status").asText())
        .doesNotContain("busy");
  }

  /** Whether an owner of this node is in memory no more. */
  private static boolean rests(@Nullable ActorRef<?> owner) {
    return ((InternalActorRef) Adapter.toClassic(requireNonNull(owner))).isTerminated();
  }

  @Test
  @Shows("user.passivate-after")
  void a_user_without_a_connection_rests() {
    @Nullable ActorRef<?> owner = Stage.now(stage.node.users().get(Stage.user("una"))).owner();
    Await.until(Stage.PATIENCE, () -> "una is awake", () -> rests(owner));
    Link una = stage.connect("una", "phone");
    @Nullable ActorRef<?> awake = Stage.now(stage.node.users().get(Stage.user("una"))).owner();
    @Nullable ActorRef<?> other = Stage.now(stage.node.users().get(Stage.user("otto"))).owner();
    Await.until(Stage.PATIENCE, () -> "otto is awake", () -> rests(other));
    assertThat(rests(awake)).isFalse();
    una.settle();
  }

  @Test
  @Shows("device.passivate-after")
  void a_device_without_a_stream_rests() {
    @Nullable ActorRef<?> owner =
        Stage.now(stage.node.devices().get(Stage.device("dirk", "phone"))).owner();
    Await.until(Stage.PATIENCE, () -> "the phone is awake", () -> rests(owner));
    stage.connect("dirk", "phone");
    @Nullable ActorRef<?> awake =
        Stage.now(stage.node.devices().get(Stage.device("dirk", "phone"))).owner();
    @Nullable ActorRef<?> other =
        Stage.now(stage.node.devices().get(Stage.device("dirk", "tablet"))).owner();
    Await.until(Stage.PATIENCE, () -> "the tablet is awake", () -> rests(other));
    assertThat(rests(awake)).isFalse();
  }

  @Test
  @Shows("connection.read-at-once")
  void a_log_is_read_in_stretches() {
    stage.group("stretches", "ann-s", "bob-s");
    Link ann = stage.connect("ann-s", "phone");
    for (int i = 0; i < 20; i++) {
      ann.post("stretches", "s" + i, "post " + i);
    }
    ann.cut();
    stage.awaitStreams(0);
    double before = Metrics.counter("viesti.deliver.log-reads").count();
    Link bob = stage.connect("bob-s", "phone");
    assertThat(bob.texts("stretches")).hasSize(20);
    assertThat(Metrics.counter("viesti.deliver.log-reads").count() - before)
        .isGreaterThanOrEqualTo(10);
  }

  private static long rows(String table, String id) {
    return stage.count(
        "select count(*) from \"" + table + "\" where \"persistence_id\" = ?",
        Tokens.TENANT + "/" + id);
  }

  @Test
  @Shows("user.snapshot-every")
  void a_user_that_wakes_reads_little() {
    stage.group("settings", "sue");
    for (int i = 0; i < 4; i++) {
      Stage.now(stage.node.users().setQuietHours(Stage.user("sue"), i, 60));
    }
    Await.until(
        Stage.PATIENCE, () -> "no snapshot of sue", () -> rows("snapshot", "users/sue") > 0);
  }

  @Test
  @Shows("device.snapshot-every")
  void old_cursors_are_written_as_one_and_deleted() {
    stage.group("cursors", "ann", "cas");
    Link ann = stage.connect("ann", "phone");
    Link cas = stage.connect("cas", "phone");
    String phone = "devices/cas/phone";
    for (int i = 0; i < 9; i++) {
      long seq = ann.post("cursors", "c" + i, "post " + i);
      cas.delivery("cursors", "post " + i);
      cas.acknowledge("rooms/cursors", seq);
      Await.until(
          Stage.PATIENCE,
          () -> "the cursor is not at " + seq,
          () ->
              Stage.now(stage.node.devices().get(Stage.device("cas", "phone")))
                      .cursors()
                      .getOrDefault("rooms/cursors", 0L)
                  == seq);
    }
    Await.until(
        Stage.PATIENCE,
        () -> rows("event_journal", phone) + " rows, snapshots: " + rows("snapshot", phone),
        () -> rows("snapshot", phone) > 0 && rows("event_journal", phone) < 9);
  }
}
