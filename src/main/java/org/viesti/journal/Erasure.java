package org.viesti.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import org.apache.pekko.Done;

/** Takes entries out of logs, for {@link History}. */
final class Erasure {
  private static final int DELETED_AT_ONCE = 10_000;

  private Erasure() {}

  static Done overwrite(Connection connection, String log, Map<Long, Stored> inTheirPlace)
      throws SQLException {
    try (PreparedStatement row =
            connection.prepareStatement(
                """
                update "event_journal" set "event_payload" = ?, "event_ser_manifest" = ?
                where "persistence_id" = ? and "sequence_number" = ?""");
        PreparedStatement mentions =
            connection.prepareStatement(
                """
                delete from "event_tag"
                where "tag" >= ? and "tag" < ? and right("tag", 19) = ?""")) {
      for (Map.Entry<Long, Stored> entry : inTheirPlace.entrySet()) {
        row.setBytes(1, StoredJson.bytesOf(entry.getValue()));
        row.setString(2, StoredJson.manifestOf(entry.getValue()));
        row.setString(3, log);
        row.setLong(4, entry.getKey());
        row.executeUpdate();
        mentions.setString(1, log + " m:");
        mentions.setString(2, log + " m;");
        mentions.setString(3, History.padded(entry.getKey()));
        mentions.executeUpdate();
      }
    }
    return Done.getInstance();
  }

  /** Everything, snapshots too. */
  static Done delete(Connection connection, String log) throws SQLException {
    try (PreparedStatement snapshots =
        connection.prepareStatement("delete from \"snapshot\" where \"persistence_id\" = ?")) {
      snapshots.setString(1, log);
      snapshots.executeUpdate();
    }
    return delete(connection, log, Long.MAX_VALUE);
  }

  /** Entries before a position, a few at a time. */
  static Done delete(Connection connection, String log, long end) throws SQLException {
    for (long from = first(connection, log); from < end; from = first(connection, log)) {
      deletePart(connection, log, Math.min(end, from + DELETED_AT_ONCE));
    }
    return Done.getInstance();
  }

  private static void deletePart(Connection connection, String log, long before)
      throws SQLException {
    try (PreparedStatement tags =
            connection.prepareStatement(
                """
                delete from "event_tag" where "tag" >= ? and "tag" < ? and right("tag", 19) < ?""");
        PreparedStatement rows =
            connection.prepareStatement(
                """
                delete from "event_journal" where "persistence_id" = ? and "sequence_number" < ?""")) {
      tags.setString(1, log + " ");
      tags.setString(2, log + "!");
      tags.setString(3, History.padded(before));
      tags.executeUpdate();
      rows.setString(1, log);
      rows.setLong(2, before);
      rows.executeUpdate();
    }
  }

  private static long first(Connection connection, String log) throws SQLException {
    try (PreparedStatement q =
        connection.prepareStatement(
            """
            select "sequence_number" from "event_journal" where "persistence_id" = ?
            order by "persistence_id", "sequence_number" limit 1""")) {
      q.setString(1, log);
      try (ResultSet r = q.executeQuery()) {
        return r.next() ? r.getLong(1) : Long.MAX_VALUE;
      }
    }
  }
}
