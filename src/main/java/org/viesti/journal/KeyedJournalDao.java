package org.viesti.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.pekko.persistence.jdbc.config.JournalConfig;
import org.apache.pekko.persistence.jdbc.journal.dao.DefaultJournalDao;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.stream.Materializer;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;
import scala.jdk.javaapi.FutureConverters;
import slick.jdbc.JdbcBackend;
import slick.jdbc.JdbcProfile;

/**
 * The plugin's own way to the journal, but for the question that each owner asks when it wakes: the
 * head of its log. The plugin's order does not name the whole key, and H2 sorts a log of a million
 * for it; {@link History} says more.
 */
public final class KeyedJournalDao extends DefaultJournalDao {
  private static final Executor THREADS = task -> Thread.ofVirtual().name("head").start(task);

  /** As the plugin makes it, by {@code jdbc-journal.dao}. */
  public KeyedJournalDao(
      JdbcBackend.JdbcDatabaseDef database,
      JdbcProfile profile,
      JournalConfig config,
      Serialization serialization,
      ExecutionContext executor,
      Materializer materializer) {
    super(database, profile, config, serialization, executor, materializer);
  }

  @Override
  public Future<Object> highestSequenceNr(String log, long from) {
    return FutureConverters.asScala(CompletableFuture.supplyAsync(() -> head(log), THREADS));
  }

  private Object head(String log) {
    try (Connection connection = db().source().createConnection();
        PreparedStatement q = connection.prepareStatement(History.HEAD)) {
      q.setString(1, log);
      try (ResultSet r = q.executeQuery()) {
        return r.next() ? r.getLong(1) : 0L;
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
