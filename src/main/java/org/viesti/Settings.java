package org.viesti;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.viesti.connection.ConnectionSettings;
import org.viesti.device.DeviceSettings;
import org.viesti.edge.CallSettings;
import org.viesti.edge.LiveSettings;
import org.viesti.edge.bridge.BridgeSettings;
import org.viesti.edge.mqtt.MqttSettings;
import org.viesti.edge.socketio.SocketIoSettings;
import org.viesti.journal.Database;
import org.viesti.platform.GatewaySettings;
import org.viesti.room.RoomSettings;
import org.viesti.routing.RoutingSettings;
import org.viesti.routing.WakerSettings;
import org.viesti.security.SecuritySettings;
import org.viesti.security.TopicAcl;
import org.viesti.settings.SectionSettings;
import org.viesti.stream.StreamSettings;
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
    TopicAcl topics,
    RoutingSettings routing,
    RoomSettings room,
    UserSettings user,
    DeviceSettings device,
    StreamSettings stream,
    PushSettings push,
    WakerSettings waker,
    ConnectionSettings connection,
    LiveSettings live,
    MqttSettings mqtt,
    List<BridgeSettings> bridges,
    GatewaySettings gateway,
    SocketIoSettings socketIo,
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
    KnownSettings.check(config);
    SectionSettings database = SectionSettings.of(config, "database");
    DatabaseSettings databaseSettings =
        new DatabaseSettings(
            journalUrl(database),
            orNull(database.text("user")),
            orNull(database.text("password")),
            database.number("read-connections", 1, 1000));
    SectionSettings management = SectionSettings.of(config, "management");
    Settings settings =
        new Settings(
            config.withValue(
                "pekko-persistence-jdbc.shared-databases.slick",
                journal(databaseSettings, database.number("journal-connections", 1, 1000)).root()),
            clusterOfOne(SectionSettings.of(config, "cluster")),
            databaseSettings,
            SecuritySettings.of(config),
            TopicAcl.from(config),
            RoutingSettings.from(config),
            RoomSettings.from(config),
            UserSettings.from(config),
            DeviceSettings.from(config),
            StreamSettings.from(config),
            PushSettings.from(config),
            WakerSettings.from(config),
            ConnectionSettings.from(config),
            LiveSettings.from(config),
            MqttSettings.from(config),
            BridgeSettings.all(config),
            GatewaySettings.from(config),
            SocketIoSettings.from(config),
            CallSettings.from(config),
            management.text("host"),
            management.number("port", 0, 65_535));
    settings.checkTimeouts(config);
    return settings;
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }

  /** What Pekko is told of these is in node.conf. */
  private static boolean clusterOfOne(SectionSettings cluster) {
    cluster.text("host");
    cluster.number("port", 0, 65_535);
    return cluster.texts("seed-nodes").isEmpty();
  }

  /** A call that gives up before the owner it asks would never tell what the owner says. */
  private void checkTimeouts(Config config) {
    for (Duration owner : List.of(room.askTimeout(), user.askTimeout(), device.askTimeout())) {
      if (calls.requestTimeout().compareTo(owner) <= 0) {
        throw SectionSettings.of(config, "http")
            .wrong(
                "request-timeout",
                "must be more than every ask-timeout (one is " + owner.toMillis() + "ms)");
      }
    }
  }

  /**
   * The drivers' defaults that would not do: H2 writes what is committed half a second later, and
   * closes before the node has said its last; PostgreSQL's driver sends a batch row by row.
   */
  private static String journalUrl(SectionSettings database) {
    String url = database.text("url");
    if (!url.startsWith("jdbc:h2:") && !url.startsWith("jdbc:postgresql:")) {
      throw database.wrong("url", "must begin with jdbc:h2: or jdbc:postgresql:");
    }
    if (url.startsWith("jdbc:h2:")) {
      String flushed = url.contains("WRITE_DELAY") ? url : url + ";WRITE_DELAY=0";
      return url.contains("DB_CLOSE_ON_EXIT") ? flushed : flushed + ";DB_CLOSE_ON_EXIT=FALSE";
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
