package org.viesti;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.protocol.RoomId;
import org.viesti.protocol.UserId;
import org.viesti.room.Rooms;
import org.viesti.security.Principal;
import org.viesti.testkit.Ack;
import org.viesti.testkit.Await;
import org.viesti.testkit.ChatClient;
import org.viesti.testkit.Delivery;
import org.viesti.testkit.Tokens;

/**
 * A sender posts to a room; every device of every member gets it, in order, once, whenever it comes
 * back.
 */
class DeliveryTest {
  @TempDir static Path folder;
  static TestNode node;

  @BeforeAll
  static void start() {
    node = TestNode.start(folder);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  static Principal principal(String user) {
    return new Principal(
        new UserId(Tokens.TENANT, user), "test", Set.of(), Instant.now().plusSeconds(600));
  }

  static void room(String id, String owner, String... members) throws Exception {
    node.node
        .rooms()
        .create(
            principal(owner),
            new Rooms.NewRoom(
                new RoomId(Tokens.TENANT, id),
                "group",
                id,
                null,
                null,
                null,
                List.of(members).stream().map(m -> new Rooms.NewMember(m, null)).toList()))
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
  }

  private static List<String> texts(ChatClient client, String room) {
    return client.inbox().received("rooms/" + room).stream()
        .filter(Delivery::isPost)
        .map(delivery -> delivery.body().at("/payload/body").asText())
        .toList();
  }

  @Test
  void a_post_reaches_every_device_of_every_member_and_one_that_was_away() throws Exception {
    room("general", "alice", "bob");
    try (ChatClient alice = new ChatClient("alice", "phone", ChatClient.Resume.POSITIONS);
        ChatClient tablet = new ChatClient("alice", "tablet", ChatClient.Resume.POSITIONS);
        ChatClient bob = new ChatClient("bob", "phone", ChatClient.Resume.POSITIONS)) {
      alice.connect(node.live()).get(10, TimeUnit.SECONDS);
      tablet.connect(node.live()).get(10, TimeUnit.SECONDS);
      Ack ack = alice.send("general", "hello").get(10, TimeUnit.SECONDS);
      assertThat(ack.eventId()).isEqualTo("general." + ack.seq());
      for (int i = 0; i < 1000; i++) {
        alice.send("general", "more " + i);
      }
      Await.until(
          Duration.ofSeconds(20),
          () -> "tablet got " + texts(tablet, "general").size(),
          () -> texts(tablet, "general").size() == 1001);
      bob.connect(node.live()).get(10, TimeUnit.SECONDS);
      Await.until(
          Duration.ofSeconds(20),
          () -> "bob got " + texts(bob, "general").size(),
          () -> texts(bob, "general").size() == 1001);
      assertThat(texts(bob, "general")).isEqualTo(texts(tablet, "general"));
      assertThat(bob.violations()).isEmpty();
      assertThat(tablet.violations()).isEmpty();
      assertThat(bob.duplicates()).isZero();
    }
  }
}
