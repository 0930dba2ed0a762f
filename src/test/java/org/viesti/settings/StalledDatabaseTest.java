package org.viesti.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.scene.Link.frame;
import static org.viesti.scene.Link.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
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

/** How long an owner whose database does not answer is waited for, and what is said then. */
@Timeout(90)
class StalledDatabaseTest {
  @TempDir static Path folder;
  static Stage stage;

  @BeforeAll
  static void start() {
    stage =
        Stage.set(
            folder,
            "room.ask-timeout",
            "700ms",
            "user.ask-timeout",
            "900ms",
            "device.ask-timeout",
            "800ms",
            "http.request-timeout",
            "2s",
            "connection.max-unanswered",
            3);
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  @AfterEach
  void clear() {
    stage.clear();
  }

  /** While it is open, nobody else's statement is carried out. */
  private static final class Stall implements AutoCloseable {
    private final Connection connection;

    Stall() throws SQLException {
      connection = stage.database();
      connection.createStatement().execute("set exclusive 1");
    }

    @Override
    public void close() throws SQLException {
      connection.createStatement().execute("set exclusive 0");
      connection.close();
    }
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private static void unavailable(JsonNode error, long start, Duration least) {
    assertThat(error.path("code").asText()).as(error.toString()).isEqualTo("UNAVAILABLE");
    assertThat(error.path("retry_after").asLong()).isPositive();
    // The defaults are ten seconds and more.
    assertThat(since(start)).isBetween(least, Duration.ofSeconds(8));
  }

  @Test
  @Shows("room.ask-timeout")
  void a_room_that_does_not_answer_is_unavailable() throws Exception {
    stage.group("room", "ann");
    Link ann = stage.connect("ann", "phone");
    ann.post("room", "1", "awake");
    try (Stall stall = new Stall()) {
      long start = System.nanoTime();
      ann.send(frame("send", "id", "2", "room", "room", "payload", text("late")));
      unavailable(ann.error("2"), start, Duration.ofMillis(650));
      assertThat(stall.connection.isClosed()).isFalse();
    }
    // It was only late: the same request again is answered as done.
    ann.send(frame("send", "id", "2", "room", "room", "payload", text("late")));
    ann.ack("2");
    ann.delivery("room", "late");
    assertThat(stage.log("room").stream().filter(m -> m.toString().contains("late"))).hasSize(1);
  }

  @Test
  @Shows("user.ask-timeout")
  void a_user_that_does_not_answer_is_unavailable() throws Exception {
    Calls una = new Calls(stage.node.calls(), Tokens.of("una", "phone"));
    una.call("GET", "/me", null).expect(200);
    try (Stall stall = new Stall()) {
      long start = System.nanoTime();
      Calls.Answer answer =
          una.call("PUT", "/preferences/quiet-hours", Map.of("from", "22:30", "to", "06:00"));
      unavailable(answer.expect(503).body(), start, Duration.ofMillis(850));
      assertThat(stall.connection.isClosed()).isFalse();
    }
  }

  @Test
  @Shows("device.ask-timeout")
  void a_device_that_does_not_answer_is_unavailable() throws Exception {
    try (Stall stall = new Stall()) {
      long start = System.nanoTime();
      Calls.Answer answer =
          new Calls(stage.node.calls(), Tokens.of("dan", "new")).call("GET", "/me", null);
      unavailable(answer.expect(503).body(), start, Duration.ofMillis(750));
      assertThat(since(start)).isLessThan(Duration.ofMillis(1900));
      assertThat(stall.connection.isClosed()).isFalse();
    }
  }

  @Test
  @Shows("http.request-timeout")
  void a_call_is_answered_in_time_whatever_it_waits_for() throws Exception {
    Calls eve = new Calls(stage.node.calls(), Tokens.of("eve", "phone"));
    stage.group("history", "eve");
    eve.call("GET", "/me", null).expect(200);
    Await.until(
        Stage.PATIENCE,
        () -> "the room still has something to write",
        () ->
            stage.count(
                    "select count(*) from \"event_journal\" where \"persistence_id\" = ? and \"event_ser_manifest\" = 'room.told'",
                    Tokens.TENANT + "/rooms/history")
                == 1);
    try (Stall stall = new Stall()) {
      long start = System.nanoTime();
      // A page of history is read from the database itself.
      Calls.Answer answer = eve.call("GET", "/rooms/history/messages", null);
      unavailable(answer.expect(503).body(), start, Duration.ofMillis(1900));
      assertThat(stall.connection.isClosed()).isFalse();
    }
  }

  @Test
  @Shows("connection.max-unanswered")
  void past_so_many_unanswered_requests_the_socket_is_not_read() throws Exception {
    stage.group("unanswered", "fay");
    Link fay = stage.connect("fay", "phone");
    assertThat(fay.all("welcome").getFirst().at("/limits/unanswered").asInt()).isEqualTo(3);
    fay.post("unanswered", "0", "awake");
    AtomicInteger pings = new AtomicInteger();
    try (Stall stall = new Stall()) {
      fay.send(frame("send", "id", "1", "room", "unanswered", "payload", text("one")));
      fay.send(frame("send", "id", "2", "room", "unanswered", "payload", text("two")));
      fay.settle();
      fay.send(frame("send", "id", "3", "room", "unanswered", "payload", text("three")));
      Await.until(
          Stage.PATIENCE,
          () -> "no answer in spite of " + pings + " pings",
          () -> {
            fay.send(frame("ping", "nonce", "p" + pings.incrementAndGet()));
            return !fay.all("error").isEmpty();
          });
      assertThat(stall.connection.isClosed()).isFalse();
    }
    fay.next("pong", pong -> pong.path("nonce").asText().equals("p" + pings));
    // Those that were read with the third post were answered at once, the others once it was.
    List<String> types = fay.frames().stream().map(f -> f.path("type").asText()).toList();
    long before = types.subList(0, types.indexOf("error")).stream().filter("pong"::equals).count();
    assertThat(pings.get()).isGreaterThan(10);
    assertThat(before).isLessThan(5);
  }
}
