package org.viesti.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.apache.pekko.Done;

/**
 * Reads logs: by position, by time, by tag; the heads of many at once. Wakes no owner.
 *
 * <p>A tag names, in the event's own transaction, what an event is about, so that a reader finds it
 * without reading what lies between: {@code a:} and a padded position for what became of an older
 * entry, {@code m:} and a user for a mention, {@code t:} and a padded position for a reply. The row
 * of a tag is named {@code log tag position}, so that one index finds a log's tags in log order;
 * the journal's own key of it, a number over all logs, finds nothing.
 *
 * <p>Every order names both columns of the journal's key, though the log is given: H2 would else
 * read the log to its end and sort.
 */
public final class History {
  /** Every query names at most this many logs, so that one of thousands is several statements. */
  private static final int LOGS_A_QUERY = 100;

  /** The last position of a log. */
  static final String HEAD =
      """
      select "sequence_number" from "event_journal" where "persistence_id" = ?
      order by "persistence_id" desc, "sequence_number" desc limit 1""";

  private final Database database;

  public History(Database database) {
    this.database = database;
  }

  /** One entry of a log. */
  public record Row(long seq, Stored event) {}

  /**
   * What to count in a log: entries stored as {@code form}, after a position, not by this author.
   */
  public record Count(String log, long after, String form, String notBy) {}

  /** A tag and the positions it is to be looked for behind. */
  public record Tagged(String log, String tag, long after) {}

  /** A position as it stands in tags: sorted as text it is sorted as a number. */
  public static String padded(long seq) {
    return String.format("%019d", seq);
  }

  /** The name under which an entry's tag is stored. */
  public static String tag(String log, String tag, long seq) {
    return log + " " + tag + " " + padded(seq);
  }

  /** Entries after {@code after} and up to {@code to}, oldest first. */
  public CompletionStage<List<Row>> forward(String log, long after, long to, int most) {
    return database.run(connection -> after(connection, log, after, to, most));
  }

  private static List<Row> after(Connection connection, String log, long after, long to, int most)
      throws SQLException {
    try (PreparedStatement q =
        connection.prepareStatement(
            """
            select "sequence_number", "event_ser_manifest", "event_payload" from "event_journal"
            where "persistence_id" = ? and "sequence_number" > ? and "sequence_number" <= ?
            order by "persistence_id", "sequence_number" limit ?""")) {
      q.setString(1, log);
      q.setLong(2, after);
      q.setLong(3, to);
      q.setInt(4, most);
      return rows(q);
    }
  }

  /** Entries before {@code before}, newest first. */
  public CompletionStage<List<Row>> backward(String log, long before, int most) {
    return database.run(
        connection -> {
          try (PreparedStatement q =
              connection.prepareStatement(
                  """
                  select "sequence_number", "event_ser_manifest", "event_payload" from "event_journal"
                  where "persistence_id" = ? and "sequence_number" < ?
                  order by "persistence_id" desc, "sequence_number" desc limit ?""")) {
            q.setString(1, log);
            q.setLong(2, before);
            q.setInt(3, most);
            return rows(q);
          }
        });
  }

  /** Entries with a tag between two, both included, in log order. */
  public CompletionStage<List<Row>> tagged(String log, String from, String to, int most) {
    return between(log, tag(log, from, 0), tag(log, to, Long.MAX_VALUE), most);
  }

  /** Entries with a tag after a position, in log order. */
  public CompletionStage<List<Row>> taggedAfter(String log, String tag, long after, int most) {
    return between(log, tag(log, tag, after + 1), tag(log, tag, Long.MAX_VALUE), most);
  }

  /** A tag, and the position its entries are wanted from on. */
  public record TagFrom(String tag, long from) {}

  /** Entries of one log with any of these tags, in log order, each once. */
  public CompletionStage<List<Row>> withAnyTag(String log, List<TagFrom> tags, int most) {
    if (tags.isEmpty()) {
      return CompletableFuture.completedFuture(List.of());
    }
    String each =
        """
        (select cast(right("tag", 19) as bigint) as seq from "event_tag"
        where "tag" >= ? and "tag" <= ? order by "tag" limit ?)""";
    String sql =
        """
        select j."sequence_number", j."event_ser_manifest", j."event_payload"
        from (%s) t join "event_journal" j on j."persistence_id" = ? and j."sequence_number" = t.seq
        order by j."sequence_number" limit ?"""
            .formatted(String.join("\nunion\n", Collections.nCopies(tags.size(), each)));
    return database.run(
        connection -> {
          try (PreparedStatement q = connection.prepareStatement(sql)) {
            int at = 1;
            for (TagFrom tag : tags) {
              q.setString(at++, tag(log, tag.tag(), tag.from()));
              q.setString(at++, tag(log, tag.tag(), Long.MAX_VALUE));
              q.setInt(at++, most);
            }
            q.setString(at++, log);
            q.setInt(at, most);
            return rows(q);
          }
        });
  }

  private CompletionStage<List<Row>> between(String log, String first, String last, int most) {
    return database.run(
        connection -> {
          try (PreparedStatement q =
              connection.prepareStatement(
                  """
                  select j."sequence_number", j."event_ser_manifest", j."event_payload"
                  from "event_tag" t join "event_journal" j
                    on j."persistence_id" = ? and j."sequence_number" = cast(right(t."tag", 19) as bigint)
                  where t."tag" >= ? and t."tag" <= ?
                  order by j."sequence_number" limit ?""")) {
            q.setString(1, log);
            q.setString(2, first);
            q.setString(3, last);
            q.setInt(4, most);
            return rows(q);
          }
        });
  }

  /**
   * An owner's memory as it is stored: its newest snapshot, and what the log has after it. It is
   * what the owner would say of itself if it were woken now.
   */
  public <S extends Stored, E extends Stored> CompletionStage<S> memory(
      String log, S empty, Class<E> events, BiFunction<S, E, S> grown) {
    return database.run(
        connection -> {
          Row newest = newestSnapshot(connection, log, empty);
          List<Row> since;
          Row before;
          do {
            before = newest;
            since = after(connection, log, before.seq(), Long.MAX_VALUE, Integer.MAX_VALUE);
            newest = newestSnapshot(connection, log, empty);
            // What led to a newer one may have been deleted meanwhile.
          } while (newest.seq() != before.seq());
          @SuppressWarnings("unchecked")
          S memory = (S) before.event();
          for (Row row : since) {
            memory = grown.apply(memory, events.cast(row.event()));
          }
          return memory;
        });
  }

  private static Row newestSnapshot(Connection connection, String log, Stored empty)
      throws SQLException {
    try (PreparedStatement q =
        connection.prepareStatement(
            """
            select "sequence_number", "snapshot_ser_manifest", "snapshot_payload" from "snapshot"
            where "persistence_id" = ? order by "persistence_id" desc, "sequence_number" desc limit 1""")) {
      q.setString(1, log);
      List<Row> rows = rows(q);
      return rows.isEmpty() ? new Row(0, empty) : rows.getFirst();
    }
  }

  private static List<Row> rows(PreparedStatement q) throws SQLException {
    List<Row> rows = new ArrayList<>();
    try (ResultSet r = q.executeQuery()) {
      while (r.next()) {
        rows.add(new Row(r.getLong(1), StoredJson.read(r.getBytes(3), r.getString(2))));
      }
    }
    return rows;
  }

  /** The last position of each log; a log without an entry is left out. */
  public CompletionStage<Map<String, Long>> heads(Collection<String> logs) {
    return inParts(
        List.copyOf(logs),
        """
        (select "persistence_id", "sequence_number" from "event_journal" where "persistence_id" = ?
        order by "persistence_id" desc, "sequence_number" desc limit 1)""",
        (q, at, log) -> {
          q.setString(at, log);
          return at + 1;
        });
  }

  /** How many entries match each question, by log, up to {@code most} each. */
  public CompletionStage<Map<String, Long>> counts(List<Count> questions, int most) {
    return inParts(
        questions,
        """
        (select cast(? as varchar(255)), count(*) from (select 1 from "event_journal"
        where "persistence_id" = ? and "sequence_number" > ? and "event_ser_manifest" like ?
        and "event_ser_manifest" <> ? limit ?) x)""",
        (q, at, ask) -> {
          q.setString(at, ask.log());
          q.setString(at + 1, ask.log());
          q.setLong(at + 2, ask.after());
          q.setString(at + 3, ask.form() + ":%");
          q.setString(at + 4, ask.form() + ":" + ask.notBy());
          q.setInt(at + 5, most);
          return at + 6;
        });
  }

  /** How many entries carry each tag, by log. */
  public CompletionStage<Map<String, Long>> taggedCounts(List<Tagged> questions) {
    return inParts(
        questions,
        """
        (select cast(? as varchar(255)), count(*) from "event_tag"
        where "tag" > ? and "tag" <= ?)""",
        (q, at, ask) -> {
          q.setString(at, ask.log());
          q.setString(at + 1, tag(ask.log(), ask.tag(), ask.after()));
          q.setString(at + 2, tag(ask.log(), ask.tag(), Long.MAX_VALUE));
          return at + 3;
        });
  }

  private interface Binder<A> {
    int bind(PreparedStatement q, int at, A ask) throws SQLException;
  }

  private <A> CompletionStage<Map<String, Long>> inParts(
      List<A> asks, String select, Binder<A> binder) {
    if (asks.isEmpty()) {
      return CompletableFuture.completedFuture(Map.of());
    }
    return database.run(
        connection -> {
          Map<String, Long> found = new HashMap<>();
          for (int from = 0; from < asks.size(); from += LOGS_A_QUERY) {
            List<A> part = asks.subList(from, Math.min(asks.size(), from + LOGS_A_QUERY));
            String sql = String.join("\nunion all\n", Collections.nCopies(part.size(), select));
            try (PreparedStatement q = connection.prepareStatement(sql)) {
              int at = 1;
              for (A ask : part) {
                at = binder.bind(q, at, ask);
              }
              try (ResultSet r = q.executeQuery()) {
                while (r.next()) {
                  found.merge(r.getString(1), r.getLong(2), Long::sum);
                }
              }
            }
          }
          return found;
        });
  }

  /**
   * The position of the first entry at or after a time, in milliseconds; one past the head if there
   * is none.
   */
  public CompletionStage<Long> seqAt(String log, long time) {
    return database.run(
        connection -> {
          long low = 1;
          long high = head(connection, log) + 1;
          while (low < high) {
            long middle = (low + high) >>> 1;
            if (writtenAt(connection, log, middle) < time) {
              low = middle + 1;
            } else {
              high = middle;
            }
          }
          return low;
        });
  }

  private static long head(Connection connection, String log) throws SQLException {
    try (PreparedStatement q = connection.prepareStatement(HEAD)) {
      q.setString(1, log);
      try (ResultSet r = q.executeQuery()) {
        return r.next() ? r.getLong(1) : 0;
      }
    }
  }

  /**
   * Deletes what was written before a time, in milliseconds, but for the last entry: it says how
   * long the log is. A few at a time, so that nobody waits long for it.
   */
  public CompletionStage<Done> deleteBefore(String log, long time) {
    return seqAt(log, time)
        .thenCompose(
            first ->
                database.run(
                    connection ->
                        Erasure.delete(connection, log, Math.min(first, head(connection, log)))));
  }

  /** Deletes a log that nobody will write to again, and its snapshots. */
  public CompletionStage<Done> delete(String log) {
    return database.run(connection -> Erasure.delete(connection, log));
  }

  /** Deletes the oldest entries until the others hold about so many bytes; never the last one. */
  public CompletionStage<Done> deleteBeyond(String log, long bytes) {
    return database.run(
        connection ->
            Erasure.delete(
                connection,
                log,
                Math.min(firstWithin(connection, log, bytes), head(connection, log))));
  }

  private static long firstWithin(Connection connection, String log, long bytes)
      throws SQLException {
    try (PreparedStatement q =
        connection.prepareStatement(
            """
            select coalesce(max("sequence_number"), 0) + 1 from (
              select "sequence_number", sum(octet_length("event_payload"))
                over (order by "sequence_number" desc) as bytes
              from "event_journal" where "persistence_id" = ?) t
            where bytes > ?""")) {
      q.setString(1, log);
      q.setLong(2, bytes);
      try (ResultSet r = q.executeQuery()) {
        return r.next() ? r.getLong(1) : 0;
      }
    }
  }

  private static long writtenAt(Connection connection, String log, long seq) throws SQLException {
    try (PreparedStatement q =
        connection.prepareStatement(
            """
            select "write_timestamp" from "event_journal"
            where "persistence_id" = ? and "sequence_number" >= ?
            order by "persistence_id", "sequence_number" limit 1""")) {
      q.setString(1, log);
      q.setLong(2, seq);
      try (ResultSet r = q.executeQuery()) {
        return r.next() ? r.getLong(1) : Long.MAX_VALUE;
      }
    }
  }

  /**
   * Overwrites entries for good, and forgets whom they mentioned. Doing it again changes nothing.
   */
  public CompletionStage<Done> overwrite(String log, Map<Long, Stored> inTheirPlace) {
    return database.run(connection -> Erasure.overwrite(connection, log, inTheirPlace));
  }
}
