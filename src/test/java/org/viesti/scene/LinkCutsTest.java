package org.viesti.scene;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.protocol.Body;
import org.viesti.protocol.Message;
import org.viesti.testkit.Ack;
import org.viesti.testkit.Await;
import org.viesti.testkit.ChatClient;
import org.viesti.testkit.ChatClient.Resume;
import org.viesti.testkit.Delivery;

/**
 * However often the links are cut, and wherever: what was acknowledged is posted once, and comes to
 * every device in order, once or (where only the node remembers) again from the last
 * acknowledgement.
 *
 * <p>{@code -Dtest.cuts.seconds=600} runs longer, {@code -Dtest.cuts.seed=1} as another run.
 */
class LinkCutsTest {
  private static final Duration LASTS = Duration.ofSeconds(Long.getLong("test.cuts.seconds", 12));
  private static final long SEED = Long.getLong("test.cuts.seed", System.nanoTime());
  private static final List<String> USERS = List.of("ann", "bob", "cid");
  private static final List<String> ROOMS = List.of("cut-one", "cut-two", "cut-three");

  /** Unanswered at once, of one device. */
  private static final int AT_ONCE = 20;

  private static final int BYTES_OF_A_LINK = 20_000;
  private static final int WINDOW = 256;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path folder;
  static Stage stage;

  private final Random random = new Random(SEED);
  private final List<Shears> shears = new ArrayList<>();
  private final List<ChatClient> devices = new ArrayList<>();

  @BeforeAll
  static void start() {
    // The JDK's WebSocket may miss that its link was cut: then it is the silence that tells.
    stage = Stage.set(folder, "connection.heartbeat", "5s");
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  @Test
  void nothing_is_lost_or_doubled_or_out_of_order() {
    System.out.println("test.cuts.seed=" + SEED);
    for (String room : ROOMS) {
      stage.group(room, "ann", "bob", "cid");
    }
    try {
      for (String user : USERS) {
        come(new ChatClient(user, "phone", Resume.POSITIONS));
        come(new ChatClient(user, "tablet", Resume.TOKEN));
      }
      postUntil(System.nanoTime() + LASTS.toNanos());
      shears.forEach(Shears::rest);
      await("answers", device -> device.unanswered().isEmpty());
      for (String room : ROOMS) {
        List<Message> log = stage.log(room);
        await(
            "all of " + room,
            device -> device.inbox().position("rooms/" + room) == log.getLast().seq());
        postedOnce(room, log);
        receivedInOrder(room, log);
      }
      assertThat(shears.stream().mapToInt(Shears::givenUp).sum())
          .as("links on which the node fell silent, seed %d", SEED)
          .isZero();
      for (ChatClient device : devices) {
        assertThat(device.violations()).as("%s, seed %d", device, SEED).isEmpty();
        repeatsOnlyWhatMayBe(device);
      }
      System.out.println(what());
    } finally {
      devices.forEach(ChatClient::close);
      shears.forEach(Shears::close);
    }
  }

  private void come(ChatClient device) {
    Shears between = new Shears(stage.node.live(), BYTES_OF_A_LINK, random.nextLong());
    shears.add(between);
    devices.add(device);
    device.ackEvery(1 + random.nextInt(40)).roam(List.of(between.address()), 0);
  }

  private void postUntil(long end) {
    int count = 0;
    while (System.nanoTime() < end) {
      ChatClient device = devices.get(random.nextInt(devices.size()));
      String room = ROOMS.get(random.nextInt(ROOMS.size()));
      String text = "post " + ++count + " " + "x".repeat(random.nextInt(400));
      Await.until(
          PATIENCE,
          () -> "seed " + SEED + ": " + device.standing(),
          () -> device.unanswered().size() < AT_ONCE);
      device.send(room, text);
    }
  }

  private void await(String what, Predicate<ChatClient> condition) {
    Await.until(
        PATIENCE,
        () ->
            "no %s, seed %d: %s"
                .formatted(what, SEED, devices.stream().map(ChatClient::standing).toList()),
        () -> devices.stream().allMatch(condition));
  }

  /** Each acknowledged send is in the log, where the answer said, and nowhere else. */
  private void postedOnce(String room, List<Message> log) {
    Map<String, Long> acknowledged = new HashMap<>();
    for (ChatClient device : devices) {
      for (Ack ack : device.acks().values()) {
        if (ack.room().equals(room)) {
          acknowledged.put(device.user() + " " + ack.id(), ack.seq());
        }
      }
    }
    Map<String, Long> posted = new HashMap<>();
    for (Message message : log) {
      if (message.body() instanceof Body.Post post) {
        Long twice = posted.put(message.sender() + " " + post.clientId(), message.seq());
        assertThat(twice).as("%s in %s, seed %d", post.clientId(), room, SEED).isNull();
      }
    }
    assertThat(posted).as("%s, seed %d", room, SEED).isNotEmpty().isEqualTo(acknowledged);
  }

  private void receivedInOrder(String room, List<Message> log) {
    List<Long> seqs = log.stream().map(Message::seq).toList();
    for (ChatClient device : devices) {
      assertThat(device.inbox().received("rooms/" + room))
          .as("%s in %s, seed %d", device, room, SEED)
          .extracting(Delivery::seq)
          .isEqualTo(seqs);
    }
  }

  private static void repeatsOnlyWhatMayBe(ChatClient device) {
    int most = device.toString().endsWith("/phone") ? 0 : WINDOW;
    assertThat(device.inbox().mostRepeats())
        .as("repeats to %s on one stream, seed %d", device, SEED)
        .isLessThanOrEqualTo(most);
  }

  private String what() {
    return "%d cuts, %d posts, %d retries known, %d repeats"
        .formatted(
            shears.stream().mapToInt(Shears::cuts).sum(),
            devices.stream().mapToInt(device -> device.acks().size()).sum(),
            devices.stream().mapToLong(ChatClient::duplicates).sum(),
            devices.stream().mapToLong(device -> device.inbox().repeats()).sum());
  }
}
