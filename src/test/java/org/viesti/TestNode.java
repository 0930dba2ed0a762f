package org.viesti;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.viesti.device.Devices;
import org.viesti.room.Rooms;
import org.viesti.testkit.Tokens;
import org.viesti.user.Users;

/** A whole node in the test's own process, on free ports, with its database in a file. */
public final class TestNode implements AutoCloseable {
  public final Node node;

  /** Opens the node's database a second time, in the same process. */
  public final String databaseUrl;

  private TestNode(Node node, String databaseUrl) {
    this.node = node;
    this.databaseUrl = databaseUrl;
  }

  /** Settings in pairs of key (below viesti) and value. */
  public static TestNode start(Path folder, Object... settings) {
    Map<String, Object> all = new HashMap<>();
    all.put("viesti.database.url", "jdbc:h2:file:" + folder.resolve("viesti"));
    all.put("viesti.auth.secret", Tokens.SECRET);
    for (String port : new String[] {"http", "live", "management", "cluster"}) {
      all.put("viesti." + port + ".port", 0);
    }
    for (int i = 0; i < settings.length; i += 2) {
      all.put("viesti." + settings[i], settings[i + 1]);
    }
    Config config = Settings.load(ConfigFactory.parseMap(all));
    return new TestNode(Node.start(config), config.getString("viesti.database.url"));
  }

  public URI live() {
    return URI.create("ws://127.0.0.1:" + node.livePort() + "/ws");
  }

  public Rooms rooms() {
    return node.owned().rooms();
  }

  public Users users() {
    return node.owned().users();
  }

  public Devices devices() {
    return node.owned().devices();
  }

  /** How many streams are open. */
  public CompletionStage<Integer> streams() {
    return node.owned().connections().count();
  }

  @Override
  public void close() {
    node.close();
  }
}
