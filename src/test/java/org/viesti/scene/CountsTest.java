package org.viesti.scene;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.protocol.Body;
import org.viesti.protocol.Message;
import org.viesti.testkit.Await;
import org.viesti.testkit.Calls;
import org.viesti.testkit.Tokens;

/**
 * What is unread and what mentions one is what anyone would count in the history, whatever was
 * posted, edited, redacted and read, and whoever came and went.
 */
@Timeout(120)
class CountsTest {
  private static final long SEED = Long.getLong("test.counts.seed", System.nanoTime());
  private static final int ROUNDS = 8;
  private static final int CHANGES_A_ROUND = 60;
  private static final String OWNER = "owner";
  private static final List<String> USERS = List.of("ann", "bob", "cid");
  private static final List<String> ROOMS = List.of("count-one", "count-two");

  /** What a user has unread in a room, and what of it mentions the user. */
  private record Counts(long unread, long mentions) {}

  private static final Counts NOTHING = new Counts(0, 0);

  @TempDir static Path folder;
  static Stage stage;

  private final Random random = new Random(SEED);
  private final Map<String, Calls> calls = new HashMap<>();

  /** Up to where a user has read a room or could not have read it, by both. */
  private final Map<String, Long> read = new HashMap<>();

  /** Posts that stand, and whose they are. */
  private final Map<String, String> posts = new TreeMap<>();

  @BeforeAll
  static void start() {
    // Whoever comes with a new device and lags at all is told its counts.
    stage = Stage.set(folder, "connection.max-backlog", 0, "limits.user-rate", 0);
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  @Test
  void counts_are_what_a_reader_of_the_history_counts() {
    System.out.println("test.counts.seed=" + SEED);
    calls.put(OWNER, new Calls(stage.node.calls(), Tokens.of(OWNER, "desk")));
    for (String user : USERS) {
      calls.put(user, new Calls(stage.node.calls(), Tokens.of(user, "desk")));
    }
    for (String room : ROOMS) {
      stage.group(room, OWNER, USERS.toArray(String[]::new));
    }
    for (int round = 1; round <= ROUNDS; round++) {
      for (int i = 0; i < CHANGES_A_ROUND; i++) {
        change();
      }
      for (String user : USERS) {
        check(user, round);
      }
    }
  }

  private void change() {
    String room = any(ROOMS);
    String user = any(USERS);
    boolean in = isIn(room, user);
    switch (random.nextInt(20)) {
      case 0, 1 -> {
        if (in) {
          read(room, user);
        }
      }
      case 2 -> comeOrGo(room, user, in);
      case 3, 4, 5 -> redact();
      case 6, 7, 8 -> edit();
      default -> {
        if (in) {
          post(room, user);
        }
      }
    }
  }

  private <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private static boolean isIn(String room, String user) {
    return stage.membership(room, user).isIn();
  }

  private void post(String room, String user) {
    Map<String, Object> post = new HashMap<>(Map.of("payload", text()));
    List<String> mentions = mentions();
    if (!mentions.isEmpty()) {
      post.put("mentions", mentions);
    }
    JsonNode made =
        calls.get(user).call("POST", "/rooms/" + room + "/messages", post).expect(201).body();
    posts.put(made.required("event_id").asText(), user);
  }

  private Map<String, Object> text() {
    return Map.of("type", "text", "body", "text " + random.nextInt());
  }

  /** Mostly nobody, sometimes oneself, one twice, or everyone. */
  private List<String> mentions() {
    List<String> mentions = new ArrayList<>();
    while (random.nextInt(3) == 0) {
      mentions.add(random.nextInt(4) == 0 ? "*" : any(USERS));
    }
    return mentions;
  }

  private void edit() {
    somePost(
        (id, author) ->
            calls
                .get(author)
                .call("PATCH", "/messages/" + id, Map.of("payload", text(), "mentions", mentions()))
                .expect(200));
  }

  private void redact() {
    somePost(
        (id, author) -> {
          calls.get(author).call("DELETE", "/messages/" + id, null).expect(200);
          posts.remove(id);
        });
  }

  private void somePost(java.util.function.BiConsumer<String, String> what) {
    List<String> own =
        posts.keySet().stream()
            .filter(id -> isIn(id.substring(0, id.indexOf('.')), posts.get(id)))
            .toList();
    if (!own.isEmpty()) {
      String id = any(own);
      what.accept(id, posts.get(id));
    }
  }

  private void read(String room, String user) {
    long head = stage.summary(room, user).head();
    long to = readBy(user, room) + random.nextLong(head - readBy(user, room) + 1);
    calls.get(user).call("PUT", "/rooms/" + room + "/read", Map.of("seq", to)).expect(200);
    read.put(user + " " + room, to);
  }

  private long readBy(String user, String room) {
    return read.getOrDefault(user + " " + room, 0L);
  }

  private void comeOrGo(String room, String user, boolean in) {
    if (in) {
      stage.remove(room, OWNER, user);
      stage.knowsNoMore(room, user);
    } else {
      stage.add(room, OWNER, user);
      stage.knows(room, user);
      // Nothing from before it came back is unread.
      long entered = stage.membership(room, user).stays().getLast().from();
      read.put(user + " " + room, entered - 1);
    }
  }

  private void check(String user, int round) {
    Map<String, Counts> wanted = new TreeMap<>();
    for (String room : ROOMS) {
      if (isIn(room, user)) {
        wanted.put(room, recount(room, user));
      }
    }
    // What was redacted is taken out of the counts as it is out of the journal: a moment later.
    Await.until(
        Stage.PATIENCE,
        () -> "%s has %s, not %s; seed %d".formatted(user, told(user), wanted, SEED),
        () -> told(user).equals(wanted));

    Link device = stage.link(user, "round-" + round);
    device.hello();
    device.next("caught_up");
    Map<String, Counts> reset = new TreeMap<>();
    for (JsonNode frame : device.all("reset")) {
      reset.put(
          frame.path("topic").asText().replaceFirst("^rooms/", ""),
          new Counts(frame.path("unread").asLong(), frame.path("mentions").asLong()));
    }
    device.cut();
    // Where nothing is unread, as in a room one has left, a reset may come or not.
    reset.values().removeIf(NOTHING::equals);
    wanted.values().removeIf(NOTHING::equals);
    assertThat(reset).as("resets of %s, seed %d", user, SEED).isEqualTo(wanted);
  }

  /** A post counts as it was first said: an edit mentions nobody anew, and takes nothing back. */
  private Counts recount(String room, String user) {
    long unread = 0;
    long mentions = 0;
    for (Message message : stage.log(room)) {
      if (message.body() instanceof Body.Post post
          && message.seq() > readBy(user, room)
          && !message.sender().equals(user)) {
        unread++;
        List<String> mentioned = post.mentions() == null ? List.of() : post.mentions();
        mentions += mentioned.contains(user) || mentioned.contains("*") ? 1 : 0;
      }
    }
    return new Counts(unread, mentions);
  }

  private Map<String, Counts> told(String user) {
    Map<String, Counts> told = new TreeMap<>();
    for (JsonNode room : calls.get(user).get("/api/v1/rooms").expect(200).body().path("rooms")) {
      told.put(
          room.path("room").asText(),
          new Counts(room.path("unread").asLong(), room.path("mentions").asLong()));
    }
    return told;
  }
}
