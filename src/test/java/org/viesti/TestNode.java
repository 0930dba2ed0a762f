package org.viesti;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.viesti.testkit.Tokens;

/** A whole node in the test's own process, on free ports, with its database in a file. */
public final class TestNode implements AutoCloseable {
  public final Node node;

  private TestNode(Node node) {
    this.node = node;
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
    return new TestNode(Node.start(config));
  }

  public URI live() {
    return URI.create("ws://127.0.0.1:" + node.livePort() + "/ws");
  }

  public URI calls() {
    return URI.create("http://127.0.0.1:" + node.callPort());
  }

  @Override
  public void close() {
    node.close();
  }
}
