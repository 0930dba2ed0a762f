package org.viesti.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viesti.journal.Database;
import org.viesti.journal.WakeUps;
import org.viesti.journal.WakeUps.Due;
import org.viesti.protocol.Topic;

/** An owner's entry in the table of those to be woken, on both databases. */
class AlarmTest {
  private static final Topic ROOM = new Topic("acme", "rooms/general");
  private static final long ALL = Long.MAX_VALUE;

  @TempDir Path folder;

  private interface Test {
    void on(WakeUps table) throws Exception;
  }

  private void on(String kind, Test test) throws Exception {
    if (kind.equals("h2")) {
      on(test, "jdbc:h2:file:" + folder.resolve("viesti"), "");
    } else {
      try (EmbeddedPostgres server = EmbeddedPostgres.start()) {
        on(test, server.getJdbcUrl("postgres", "postgres"), "postgres");
      }
    }
  }

  private static void on(Test test, String url, String user) throws Exception {
    try (Database database = new Database(url, user, "", 4)) {
      test.on(new WakeUps(database, Duration.ofMillis(100)));
    }
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static List<Due> due(WakeUps table) throws Exception {
    return get(table.due(Long.MAX_VALUE, null, 10));
  }

  @ParameterizedTest
  @ValueSource(strings = {"h2", "postgresql"})
  void an_alarm_rings_after_its_work_was_due_until_it_is_cleared(String kind) throws Exception {
    on(
        kind,
        table -> {
          Alarm alarm = new Alarm(table, ROOM);
          get(alarm.ensure(1000, 7));
          assertThat(due(table)).containsExactly(new Due(ROOM, 1100, 7));
          assertThat(get(table.due(1099, null, 10))).isEmpty();
          assertThat(get(table.due(1100, null, 10))).hasSize(1);
          // Later work is seen to when it rings; earlier work, and earlier positions, are not.
          get(alarm.ensure(2000, 8));
          assertThat(due(table)).containsExactly(new Due(ROOM, 1100, 7));
          get(alarm.ensure(500, 8));
          assertThat(due(table)).containsExactly(new Due(ROOM, 600, 7));
          get(alarm.ensure(500, 3));
          assertThat(due(table)).containsExactly(new Due(ROOM, 600, 3));
          alarm.rang(600, 3);
          alarm.move(3000, 5);
          get(alarm.ensure(3000, 5));
          assertThat(due(table)).containsExactly(new Due(ROOM, 3100, 5));
          alarm.clear();
          get(alarm.ensure(4000, ALL));
          assertThat(due(table)).containsExactly(new Due(ROOM, 4100, ALL));
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"h2", "postgresql"})
  void an_owner_that_forgot_its_alarm_keeps_the_position_it_had(String kind) throws Exception {
    on(
        kind,
        table -> {
          get(new Alarm(table, ROOM).ensure(1000, 7));
          get(new Alarm(table, ROOM).ensure(2000, 20));
          assertThat(due(table)).containsExactly(new Due(ROOM, 2100, 7));
          // What cleared an older entry does not touch a newer one.
          get(table.clear(ROOM, 1100));
          assertThat(due(table)).hasSize(1);
          get(table.clear(ROOM, 2100));
          assertThat(due(table)).isEmpty();
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"h2", "postgresql"})
  void the_longest_due_come_first_and_pages_leave_out_none(String kind) throws Exception {
    on(
        kind,
        table -> {
          Topic[] users = new Topic[5];
          for (int i = 0; i < users.length; i++) {
            users[i] = new Topic("acme", "users/" + i);
            get(table.set(new Due(users[i], 100 - i / 2, ALL)));
          }
          List<Due> first = get(table.due(1000, null, 2));
          List<Due> second = get(table.due(1000, first.getLast(), 2));
          List<Due> third = get(table.due(1000, second.getLast(), 2));
          assertThat(first).extracting(Due::topic).containsExactly(users[4], users[2]);
          assertThat(second).extracting(Due::topic).containsExactly(users[3], users[0]);
          assertThat(third).extracting(Due::topic).containsExactly(users[1]);
        });
  }
}
