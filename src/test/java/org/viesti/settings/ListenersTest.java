package org.viesti.settings;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.TestNode;
import org.viesti.testkit.Shows;

/** Where a node listens, and how it opens its database. */
@Timeout(60)
class ListenersTest {
  /** Each on a loopback address of its own. */
  private static final Map<String, String> HOSTS =
      Map.of(
          "http", "127.0.0.2",
          "live", "127.0.0.3",
          "management", "127.0.0.4",
          "cluster", "127.0.0.5");

  private static final Map<String, Integer> PORTS = new HashMap<>();

  @TempDir static Path folder;
  static TestNode node;

  @BeforeAll
  static void start() throws IOException {
    for (Map.Entry<String, String> listener : HOSTS.entrySet()) {
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName(listener.getValue()))) {
        PORTS.put(listener.getKey(), free.getLocalPort());
      }
    }
    node =
        TestNode.start(
            folder,
            "http.host",
            "127.0.0.2",
            "http.port",
            port("http"),
            "live.host",
            "127.0.0.3",
            "live.port",
            port("live"),
            "management.host",
            "127.0.0.4",
            "management.port",
            port("management"),
            "cluster.host",
            "127.0.0.5",
            "cluster.port",
            port("cluster"),
            "database.url",
            "jdbc:h2:file:" + folder.resolve("elsewhere"),
            "database.user",
            "keeper",
            "database.password",
            " s3cret ");
  }

  private static int port(String listener) {
    return PORTS.getOrDefault(listener, 0);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static void connect(String host, int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), 5000);
    }
  }

  @Test
  @Shows({
    "http.host",
    "http.port",
    "live.host",
    "live.port",
    "management.host",
    "management.port",
    "cluster.host",
    "cluster.port"
  })
  void each_door_is_where_it_is_set_and_nowhere_else() throws IOException {
    for (Map.Entry<String, Integer> listener : PORTS.entrySet()) {
      int port = listener.getValue();
      String own = String.valueOf(HOSTS.get(listener.getKey()));
      connect(own, port);
      assertThatThrownBy(() -> connect("127.0.0.1", port))
          .as(listener.getKey())
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  @Shows({"database.url", "database.user", "database.password"})
  void the_database_is_the_one_that_is_set_and_opens_to_its_user_alone() throws SQLException {
    String url = "jdbc:h2:file:" + folder.resolve("elsewhere") + ";IFEXISTS=TRUE";
    DriverManager.getConnection(url, "keeper", " s3cret ").close();
    assertThatThrownBy(() -> DriverManager.getConnection(url, "keeper", "s3cret"))
        .isInstanceOf(SQLException.class);
    assertThatThrownBy(() -> DriverManager.getConnection(url, "", ""))
        .isInstanceOf(SQLException.class);
  }
}
