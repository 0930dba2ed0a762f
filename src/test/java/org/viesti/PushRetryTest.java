package org.viesti;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.testkit.Shows;
import org.viesti.user.push.PushReceiver;

/** When a push that its provider did not take is tried again. */
@Timeout(90)
class PushRetryTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path folder;
  PushReceiver receiver;

  @BeforeEach
  void listen() throws Exception {
    receiver = new PushReceiver();
  }

  @AfterEach
  void stop() {
    receiver.close();
  }

  private TestNode node(String first, String max) {
    return TestNode.start(
        folder,
        "push.providers.webhook.url",
        receiver.url(),
        "push.providers.webhook.secret",
        PushReceiver.SECRET,
        "push.delay",
        "50ms",
        "push.retry.first",
        first,
        "push.retry.max",
        max,
        "push.retry.attempts",
        20,
        "connection.cursor-interval",
        "10ms");
  }

  @Test
  @Shows("push.retry.first")
  void the_first_wait_is_of_up_to_so_long() throws Exception {
    try (TestNode node = node("1h", "1h")) {
      PushScene scene = new PushScene(node, receiver);
      List<String> users = IntStream.range(0, 12).mapToObj(i -> "waits" + i).toList();
      users.forEach(user -> receiver.answer(user, 503));
      scene.room("waits", "wanda", users.toArray(String[]::new));
      scene.post("waits", "wanda", "hello");
      List<Duration> waits = new ArrayList<>();
      for (String user : users) {
        List<JsonNode> putOff = new ArrayList<>();
        PushScene.await(
            SOON,
            () -> putOff.addAll(scene.log("users/" + user, "user.push-put-off")),
            () -> user + " has been put off " + putOff);
        long dueAt = putOff.getFirst().path("dueAt").asLong();
        waits.add(Duration.between(Instant.now(), Instant.ofEpochMilli(dueAt)));
      }
      assertThat(waits).allSatisfy(w -> assertThat(w).isLessThanOrEqualTo(Duration.ofHours(1)));
      // With the default of a second none were; that all twelve are so short happens once in 10^12.
      assertThat(waits).anySatisfy(w -> assertThat(w).isGreaterThan(Duration.ofMinutes(6)));
    }
  }

  @Test
  @Shows("push.retry.max")
  void no_wait_is_longer_however_often_it_was_tried() throws Exception {
    try (TestNode node = node("10ms", "20ms")) {
      PushScene scene = new PushScene(node, receiver);
      receiver.answer("max", 503);
      scene.room("max-room", "mia", "max");
      scene.post("max-room", "mia", "hello");
      // Were it doubled each time, the last waits would be of up to three quarters of an hour.
      assertThat(scene.letter("max").attempts()).isEqualTo(20);
      assertThat(receiver.of("max")).hasSize(20);
    }
  }
}
