package org.viesti.user;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.module.paramnames.ParameterNamesModule;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.Database;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;
import org.viesti.protocol.UserId;

/**
 * Pushes that could not be delivered, of all tenants, for operators. A letter holds who and where,
 * but no token and nothing of what was said: both are looked up when it is replayed.
 */
public final class DeadLetters {
  private static final int REASON_AT_MOST = 1000;
  private static final int REPLAYED_AT_ONCE = 100;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(new ParameterNamesModule())
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private final Database database;

  public DeadLetters(Database database) {
    this.database = database;
  }

  /**
   * A push that was given up.
   *
   * @param seq position of the last post it stands for, in its room
   * @param count how many posts it stands for
   * @param createdAt when it was given up, milliseconds since 1970
   */
  public record Letter(
      String id,
      String tenant,
      String user,
      String device,
      String provider,
      String room,
      long seq,
      int count,
      String reason,
      int attempts,
      long createdAt) {}

  /** A page, oldest first; {@code next} is absent on the last. */
  public record Page(List<Letter> letters, @Nullable String next) {}

  /**
   * How many were queued again, and how many could not be: their device or its token is gone, or
   * the user does not answer.
   */
  public record Replayed(int queued, int left) {}

  private record Row(Letter letter, PendingPush push) {}

  /** Doing it again changes nothing. */
  CompletionStage<Done> bury(UserId user, String provider, PendingPush push, long now) {
    String id =
        UUID.nameUUIDFromBytes(
                (user.key() + "/" + push.key() + "/" + push.seq()).getBytes(StandardCharsets.UTF_8))
            .toString();
    return database.run(
        connection -> {
          try (PreparedStatement old =
                  connection.prepareStatement("delete from dead_letter where id = ?");
              PreparedStatement q =
                  connection.prepareStatement(
                      """
                      insert into dead_letter
                        (id, tenant, user_id, device, provider, payload, reason, attempts, created_at)
                      values (?, ?, ?, ?, ?, ?, ?, ?, ?)""")) {
            old.setString(1, id);
            old.executeUpdate();
            q.setString(1, id);
            q.setString(2, user.tenant());
            q.setString(3, user.id());
            q.setString(4, push.device());
            q.setString(5, provider);
            q.setString(6, json(push));
            q.setString(7, shortened(push.failure()));
            q.setInt(8, push.attempts());
            q.setLong(9, now);
            q.executeUpdate();
          }
          return Done.getInstance();
        });
  }

  private static String shortened(@Nullable String reason) {
    String text = reason == null ? "" : reason;
    return text.substring(0, Math.min(text.length(), REASON_AT_MOST));
  }

  /**
   * Letters, oldest first.
   *
   * @param cursor from an earlier page; else null
   */
  public CompletionStage<Page> list(@Nullable String cursor, int limit) {
    return rows(cursor, limit)
        .thenApply(
            rows ->
                new Page(
                    rows.stream().map(Row::letter).toList(),
                    rows.size() < limit ? null : cursor(rows.getLast().letter())));
  }

  private static String cursor(Letter letter) {
    return letter.createdAt() + "." + letter.id();
  }

  private CompletionStage<List<Row>> rows(@Nullable String cursor, int limit) {
    int dot = cursor == null ? -1 : cursor.indexOf('.');
    if (cursor != null && !cursor.matches("[0-9]{1,18}\\.[0-9a-f-]{36}")) {
      return CompletableFuture.failedFuture(
          new Refused(ErrorCode.INVALID_ARGUMENT, "the cursor is none of an earlier page"));
    }
    long time = cursor == null ? Long.MIN_VALUE : Long.parseLong(cursor.substring(0, dot));
    String id = cursor == null ? "" : cursor.substring(dot + 1);
    return database.run(
        connection -> {
          try (PreparedStatement q =
              connection.prepareStatement(
                  SELECT
                      + " where created_at > ? or created_at = ? and id > ?"
                      + " order by created_at, id limit ?")) {
            q.setLong(1, time);
            q.setLong(2, time);
            q.setString(3, id);
            q.setInt(4, limit);
            return rows(q);
          }
        });
  }

  private static final String SELECT =
      "select id, tenant, user_id, device, provider, payload, reason, attempts, created_at"
          + " from dead_letter";

  private static List<Row> rows(PreparedStatement q) throws SQLException {
    List<Row> rows = new ArrayList<>();
    try (ResultSet r = q.executeQuery()) {
      while (r.next()) {
        PendingPush push = push(r.getString(6));
        rows.add(
            new Row(
                new Letter(
                    r.getString(1),
                    r.getString(2),
                    r.getString(3),
                    r.getString(4),
                    r.getString(5),
                    push.room(),
                    push.seq(),
                    push.count(),
                    r.getString(7),
                    r.getInt(8),
                    r.getLong(9)),
                push));
      }
    }
    return rows;
  }

  /**
   * Queues a push again, as if it had never been tried, and takes its letter away. It is sent
   * unless the device or the user has seen the post by now. Fails with {@link Refused}: NOT_FOUND,
   * or FAILED_PRECONDITION where the device has no token.
   */
  public CompletionStage<Done> replay(Users users, String id) {
    return database
        .run(
            connection -> {
              try (PreparedStatement q = connection.prepareStatement(SELECT + " where id = ?")) {
                q.setString(1, id);
                return rows(q).stream().findFirst();
              }
            })
        .thenCompose(
            (Optional<Row> row) ->
                replay(
                    users,
                    row.orElseThrow(
                        () -> new Refused(ErrorCode.NOT_FOUND, "no dead letter " + id))));
  }

  private CompletionStage<Done> replay(Users users, Row row) {
    return users
        .replay(new UserId(row.letter().tenant(), row.letter().user()), row.push())
        .thenCompose(profile -> purge(row.letter().id()))
        .thenApply(purged -> Done.getInstance());
  }

  /** Queues all pushes again that can be. */
  public CompletionStage<Replayed> replayAll(Users users) {
    return replayFrom(users, null, new Replayed(0, 0));
  }

  private CompletionStage<Replayed> replayFrom(
      Users users, @Nullable String cursor, Replayed before) {
    return rows(cursor, REPLAYED_AT_ONCE)
        .thenCompose(
            rows -> {
              CompletionStage<Replayed> so = CompletableFuture.completedFuture(before);
              for (Row row : rows) {
                so = so.thenCompose(sum -> replayed(users, row, sum));
              }
              return rows.size() < REPLAYED_AT_ONCE
                  ? so
                  : so.thenCompose(sum -> replayFrom(users, cursor(rows.getLast().letter()), sum));
            });
  }

  private CompletionStage<Replayed> replayed(Users users, Row row, Replayed sum) {
    return replay(users, row)
        .handle(
            (done, failure) ->
                failure == null
                    ? new Replayed(sum.queued() + 1, sum.left())
                    : new Replayed(sum.queued(), sum.left() + 1));
  }

  /** Forgets a letter; false if there is none. */
  public CompletionStage<Boolean> purge(String id) {
    return database.run(
        connection -> {
          try (PreparedStatement q =
              connection.prepareStatement("delete from dead_letter where id = ?")) {
            q.setString(1, id);
            return q.executeUpdate() > 0;
          }
        });
  }

  /** Forgets all; says how many. */
  public CompletionStage<Integer> purgeAll() {
    return database.run(
        connection -> {
          try (PreparedStatement q = connection.prepareStatement("delete from dead_letter")) {
            return q.executeUpdate();
          }
        });
  }

  private static String json(PendingPush push) {
    try {
      return JSON.writeValueAsString(push);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static PendingPush push(String json) {
    try {
      return JSON.readValue(json, PendingPush.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
