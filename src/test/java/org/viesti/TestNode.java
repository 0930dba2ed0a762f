package org.viesti;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.viesti.device.Devices;
import org.viesti.platform.GatewaySessions;
import org.viesti.room.Rooms;
import org.viesti.testkit.TestDatabase;
import org.viesti.testkit.Tokens;
import org.viesti.user.Users;

/** A whole node in the test's own process, on free ports, with a database of its own. */
public final class TestNode implements AutoCloseable {
  public final Node node;

  public final TestDatabase database;

  private TestNode(Node node, TestDatabase database) {
    this.node = node;
    this.database = database;
  }

  /** Settings in pairs of key (below viesti) and value. */
  public static TestNode start(Path folder, Object... settings) {
    Map<String, Object> all = new HashMap<>();
    TestDatabase database = TestDatabase.of(folder);
    all.put("viesti.database.url", database.url());
    all.put("viesti.database.user", database.user());
    all.put("viesti.auth.secret", Tokens.SECRET);
    all.put("viesti.gateway.key", Tokens.GATEWAY_KEY);
    for (String port : new String[] {"http", "live", "mqtt", "management", "cluster"}) {
      all.put("viesti." + port + ".port", 0);
    }
    for (int i = 0; i < settings.length; i += 2) {
      all.put("viesti." + settings[i], settings[i + 1]);
    }
    Config config = Settings.load(ConfigFactory.parseMap(all));
    return new TestNode(Node.start(config), database);
  }

  public URI live() {
    return URI.create("ws://127.0.0.1:" + node.livePort() + "/ws");
  }

  /** The port of MQTT over TCP. */
  public int mqttPort() {
    return node.mqttPort().orElseThrow();
  }

  public URI calls() {
    return URI.create("http://127.0.0.1:" + node.callPort());
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

  public GatewaySessions gateway() {
    return node.owned().gateway();
  }

  public ActorSystem<?> system() {
    return node.system();
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
