package org.viesti;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.viesti.connection.ConnectionSettings;
import org.viesti.device.DeviceSettings;
import org.viesti.edge.CallSettings;
import org.viesti.edge.LiveSettings;
import org.viesti.journal.Database;
import org.viesti.room.RoomSettings;
import org.viesti.routing.WakerSettings;
import org.viesti.security.SecuritySettings;
import org.viesti.user.PushSettings;
import org.viesti.user.UserSettings;

/**
 * Everything a node is told at its start; reference.conf says what each key means.
 *
 * @param config with what Pekko needs
 * @param clusterOfOne nobody is named to be joined
 */
record Settings(
    Config config,
    boolean clusterOfOne,
    DatabaseSettings database,
    SecuritySettings security,
    RoomSettings room,
    UserSettings user,
    DeviceSettings device,
    PushSettings push,
    WakerSettings waker,
    ConnectionSettings connection,
    LiveSettings live,
    CallSettings calls,
    String managementHost,
    int managementPort) {

  /** The one thing a cluster depends on. */
  record DatabaseSettings(
      String url, @Nullable String user, @Nullable String password, int readConnections) {}

  /** System properties over the operator's settings over ours over the libraries'. */
  static Config load(Config operators) {
    return ConfigFactory.defaultOverrides()
        .withFallback(operators)
        .withFallback(ConfigFactory.parseResources("node.conf"))
        .withFallback(ConfigFactory.defaultReferenceUnresolved())
        .resolve();
  }

  /**
   * Throws {@link com.typesafe.config.ConfigException} or {@link Failure} with a sentence for
   * operators.
   */
  static Settings of(Config config) {
    Config viesti = config.getConfig("viesti");
    Config database = viesti.getConfig("database");
    DatabaseSettings databaseSettings =
        new DatabaseSettings(
            journalUrl(database.getString("url")),
            orNull(database.getString("user")),
            orNull(database.getString("password")),
            database.getInt("read-connections"));
    return new Settings(
        config.withValue(
            "pekko-persistence-jdbc.shared-databases.slick",
            journal(databaseSettings, database.getInt("journal-connections")).root()),
        viesti.getStringList("cluster.seed-nodes").isEmpty(),
        databaseSettings,
        SecuritySettings.of(config),
        RoomSettings.from(viesti),
        UserSettings.from(viesti),
        DeviceSettings.from(viesti),
        PushSettings.from(viesti),
        WakerSettings.from(viesti),
        ConnectionSettings.from(viesti),
        LiveSettings.from(config),
        CallSettings.from(viesti),
        viesti.getString("management.host"),
        viesti.getInt("management.port"));
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }

  /**
   * The drivers' defaults that would not do: H2 writes what is committed half a second later, and
   * PostgreSQL's driver sends a batch row by row.
   */
  private static String journalUrl(String url) {
    if (url.startsWith("jdbc:h2:")) {
      return url.contains("WRITE_DELAY") ? url : url + ";WRITE_DELAY=0";
    }
    if (url.contains("reWriteBatchedInserts")) {
      return url;
    }
    return url + (url.contains("?") ? "&" : "?") + "reWriteBatchedInserts=true";
  }

  /** The journal's own pool, in Slick's words. */
  private static Config journal(DatabaseSettings database, int connections) {
    boolean h2 = Database.dialect(database.url()).equals("h2");
    Map<String, Object> db =
        Map.of(
            "url",
            database.url(),
            "user",
            database.user() == null ? "" : database.user(),
            "password",
            database.password() == null ? "" : database.password(),
            "driver",
            h2 ? "org.h2.Driver" : "org.postgresql.Driver",
            "connectionPool",
            "HikariCP",
            "numThreads",
            connections,
            "maxConnections",
            connections,
            "minConnections",
            connections,
            "queueSize",
            50_000,
            "connectionTimeout",
            10_000);
    return ConfigFactory.empty()
        .withValue(
            "profile",
            ConfigValueFactory.fromAnyRef(
                h2 ? "slick.jdbc.H2Profile$" : "slick.jdbc.PostgresProfile$"))
        .withValue("db", ConfigValueFactory.fromMap(db));
  }
}
