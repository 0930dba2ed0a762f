package org.viesti.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.scene.Link.frame;
import static org.viesti.scene.Link.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.journal.StoredJson;
import org.viesti.room.RoomEvent;
import org.viesti.testkit.Await;
import org.viesti.testkit.Calls;
import org.viesti.testkit.Tokens;

/** A post in a room of 10,000 is one row, whoever reads it. */
@Timeout(180)
class LargeRoomTest {
  private static final int MEMBERS = 10_000;
  private static final int READERS = 20;
  private static final int POSTS = 50;

  @TempDir static Path folder;
  static Stage stage;

  @BeforeAll
  static void start() {
    // Cursors are written by the clock, not by the post: not while this counts.
    stage = Stage.set(folder, "connection.cursor-interval", "1h");
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  @Test
  void a_post_is_one_row_and_nothing_is_written_for_a_receiver() {
    List<String> members = IntStream.range(1, MEMBERS).mapToObj(i -> "m" + i).toList();
    long began = System.nanoTime();
    Calls ann = new Calls(stage.node.calls(), Tokens.of("ann", "desk"));
    ann.createRoom("large", members);
    Await.until(
        Duration.ofSeconds(120),
        () -> "users who know of the room: " + usersWhoKnow(),
        () -> usersWhoKnow() == MEMBERS && told() == MEMBERS);
    System.out.printf(
        "%d members made and told in %d ms%n", MEMBERS, (System.nanoTime() - began) / 1_000_000);

    List<Link> readers = new ArrayList<>();
    for (int i = 1; i <= READERS; i++) {
      readers.add(stage.connect("m" + i, "phone")); // and each acknowledges what it gets
      Stage.acking(readers.getLast());
    }
    Link sender = stage.connect("ann", "phone");
    Map<String, Long> before = rows();
    for (int i = 0; i < POSTS; i++) {
      sender.send(frame("send", "id", "p" + i, "room", "large", "payload", text("post " + i)));
      sender.ack("p" + i);
    }
    for (Link reader : readers) {
      reader.delivery("large", "post " + (POSTS - 1));
      reader.settle();
      assertThat(reader.texts("large")).hasSize(POSTS);
    }
    Map<String, Long> after = new TreeMap<>(before);
    after.merge("event_journal", (long) POSTS, Long::sum);
    assertThat(rows()).isEqualTo(after);
    JsonNode room = ann.get("/api/v1/rooms/large").expect(200).body();
    assertThat(room.path("member_count").asInt()).isEqualTo(MEMBERS);
  }

  private static long usersWhoKnow() {
    return stage.count(
        """
        select count(*) from "event_journal" where "event_ser_manifest" like 'user.entered%'""");
  }

  /** How many users' answers the room has written. */
  private static long told() {
    long told = 0;
    for (Object event :
        stage.query(
            """
            select "event_payload" from "event_journal"
            where "event_ser_manifest" = 'room.told'""")) {
      told += ((RoomEvent.Told) StoredJson.read((byte[]) event, "room.told")).users().size();
    }
    return told;
  }

  private static Map<String, Long> rows() {
    Map<String, Long> rows = new TreeMap<>();
    try (Connection connection = stage.database();
        ResultSet tables = Stage.tables(connection)) {
      while (tables.next()) {
        String table = tables.getString("TABLE_NAME");
        rows.put(table, stage.count("select count(*) from \"" + table + "\""));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return rows;
  }
}
