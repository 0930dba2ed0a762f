package org.viesti.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.Topic;

/** The table of owners that have work to do at a time, also if by then nobody speaks to them. */
public final class WakeUps {
  private final Database database;
  private final Duration grace;

  /**
   * @param grace an owner does its work by itself, and is woken when this has passed since
   */
  public WakeUps(Database database, Duration grace) {
    this.database = database;
    this.grace = grace;
  }

  /** When to wake an owner that has work to do at that time, both in milliseconds since 1970. */
  public long after(long workAt) {
    return workAt + grace.toMillis();
  }

  /**
   * One owner's entry.
   *
   * @param dueAt milliseconds since 1970
   * @param since position in the owner's log from which on it may have work; {@link
   *     Long#MAX_VALUE}: its state says it all
   */
  public record Due(Topic topic, long dueAt, long since) {}

  /** Wakes the owner then. Of two positions the earlier is kept. */
  public CompletionStage<Done> set(Due due) {
    return write(due, "update wake_up set due_at = ?, since = least(since, ?) where topic = ?");
  }

  /** Wakes the owner then, with that position and no earlier one. */
  public CompletionStage<Done> move(Due due) {
    return write(due, "update wake_up set due_at = ?, since = ? where topic = ?");
  }

  private CompletionStage<Done> write(Due due, String update) {
    return database.run(
        connection -> {
          if (!updated(connection, update, due)) {
            try (PreparedStatement q =
                connection.prepareStatement(
                    "insert into wake_up (topic, due_at, since) values (?, ?, ?)")) {
              q.setString(1, due.topic().key());
              q.setLong(2, due.dueAt());
              q.setLong(3, due.since());
              q.executeUpdate();
            } catch (SQLException e) {
              // The owner lived on two nodes for a moment: the other was first.
              if (!updated(connection, update, due)) {
                throw e;
              }
            }
          }
          return Done.getInstance();
        });
  }

  private static boolean updated(Connection connection, String update, Due due)
      throws SQLException {
    try (PreparedStatement q = connection.prepareStatement(update)) {
      q.setLong(1, due.dueAt());
      q.setLong(2, due.since());
      q.setString(3, due.topic().key());
      return q.executeUpdate() > 0;
    }
  }

  /** Forgets the owner, unless it is to be woken at another time by now. */
  public CompletionStage<Done> clear(Topic topic, long dueAt) {
    return database.run(
        connection -> {
          try (PreparedStatement q =
              connection.prepareStatement("delete from wake_up where topic = ? and due_at = ?")) {
            q.setString(1, topic.key());
            q.setLong(2, dueAt);
            q.executeUpdate();
          }
          return Done.getInstance();
        });
  }

  /** Owners due by now, the longest due first, after one of an earlier page. */
  public CompletionStage<List<Due>> due(long now, @Nullable Due after, int most) {
    return database.run(
        connection -> {
          try (PreparedStatement q =
              connection.prepareStatement(
                  """
                  select topic, due_at, since from wake_up
                  where due_at <= ? and (due_at > ? or due_at = ? and topic > ?)
                  order by due_at, topic limit ?""")) {
            long from = after == null ? Long.MIN_VALUE : after.dueAt();
            q.setLong(1, now);
            q.setLong(2, from);
            q.setLong(3, from);
            q.setString(4, after == null ? "" : after.topic().key());
            q.setInt(5, most);
            return dues(q);
          }
        });
  }

  private static List<Due> dues(PreparedStatement q) throws SQLException {
    List<Due> due = new ArrayList<>();
    try (ResultSet r = q.executeQuery()) {
      while (r.next()) {
        due.add(new Due(Topic.parse(r.getString(1)), r.getLong(2), r.getLong(3)));
      }
    }
    return due;
  }
}
