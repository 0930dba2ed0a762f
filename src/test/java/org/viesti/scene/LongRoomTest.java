package org.viesti.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.scene.Stage.by;
import static org.viesti.scene.Stage.now;
import static org.viesti.scene.Stage.room;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.journal.StoredJson;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.Payload;
import org.viesti.room.RoomEvent;
import org.viesti.room.Rooms;
import org.viesti.testkit.Tokens;

/** A room with a long past wakes as fast as any other. */
@Timeout(300)
class LongRoomTest {
  private static final int EVENTS = Integer.getInteger("test.long-room.events", 1_000_000);

  /** What the room reads when it wakes, at worst: all but one of those between two snapshots. */
  private static final int SINCE_SNAPSHOT = 4_999;

  private static final int AUTHORS = 50;
  private static final String LOG = Tokens.TENANT + "/rooms/long";
  private static final String WHERE = " where \"persistence_id\" = ?";
  private static final Duration ONE_SECOND = Duration.ofSeconds(1);
  private static final Payload TEXT =
      Payload.Text.of("a hundred bytes of text, or about as many ".repeat(2));
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void a_room_with_a_million_events_answers_within_a_second_of_waking() throws Exception {
    long began = System.nanoTime();
    try (Stage stage = Stage.set(folder)) {
      stage.group("long", "u0", "u1");
      fill(stage);
    }
    System.out.printf("%d events in %d ms%n", EVENTS, millisSince(began));
    try (Stage stage = Stage.set(folder)) {
      assertThat(stage.count("select max(\"sequence_number\") from \"event_journal\"" + WHERE, LOG))
          .isEqualTo(EVENTS);
      // The first answer is the one that wakes it.
      Rooms.Recorded posted =
          timed("post", () -> now(stage.node.rooms().post(by("u1"), List.of(send()))).getFirst());
      assertThat(posted.refusal()).isNull();
      assertThat(posted.seq()).isEqualTo(EVENTS + 1);
      timed(
          "newest page",
          () -> now(stage.node.rooms().history(by("u1"), room("long"), null, 0, false, 100)));
      timed(
          "page from the middle",
          () ->
              now(stage.node.rooms().history(by("u1"), room("long"), null, EVENTS / 2, true, 100)));
      timed(
          "place of a time",
          () -> now(stage.node.rooms().seqAt(by("u1"), room("long"), EVENTS / 2)));
      timed("unread", () -> stage.summary("long", "u1"));
      timed("live stream", () -> stage.connect("u1", "phone"));
    }
  }

  private static <T> T timed(String what, Supplier<T> call) {
    long began = System.nanoTime();
    T answer = call.get();
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    System.out.printf("%s after %d ms%n", what, took.toMillis());
    assertThat(took).as(what).isLessThan(ONE_SECOND);
    return answer;
  }

  /**
   * A past as the room would have written it, and its snapshot moved to where its last would be.
   */
  private static void fill(Stage stage) throws SQLException, IOException {
    for (int author = 1; author < AUTHORS; author++) {
      stage.add("long", "u0", "u" + author);
    }
    Supplier<Long> snapshots = () -> stage.count("select count(*) from \"snapshot\"" + WHERE, LOG);
    for (int i = 0; snapshots.get() == 0; i++) {
      List<ClientFrame.Send> posts = Stream.generate(LongRoomTest::send).limit(50).toList();
      now(stage.node.rooms().post(by("u" + i % AUTHORS), posts));
    }
    long head = stage.count("select max(\"sequence_number\") from \"event_journal\"" + WHERE, LOG);
    try (Connection connection = stage.database()) {
      connection.setAutoCommit(false);
      append(connection, head + 1);
      moveSnapshot(connection, EVENTS - SINCE_SNAPSHOT);
    }
  }

  private static ClientFrame.Send send() {
    return new ClientFrame.Send(UUID.randomUUID().toString(), "long", TEXT, null, null);
  }

  private static void append(Connection connection, long from) throws SQLException {
    StoredJson form = new StoredJson();
    try (PreparedStatement row =
        connection.prepareStatement(
            """
            insert into "event_journal" ("persistence_id", "sequence_number", "writer",
            "write_timestamp", "adapter_manifest", "event_payload", "event_ser_id",
            "event_ser_manifest") values (?, ?, 'test', ?, '', ?, ?, ?)""")) {
      for (long seq = from; seq <= EVENTS; seq++) {
        String author = "u" + seq % AUTHORS;
        RoomEvent post =
            new RoomEvent.Posted(seq, author, "phone", seq - 1, "c" + seq, TEXT, 0, null);
        row.setString(1, LOG);
        row.setLong(2, seq);
        row.setLong(3, seq);
        row.setBytes(4, form.toBinary(post));
        row.setInt(5, form.identifier());
        row.setString(6, form.manifest(post));
        row.addBatch();
        if (seq % 1000 == 0 || seq == EVENTS) {
          row.executeBatch();
          connection.commit();
        }
      }
    }
  }

  private static void moveSnapshot(Connection connection, long to)
      throws SQLException, IOException {
    String sql = "select \"sequence_number\", \"snapshot_payload\" from \"snapshot\"" + WHERE;
    try (PreparedStatement read = connection.prepareStatement(sql);
        PreparedStatement write =
            connection.prepareStatement(
                """
                update "snapshot" set "sequence_number" = ?, "snapshot_payload" = ?
                where "persistence_id" = ? and "sequence_number" = ?""")) {
      read.setString(1, LOG);
      ResultSet found = read.executeQuery();
      assertThat(found.next()).isTrue();
      ObjectNode snapshot = (ObjectNode) JSON.readTree(found.getBytes(2));
      write.setLong(1, to);
      write.setBytes(2, JSON.writeValueAsBytes(snapshot.put("seq", to).put("head", to)));
      write.setString(3, LOG);
      write.setLong(4, found.getLong(1));
      assertThat(write.executeUpdate()).isEqualTo(1);
      assertThat(found.next()).as("a second snapshot").isFalse();
    }
    connection.commit();
  }

  private static long millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000;
  }
}
