package org.viesti.user;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.viesti.journal.Database;
import org.viesti.protocol.UserId;

/** On PostgreSQL; the routes' test has them on H2. */
class DeadLettersTest {
  private static final UserId BOB = new UserId("acme", "bob");

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void a_letter_is_kept_once_and_listed_by_age() throws Exception {
    try (EmbeddedPostgres server = EmbeddedPostgres.start();
        Database database =
            new Database(server.getJdbcUrl("postgres", "postgres"), "postgres", "", 4)) {
      DeadLetters letters = new DeadLetters(database);
      PendingPush push =
          PushPolicyTest.push(7, 2, false).later(6, 1, 3, "answered 503 " + "x".repeat(2000));
      get(letters.bury(BOB, "webhook", push, 2000));
      get(letters.bury(BOB, "webhook", push, 2001));
      get(letters.bury(BOB, "webhook", PushPolicyTest.push(9, 1, true), 1000));
      DeadLetters.Page page = get(letters.list(null, 10));
      assertThat(page.next()).isNull();
      assertThat(page.letters()).extracting(DeadLetters.Letter::seq).containsExactly(9L, 7L);
      DeadLetters.Letter letter = page.letters().getLast();
      assertThat(letter.attempts()).isEqualTo(3);
      assertThat(letter.count()).isEqualTo(2);
      assertThat(letter.createdAt()).isEqualTo(2001);
      assertThat(letter.reason()).startsWith("answered 503").hasSize(1000);
      assertThat(get(letters.purge(letter.id()))).isTrue();
      assertThat(get(letters.purge(letter.id()))).isFalse();
      assertThat(get(letters.purgeAll())).isEqualTo(1);
    }
  }
}
