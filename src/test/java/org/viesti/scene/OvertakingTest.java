package org.viesti.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.scene.Link.frame;
import static org.viesti.scene.Link.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.testkit.Await;

/** Calls and mentions overtake other rooms' messages, and nothing of their own room's. */
@Timeout(60)
class OvertakingTest {
  private static final int WINDOW = 20;
  private static final int RESERVE = 5;

  @TempDir static Path folder;
  static Stage stage;

  @BeforeAll
  static void start() {
    stage =
        Stage.set(
            folder, "connection.window-messages", WINDOW, "connection.window-reserve", RESERVE);
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  @AfterEach
  void clear() {
    stage.clear();
  }

  /** A link that acknowledges nothing, with its window full of a busy room, and more waiting. */
  private static Link full(String user, Link sender, String busy) {
    Link link = stage.connect(user, "phone");
    for (int i = 0; i < 3 * WINDOW; i++) {
      sender.post(busy, "busy-" + i, "busy " + i);
    }
    link.delivery(busy, "busy " + (WINDOW - 1));
    link.settle();
    assertThat(link.texts(busy)).hasSize(WINDOW);
    return link;
  }

  @Test
  void a_mention_overtakes_other_rooms_and_brings_its_own_rooms_earlier_posts() {
    stage.group("busy-m", "ann", "bob");
    stage.group("quiet-m", "ann", "bob");
    Link ann = stage.connect("ann", "phone");
    Link bob = full("bob", ann, "busy-m");
    ann.post("quiet-m", "1", "earlier");
    bob.settle();
    assertThat(bob.texts("quiet-m")).as("nothing urgent in it").isEmpty();
    mention(ann, "quiet-m", "2", "bob, look");
    bob.delivery("quiet-m", "bob, look");
    assertThat(bob.texts("quiet-m")).containsExactly("earlier", "bob, look");
    assertThat(bob.texts("busy-m")).hasSize(WINDOW);
    everythingComes(bob, Map.of("busy-m", 3 * WINDOW, "quiet-m", 2));
  }

  @Test
  void a_call_overtakes_other_rooms() {
    stage.group("busy-c", "ann", "cid");
    stage.group("quiet-c", "ann", "cid");
    Link ann = stage.connect("ann", "phone");
    Link cid = full("cid", ann, "busy-c");
    ann.send(
        frame(
            "send",
            "id",
            "ring",
            "room",
            "quiet-c",
            "payload",
            Map.of("type", "call", "call_id", "c1", "action", "offer")));
    long seq = ann.ack("ring").path("seq").asLong();
    cid.next("delivery", delivery -> isAt(delivery, "quiet-c", seq));
    assertThat(cid.texts("busy-c")).hasSize(WINDOW);
    everythingComes(cid, Map.of("busy-c", 3 * WINDOW));
  }

  @Test
  void a_mention_in_the_busy_room_itself_overtakes_nothing() {
    stage.group("busy-own", "ann", "dan");
    Link ann = stage.connect("ann", "phone");
    Link dan = full("dan", ann, "busy-own");
    mention(ann, "busy-own", "m", "dan, look");
    // The room is urgent now, and goes on by the reserve: in its order.
    dan.delivery("busy-own", "busy " + (WINDOW + RESERVE - 1));
    dan.settle();
    assertThat(dan.texts("busy-own"))
        .isEqualTo(IntStream.range(0, WINDOW + RESERVE).mapToObj(i -> "busy " + i).toList());
    everythingComes(dan, Map.of("busy-own", 3 * WINDOW + 1));
    assertThat(dan.texts("busy-own")).endsWith("dan, look");
  }

  @Test
  void what_is_urgent_is_bounded_as_well() {
    stage.group("busy-b", "ann", "eve");
    stage.group("loud", "ann", "eve");
    Link ann = stage.connect("ann", "phone");
    Link eve = full("eve", ann, "busy-b");
    for (int i = 0; i < 3 * RESERVE; i++) {
      mention(ann, "loud", "l" + i, "eve! " + i);
    }
    eve.delivery("loud", "eve! " + (RESERVE - 1));
    eve.settle();
    assertThat(eve.texts("loud")).hasSize(RESERVE);
    assertThat(eve.texts("busy-b")).hasSize(WINDOW);
    everythingComes(eve, Map.of("busy-b", 3 * WINDOW, "loud", 3 * RESERVE));
  }

  private static void mention(Link by, String room, String id, String text) {
    by.send(
        frame(
            "send",
            "id",
            id,
            "room",
            room,
            "payload",
            text(text),
            "mentions",
            List.of(text.substring(0, 3)))); // a user's name
    by.ack(id);
  }

  private static boolean isAt(JsonNode delivery, String room, long seq) {
    return delivery.path("topic").asText().equals("rooms/" + room)
        && delivery.path("seq").asLong() == seq;
  }

  /** Once it acknowledges, the rest comes; and each room's deliveries are a chain. */
  private static void everythingComes(Link link, Map<String, Integer> posts) {
    Stage.acking(link);
    List<JsonNode> before = link.all("delivery");
    posts.forEach(
        (room, count) -> {
          before.stream()
              .filter(d -> d.path("topic").asText().equals("rooms/" + room))
              .reduce((first, second) -> second)
              .ifPresent(last -> link.acknowledge("rooms/" + room, last.path("seq").asLong()));
        });
    posts.forEach(
        (room, count) ->
            Await.until(
                Stage.PATIENCE,
                () -> room + ": " + link.texts(room).size() + " of " + count,
                () -> link.texts(room).size() == count));
    for (String room : posts.keySet()) {
      List<Long> broken = new ArrayList<>();
      long last = -1;
      for (JsonNode delivery : link.all("delivery")) {
        if (delivery.path("topic").asText().equals("rooms/" + room)) {
          if (last >= 0 && delivery.path("prev").asLong() != last) {
            broken.add(delivery.path("seq").asLong());
          }
          last = delivery.path("seq").asLong();
        }
      }
      assertThat(broken).as("out of order in " + room).isEmpty();
    }
  }
}
