package org.viesti;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.testkit.Shows;
import org.viesti.user.push.PushReceiver;

/** Whatever a user is owed is done also if its node goes and nobody speaks to the user again. */
class PushRestartTest {
  @TempDir Path folder;

  private TestNode start(PushReceiver receiver, String delay) {
    return TestNode.start(
        folder,
        "push.providers.webhook.url",
        receiver.url(),
        "push.providers.webhook.secret",
        PushReceiver.SECRET,
        "push.delay",
        delay,
        "push.retry.first",
        "10ms",
        "push.retry.max",
        "10ms",
        "push.retry.attempts",
        1000,
        "wake-up.every",
        "200ms",
        // Each sweep wakes one: the other's turn comes.
        "wake-up.at-once",
        1,
        "wake-up.grace",
        "300ms");
  }

  @Shows({"wake-up.every", "wake-up.at-once", "wake-up.grace"})
  @Test
  void pending_pushes_survive_a_restart_of_the_node() throws Exception {
    try (PushReceiver receiver = new PushReceiver()) {
      try (TestNode first = start(receiver, "4s")) {
        PushScene scene = new PushScene(first, receiver);
        scene.room("general", "alice", "bob", "carol");
        scene.post("general", "alice", "hello");
        for (String user : new String[] {"bob", "carol"}) {
          PushScene.await(
              Duration.ofSeconds(10),
              () -> !scene.log("users/" + user, "user.push-queued").isEmpty(),
              () -> "nothing is queued for " + user);
        }
        assertThat(receiver.requests()).isEmpty();
      }
      assertThat(receiver.requests()).isEmpty();
      try (TestNode second = start(receiver, "4s")) {
        PushScene scene = new PushScene(second, receiver);
        assertThat(scene.pushes("bob", 1).getFirst().path("text").asText()).isEqualTo("hello");
        scene.pushes("carol", 1);
        // When all is done nobody is to be woken any more.
        PushScene.await(
            Duration.ofSeconds(20),
            () -> scene.column("select topic from wake_up").isEmpty(),
            () -> scene.column("select topic || ' ' || due_at from wake_up").toString());
        assertThat(receiver.requests()).hasSize(2);
      }
    }
  }
}
