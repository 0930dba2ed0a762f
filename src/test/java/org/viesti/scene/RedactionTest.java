package org.viesti.scene;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.scene.Link.frame;
import static org.viesti.scene.Link.text;
import static org.viesti.scene.Stage.now;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.testkit.Await;
import org.viesti.testkit.Calls;
import org.viesti.testkit.Tokens;
import org.viesti.user.push.PushReceiver;

/** What was redacted is in no read, in no push, and in no row of the database. */
@Timeout(60)
class RedactionTest {
  private static final String SECRET = "xyzzy";

  @TempDir static Path folder;
  static PushReceiver receiver;
  static Stage stage;

  @BeforeAll
  static void start() throws Exception {
    receiver = new PushReceiver();
    stage =
        Stage.set(
            folder,
            "push.providers.webhook.url",
            receiver.url(),
            "push.providers.webhook.secret",
            PushReceiver.SECRET,
            "push.delay",
            "100ms",
            "push.retry.first",
            "10ms",
            "push.retry.max",
            "20ms",
            "push.retry.attempts",
            2,
            "connection.window-messages",
            5,
            "room.snapshot-every",
            5,
            "user.snapshot-every",
            5);
  }

  @AfterAll
  static void stop() {
    stage.close();
    receiver.close();
  }

  @AfterEach
  void clear() {
    stage.clear();
  }

  @Test
  void what_was_redacted_is_nowhere() {
    now(stage.node.users().setPush(Stage.user("dan"), "phone", "webhook", "dan"));
    receiver.answer("dan", 500);
    stage.group("gone", "ann", "bob", "cid", "dan");
    Link ann = stage.connect("ann", "phone");
    Link full = stage.link("bob", "phone"); // acknowledges nothing, so that later posts wait
    full.hello();
    full.next("caught_up");

    long first = ann.post("gone", "1", "the " + SECRET + " as it was first said");
    String edited = "gone." + first;
    ann.send(frame("edit", "id", "2", "target", edited, "payload", text(SECRET + " put better")));
    ann.ack("2");
    ann.send(
        frame(
            "send",
            "id",
            "3",
            "room",
            "gone",
            "payload",
            text("a reply with " + SECRET),
            "reply_to",
            edited,
            "mentions",
            List.of("bob", "dan")));
    String reply = ann.ack("3").path("event_id").asText();
    for (int i = 0; i < 12; i++) { // past two snapshots, and the window of who does not acknowledge
      ann.post("gone", "more-" + i, "more " + i);
    }
    // Dan's phone refuses its pushes until they are dead letters.
    Await.until(
        Stage.PATIENCE,
        () -> "no dead letter",
        () -> stage.count("select count(*) from dead_letter") > 0);
    assertThat(rowsWith(SECRET)).as("the search finds what is there").hasSize(3);
    assertThat(stage.count("select count(*) from \"snapshot\" where \"persistence_id\" = ?", LOG))
        .isPositive();

    for (String target : List.of(edited, reply)) {
      ann.send(frame("redact", "id", "r" + target, "target", target, "reason", "said too much"));
      ann.ack("r" + target);
    }
    // Hidden at once, and in every read:
    Calls bob = new Calls(stage.node.calls(), Tokens.of("bob", "laptop"));
    List<JsonNode> reads = new ArrayList<>(bob.history("gone"));
    reads.add(bob.get("/api/v1/rooms/gone/messages?order=oldest").expect(200).body());
    for (String target : List.of(edited, reply)) {
      reads.add(bob.get("/api/v1/messages/" + target).expect(200).body());
      reads.add(bob.get("/api/v1/messages/" + target + "/replies").expect(200).body());
    }
    reads.add(bob.get("/api/v1/rooms").expect(200).body());
    assertThat(reads.toString()).contains("more 11").doesNotContain(SECRET);

    // a device that was away,
    Link late = stage.connect("cid", "phone");
    assertThat(late.texts("gone")).contains("more 11").hasSize(12);
    assertThat(late.frames().toString()).doesNotContain(SECRET);
    // one that was behind,
    int before = full.frames().size();
    Stage.acking(full);
    full.acknowledge("rooms/gone", full.all("delivery").getLast().path("seq").asLong());
    full.delivery("gone", "more 11");
    List<JsonNode> since = full.frames();
    assertThat(since.subList(before, since.size()).toString()).doesNotContain(SECRET);
    // and one that is pushed to from now on.
    int pushed = receiver.of("dan").size();
    ann.send(frame("send", "id", "4", "room", "gone", "payload", text("bye"), "reply_to", edited));
    ann.ack("4");
    Await.until(
        Stage.PATIENCE,
        () -> "pushed: " + receiver.of("dan"),
        () -> receiver.of("dan").getLast().path("text").asText().equals("bye"));
    List<JsonNode> pushes = receiver.of("dan");
    assertThat(pushes.subList(pushed, pushes.size()).toString()).doesNotContain(SECRET);

    Await.until(
        Stage.PATIENCE, () -> "still in " + rowsWith(SECRET), () -> rowsWith(SECRET).isEmpty());
    // And so it stays when the room's later snapshots have been written.
    for (int i = 0; i < 12; i++) {
      ann.post("gone", "after-" + i, "after " + i);
    }
    assertThat(rowsWith(SECRET)).isEmpty();
  }

  private static final Set<Integer> BINARY =
      Set.of(Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB);

  private static final String LOG = Tokens.TENANT + "/rooms/gone";

  /** Each column of each row of each table that holds the text, in whatever form. */
  private static List<String> rowsWith(String text) {
    List<String> found = new ArrayList<>();
    try (Connection connection = stage.database();
        ResultSet tables = Stage.tables(connection)) {
      int looked = 0;
      while (tables.next()) {
        looked++;
        rowsWith(text, connection, tables.getString("TABLE_NAME"), found);
      }
      assertThat(looked).as("tables").isGreaterThanOrEqualTo(5);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return found;
  }

  private static void rowsWith(String text, Connection connection, String table, List<String> found)
      throws SQLException {
    try (ResultSet rows =
        connection.createStatement().executeQuery("select * from \"" + table + "\"")) {
      for (int row = 1; rows.next(); row++) {
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          boolean binary = BINARY.contains(rows.getMetaData().getColumnType(i));
          byte[] bytes =
              binary
                  ? rows.getBytes(i)
                  : rows.getString(i) == null ? null : rows.getString(i).getBytes(UTF_8);
          if (bytes != null && holds(bytes, text)) {
            found.add(table + " row " + row + ", " + rows.getMetaData().getColumnName(i));
          }
        }
      }
    }
  }

  private static boolean holds(byte[] bytes, String text) {
    String raw = new String(bytes, ISO_8859_1);
    return raw.contains(text) || raw.contains(new String(text.getBytes(UTF_16BE), ISO_8859_1));
  }
}
