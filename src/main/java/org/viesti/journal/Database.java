package org.viesti.journal;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/**
 * The one thing a cluster depends on: a JDBC database, H2 in a file or PostgreSQL. Its schema is
 * made here.
 */
public final class Database implements AutoCloseable {
  private final HikariDataSource pool;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * Opens the database and brings its schema up to date.
   *
   * @param connections for reads; the journal has its own
   * @throws CannotOpen with a sentence for operators
   */
  public Database(String url, @Nullable String user, @Nullable String password, int connections) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setUsername(user);
    config.setPassword(password);
    config.setMaximumPoolSize(connections);
    config.setPoolName("viesti-reads");
    config.setInitializationFailTimeout(10_000);
    try {
      pool = new HikariDataSource(config);
      Flyway.configure()
          .dataSource(pool)
          .locations("classpath:db/" + dialect(url))
          .load()
          .migrate();
    } catch (RuntimeException e) {
      throw new CannotOpen(explain(url, e), e);
    }
  }

  /** The name of the schema's folder and of the SQL spoken: {@code h2} or {@code postgresql}. */
  public static String dialect(String url) {
    String[] parts = url.split(":", 3);
    if (parts.length == 3 && parts[0].equals("jdbc")) {
      if (parts[1].equals("h2") || parts[1].equals("postgresql")) {
        return parts[1];
      }
    }
    throw new CannotOpen(
        "viesti.database.url must begin with jdbc:h2: or jdbc:postgresql:, not " + url, null);
  }

  private static String explain(String url, Throwable e) {
    for (Throwable at = e; at != null; at = at.getCause()) {
      String text = String.valueOf(at.getMessage());
      if (text.contains("Database may be already in use") || text.contains("90020")) {
        return "the database " + url + " is in use by another process; stop that one first";
      }
    }
    return "cannot open the database " + url + ": " + e.getMessage();
  }

  /** Work on a connection. */
  public interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  /** Runs blocking work on a virtual thread. */
  public <T> CompletionStage<T> run(Work<T> work) {
    return CompletableFuture.supplyAsync(() -> now(work), threads);
  }

  /** Runs blocking work on this thread. */
  public <T> T now(Work<T> work) {
    try (Connection connection = pool.getConnection()) {
      return work.on(connection);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    threads.close();
    pool.close();
  }

  /** The node cannot start with this database. */
  public static final class CannotOpen extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CannotOpen(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
