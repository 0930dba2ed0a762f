package org.viesti.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.scene.Link.frame;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who sees whom: subscribed, gathered, and never against an invisible user's will. */
@Timeout(60)
class PresenceTest {
  @TempDir static Path folder;
  static Stage stage;

  @BeforeAll
  static void start() {
    stage = Stage.set(folder, "user.presence-quiet", "100ms");
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  @AfterEach
  void clear() {
    stage.clear();
  }

  private static JsonNode told(Link watcher, String user, String status) {
    return watcher.next(
        "presence",
        frame ->
            frame.path("user").asText().equals(user)
                && frame.path("status").asText().equals(status));
  }

  private static List<JsonNode> heard(Link watcher, String user) {
    return watcher.all("presence").stream()
        .filter(frame -> frame.path("user").asText().equals(user))
        .toList();
  }

  @ParameterizedTest
  @EnumSource
  void a_watcher_is_told_every_status_and_its_message(Link.Form form) {
    String ann = "ann-" + form;
    String bob = "bob-" + form;
    stage.group("statuses-" + form, ann, bob);
    Link watcher = stage.connect(form, bob, "phone");
    watcher.send(frame("watch", "users", List.of(ann)));
    told(watcher, ann, "offline");
    Link watched = stage.connect(form, ann, "phone");
    told(watcher, ann, "online");
    watched.send(frame("presence", "status", "busy", "message", "in a meeting"));
    assertThat(told(watcher, ann, "busy").path("message").asText()).isEqualTo("in a meeting");
    watched.send(frame("presence", "status", "away"));
    assertThat(told(watcher, ann, "away").has("message")).isFalse();
    watched.send(frame("presence", "status", "online"));
    told(watcher, ann, "online");
    long before = System.currentTimeMillis();
    watched.cut();
    assertThat(told(watcher, ann, "offline").path("last_active").asLong())
        .isBetween(before - 1000, System.currentTimeMillis() + 1000);
    watcher.send(frame("watch", "users", List.of()));
    watcher.settle();
    stage.connect(form, ann, "phone");
    Link other = stage.connect(form, bob, "tablet");
    other.send(frame("watch", "users", List.of(ann)));
    told(other, ann, "online");
    watcher.settle();
    assertThat(heard(watcher, ann)).hasSize(6);
  }

  @Test
  void a_user_is_what_its_most_present_device_is() {
    stage.group("most", "ann", "bob");
    Link bob = stage.connect("bob", "phone");
    Link phone = stage.connect("ann", "phone");
    Link laptop = stage.connect("ann", "laptop");
    laptop.send(frame("presence", "status", "away"));
    bob.send(frame("watch", "users", List.of("ann")));
    told(bob, "ann", "online");
    phone.cut();
    told(bob, "ann", "away");
    laptop.cut();
    told(bob, "ann", "offline");
  }

  @Test
  void a_stranger_is_told_nothing() {
    stage.group("strange", "ann");
    Link eve = stage.connect("eve", "phone");
    eve.send(frame("watch", "users", List.of("ann")));
    eve.settle();
    stage.connect("ann", "phone").send(frame("presence", "status", "busy"));
    Link laptop = stage.connect("ann", "laptop");
    laptop.send(frame("watch", "users", List.of("ann")));
    told(laptop, "ann", "busy");
    eve.settle();
    assertThat(eve.all("presence")).isEmpty();

    // Once they share a room, watching again is enough.
    stage.add("strange", "ann", "eve");
    stage.knows("strange", "eve");
    eve.next("delivery", d -> d.path("topic").asText().equals("rooms/strange"));
    eve.send(frame("watch", "users", List.of("ann")));
    told(eve, "ann", "busy");
  }

  @Test
  void a_link_that_flaps_is_not_told() {
    stage.group("flaps", "flo", "bob");
    Link bob = stage.connect("bob", "phone");
    bob.send(frame("watch", "users", List.of("flo")));
    told(bob, "flo", "offline");
    Link ann = stage.connect("flo", "phone");
    told(bob, "flo", "online");
    for (int i = 0; i < 10; i++) {
      Link next = stage.link("flo", "phone");
      next.hello();
      ann.cut();
      ann = next;
    }
    ann.settle();
    ann.send(frame("presence", "status", "busy"));
    told(bob, "flo", "busy");
    assertThat(heard(bob, "flo")).hasSize(3);
  }

  @Test
  void an_invisible_user_cannot_be_told_from_one_who_left() {
    stage.group("hidden", "ivy", "bob", "cid");
    Link bob = stage.connect("bob", "phone");
    bob.send(frame("watch", "users", List.of("ivy")));
    told(bob, "ivy", "offline");
    Link ann = stage.connect("ivy", "phone");
    told(bob, "ivy", "online");
    long hides = System.currentTimeMillis();
    ann.send(frame("presence", "status", "invisible"));
    JsonNode left = told(bob, "ivy", "offline");
    // As for one who left: last active when it was last seen.
    assertThat(left.path("last_active").asLong()).isBetween(hides - 1000, hides + 5000);
    assertThat(left.has("message")).isFalse();

    // Nothing an invisible user does is told, neither at once nor by a frame that says the same
    // again.
    ann.settle();
    ann.send(frame("presence", "status", "invisible", "message", "secret"));
    Link laptop = stage.connect("ivy", "laptop");
    laptop.settle();
    Link again = stage.connect("ivy", "phone");
    ann.awaitEnd();
    laptop.cut();
    again.cut();
    stage.awaitStreams(1);
    Link back = stage.connect("ivy", "phone");
    back.settle();
    Link late = stage.connect("cid", "phone");
    late.send(frame("watch", "users", List.of("ivy")));
    assertThat(told(late, "ivy", "offline")).isEqualTo(left);
    back.send(frame("presence", "status", "online"));
    told(bob, "ivy", "online");
    assertThat(heard(bob, "ivy")).hasSize(4);
  }

  @Test
  void one_who_comes_to_be_invisible_is_never_seen() {
    stage.group("sneaks", "zoe", "bob", "cid");
    Link bob = stage.connect("bob", "phone");
    bob.send(frame("watch", "users", List.of("zoe")));
    told(bob, "zoe", "offline");
    Link ann = stage.connect("zoe", "phone");
    told(bob, "zoe", "online");
    ann.cut();
    JsonNode left = told(bob, "zoe", "offline");
    Link back = stage.link("zoe", "phone");
    back.send(frame("hello"));
    back.send(frame("presence", "status", "invisible"));
    back.next("welcome");
    Link cid = stage.connect("cid", "phone");
    cid.send(frame("watch", "users", List.of("zoe")));
    assertThat(told(cid, "zoe", "offline")).isEqualTo(left);
    back.send(frame("presence", "status", "busy"));
    told(bob, "zoe", "busy");
    assertThat(heard(bob, "zoe")).hasSize(4);
  }
}
