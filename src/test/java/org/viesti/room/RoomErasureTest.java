package org.viesti.room;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.journal.Database;
import org.viesti.journal.History;
import org.viesti.journal.Logs;
import org.viesti.journal.StoredJson;
import org.viesti.protocol.Payload;
import org.viesti.protocol.RoomId;

class RoomErasureTest {
  private static final RoomId ROOM = new RoomId("test", "hot");
  private static final String LOG = Logs.of(ROOM.topic());
  private static final int REACTIONS = 10_500;

  @TempDir Path folder;

  @Test
  void an_edit_is_erased_however_many_reactions_lie_before_it() throws Exception {
    try (Database database = new Database("jdbc:h2:file:" + folder.resolve("db"), "", "", 2)) {
      List<RoomEvent> log = new ArrayList<>();
      log.add(new RoomEvent.Posted(1, "ann", "phone", 0, "c", secret(), 0, null));
      for (int i = 1; i <= REACTIONS; i++) {
        log.add(new RoomEvent.Reacted(1, "user" + i, i, 1, "x", true));
      }
      log.add(new RoomEvent.Edited(1, "ann", log.size(), 1, secret(), null));
      write(database, log);
      History history = new History(database);
      RoomErasure.erase(history, ROOM, 1).toCompletableFuture().get(30, TimeUnit.SECONDS);

      List<History.Row> rows =
          history
              .forward(LOG, 0, Long.MAX_VALUE, 20_000)
              .toCompletableFuture()
              .get(30, TimeUnit.SECONDS);
      assertThat(rows).hasSize(log.size());
      StoredJson form = new StoredJson();
      assertThat(rows)
          .filteredOn(row -> new String(form.toBinary(row.event()), UTF_8).contains("xyzzy"))
          .isEmpty();
      assertThat(rows)
          .filteredOn(row -> row.event() instanceof RoomEvent.Erased)
          .extracting(History.Row::seq)
          .containsExactly(1L, (long) log.size());
    }
  }

  private static Payload secret() {
    return Payload.Text.of("xyzzy");
  }

  private static void write(Database database, List<RoomEvent> log) {
    StoredJson form = new StoredJson();
    database.now(
        connection -> {
          try (PreparedStatement row =
                  connection.prepareStatement(
                      """
                      insert into "event_journal" ("persistence_id", "sequence_number", "writer",
                      "write_timestamp", "adapter_manifest", "event_payload", "event_ser_id",
                      "event_ser_manifest") values (?, ?, 'test', 0, '', ?, ?, ?)""");
              PreparedStatement tag =
                  connection.prepareStatement("insert into \"event_tag\" (\"tag\") values (?)")) {
            for (int i = 0; i < log.size(); i++) {
              row.setString(1, LOG);
              row.setLong(2, i + 1);
              row.setBytes(3, form.toBinary(log.get(i)));
              row.setInt(4, form.identifier());
              row.setString(5, form.manifest(log.get(i)));
              row.addBatch();
              for (String about : RoomTags.of(log.get(i))) {
                tag.setString(1, History.tag(LOG, about, i + 1));
                tag.addBatch();
              }
            }
            tag.executeBatch();
            return row.executeBatch();
          }
        });
  }
}
