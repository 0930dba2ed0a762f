package org.viesti.platform;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.viesti.journal.Database;
import org.viesti.security.SecretBox;

/**
 * The key of each session, which seals all that it leaves anywhere. It is stored only sealed by the
 * cluster's key; once its row is gone nobody can read anything of the session again.
 */
final class SessionKeys {
  private final Database database;
  private final SecretBox cluster;

  /**
   * @param cluster of the cluster's own key
   */
  SessionKeys(Database database, SecretBox cluster) {
    this.database = database;
    this.cluster = cluster;
  }

  /** Makes a session's key; done when it is stored. */
  CompletionStage<SecretBox> create(String session) {
    byte[] key = SecretBox.newKey();
    return database.run(
        connection -> {
          try (PreparedStatement q =
              connection.prepareStatement(
                  "insert into gateway_session (session_id, session_key) values (?, ?)")) {
            q.setString(1, session);
            q.setBytes(2, cluster.seal(key, session));
            q.executeUpdate();
          }
          return new SecretBox(key);
        });
  }

  /** Empty: there is no such session, or none any more. */
  CompletionStage<Optional<SecretBox>> find(String session) {
    return database.run(
        connection -> {
          try (PreparedStatement q =
              connection.prepareStatement(
                  "select session_key from gateway_session where session_id = ?")) {
            q.setString(1, session);
            try (ResultSet r = q.executeQuery()) {
              return r.next()
                  ? Optional.of(new SecretBox(cluster.open(r.getBytes(1), session)))
                  : Optional.empty();
            }
          }
        });
  }

  CompletionStage<Done> delete(String session) {
    return database.run(
        connection -> {
          try (PreparedStatement q =
              connection.prepareStatement("delete from gateway_session where session_id = ?")) {
            q.setString(1, session);
            q.executeUpdate();
          }
          return Done.getInstance();
        });
  }

  /** Sessions there are, in order, after one of an earlier page. */
  CompletionStage<List<String>> sessions(String after, int most) {
    return database.run(
        connection -> {
          List<String> sessions = new ArrayList<>();
          try (PreparedStatement q =
              connection.prepareStatement(
                  """
                  select session_id from gateway_session where session_id > ?
                  order by session_id limit ?""")) {
            q.setString(1, after);
            q.setInt(2, most);
            try (ResultSet r = q.executeQuery()) {
              while (r.next()) {
                sessions.add(r.getString(1));
              }
            }
          }
          return sessions;
        });
  }
}
