package org.viesti.settings;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
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
import org.viesti.testkit.WireFrame;

/** A node that has few connections to its database, compresses nothing, and is soon impatient. */
@Timeout(60)
class SmallNodeTest {
  private static final int READS = 3;
  private static final int JOURNAL = 2;

  @TempDir static Path folder;
  static Stage stage;

  /** Of nodes that other tests may have running. */
  static Set<Thread> others;

  @BeforeAll
  static void start() {
    others = journalThreads();
    stage =
        Stage.set(
            folder,
            "database.read-connections",
            READS,
            "database.journal-connections",
            JOURNAL,
            "live.deflate",
            false,
            "connection.heartbeat",
            "500ms");
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  @AfterEach
  void clear() {
    stage.clear();
  }

  /** Slick has a thread for each connection of the journal's pool. */
  private static Set<Thread> journalThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().matches("db-[0-9]+"))
        .collect(Collectors.toSet());
  }

  /** What the database has of sessions, but for the one that asks. */
  private static long sessions(Connection asking) throws SQLException {
    String sql =
        stage.node.database.url().startsWith("jdbc:h2:")
            ? "select count(*) from information_schema.sessions where session_id <> session_id()"
            : "select count(*) from pg_stat_activity"
                + " where datname = current_database() and pid <> pg_backend_pid()";
    try (ResultSet count = asking.createStatement().executeQuery(sql)) {
      count.next();
      return count.getLong(1);
    }
  }

  @Test
  @Shows({"database.read-connections", "database.journal-connections"})
  void reads_and_the_journal_have_so_many_connections_however_busy_they_are() throws Exception {
    List<CompletableFuture<?>> busy = new ArrayList<>();
    List<Long> seen = new ArrayList<>();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
        Connection asking = stage.database()) {
      for (int i = 0; i < 12; i++) {
        String room = "busy" + i;
        busy.add(CompletableFuture.runAsync(() -> readAndPost(room), callers));
      }
      CompletableFuture<?> all = CompletableFuture.allOf(busy.toArray(CompletableFuture[]::new));
      while (!all.isDone()) {
        seen.add(sessions(asking));
      }
      all.get(1, TimeUnit.SECONDS);
      Await.until(
          Stage.PATIENCE,
          () -> "sessions: " + seen.getLast(),
          () -> {
            seen.add(sessions(asking));
            return seen.getLast() == READS + JOURNAL;
          });
    }
    // By default each of the two has ten.
    assertThat(seen).allSatisfy(sessions -> assertThat(sessions).isLessThan(10));
    Set<Thread> journal = journalThreads();
    journal.removeAll(others);
    assertThat(journal).hasSize(JOURNAL);
  }

  private static void readAndPost(String room) {
    Calls caller = new Calls(stage.node.calls(), Tokens.of("of-" + room, "phone"));
    caller.createRoom(room, List.of());
    for (int i = 0; i < 10; i++) {
      caller.postText(room, "p" + i, "post " + i).expect(201);
      caller.call("GET", "/rooms/" + room + "/messages", null).expect(200);
    }
  }

  @Test
  @Shows("live.deflate")
  void a_client_that_offers_compression_is_not_taken_at_its_word() throws Exception {
    stage.group("plain", "pia");
    new Calls(stage.node.calls(), Tokens.of("pia", "laptop"))
        .postText("plain", "1", "x".repeat(5000))
        .expect(201);
    try (BareSocket socket = new BareSocket(stage.node)) {
      assertThat(socket.upgrade(Tokens.of("pia", "phone"))).doesNotContain("sec-websocket-ext");
      socket.send("{'type':'hello','deflate':1}");
      WireFrame frame = socket.next();
      while (!frame.text().contains("x".repeat(5000))) {
        assertThat(frame.compressed()).isFalse();
        frame = socket.next();
      }
      assertThat(frame.compressed()).isFalse();
    }
  }

  @Test
  @Shows("connection.heartbeat")
  void who_is_silent_is_asked_and_who_does_not_answer_is_sent_away() throws Exception {
    Link answering = stage.connect("hal", "phone"); // as any client: to pings of WebSocket
    assertThat(answering.all("welcome").getFirst().path("heartbeat_ms").asLong()).isEqualTo(500);
    List<WireFrame> frames = new ArrayList<>();
    try (BareSocket silent = new BareSocket(stage.node)) {
      silent.upgrade(Tokens.of("sid", "phone"));
      silent.send("{'type':'hello'}");
      do {
        frames.add(silent.next());
      } while (frames.getLast().opcode() != WireFrame.CLOSE);
    }
    assertThat(frames.getLast().closeCode()).isEqualTo(1013);
    List<String> said = frames.stream().map(WireFrame::text).toList();
    assertThat(said.get(said.size() - 2)).contains("error", "UNAVAILABLE", "two heartbeats");
    assertThat(said).anyMatch(text -> text.contains("'ping'".replace('\'', '"')));
    answering.settle();
    answering.next("ping");
    assertThat(answering.end().isDone()).isFalse();
  }

  @Test
  @Shows({"connection.drain-min", "connection.drain-max"})
  void clients_of_a_node_that_leaves_come_back_between_these(@TempDir Path other) {
    try (Stage leaving =
        Stage.set(other, "connection.drain-min", "7s", "connection.drain-max", "7003ms")) {
      List<Link> links = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        links.add(leaving.connect("leaver" + i, "phone"));
      }
      leaving.node.close();
      for (Link link : links) {
        JsonNode drain = link.next("drain");
        assertThat(drain.path("reconnect_after_ms").asLong()).isBetween(7000L, 7003L);
        assertThat(link.awaitEnd().code()).isEqualTo(1001);
      }
    }
  }
}
