package org.viesti.edge.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;
import org.viesti.TestNode;
import org.viesti.device.Session;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.UserId;
import org.viesti.testkit.Await;
import org.viesti.testkit.MosquittoBroker;
import org.viesti.testkit.Tokens;

/** A node with the bridge {@code plant} to a port of this machine, and clients on both sides. */
final class BridgeScene implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Path folder;
  private final int remotePort;
  private final Object[] settings;
  private final int managementPort;
  private final List<Talker> talkers = new ArrayList<>();
  private @Nullable TestNode node;

  /**
   * @param settings in pairs of key, below viesti.bridge.plant, and value
   */
  BridgeScene(Path folder, int remotePort, Object... settings) throws IOException {
    this.folder = folder;
    this.remotePort = remotePort;
    this.settings = settings;
    this.managementPort = MosquittoBroker.freePort();
    start();
  }

  void start() {
    List<Object> all = new ArrayList<>();
    all.addAll(List.of("management.port", managementPort, "topics.acl", List.of("allow all #")));
    all.addAll(List.of("bridge.plant.uri", "mqtt://127.0.0.1:" + remotePort));
    all.addAll(List.of("bridge.plant.tenant", Tokens.TENANT));
    // A broker that comes back is found soon.
    all.addAll(List.of("bridge.plant.retry.first", "50ms", "bridge.plant.retry.max", "200ms"));
    for (int i = 0; i < settings.length; i += 2) {
      all.add("bridge.plant." + settings[i]);
      all.add(settings[i + 1]);
    }
    node = TestNode.start(folder, all.toArray());
  }

  /** Stops the node, in good order. */
  void stop() {
    talkers.removeIf(Talker::closeIfHere);
    if (node != null) {
      node.close();
      node = null;
    }
  }

  int mqttPort() {
    return node == null ? 0 : node.mqttPort();
  }

  /** A client of the node's. */
  Talker here(String device) throws MqttException {
    return here(device, true);
  }

  /**
   * @param clean without a session that outlives it
   */
  Talker here(String device, boolean clean) throws MqttException {
    MqttConnectOptions options = new MqttConnectOptions();
    options.setCleanSession(clean);
    options.setUserName("ann");
    options.setPassword(Tokens.of("ann", device).toCharArray());
    return talker(mqttPort(), device, options, true);
  }

  /** What the bridge's session is subscribed to. */
  Set<String> filters() {
    DeviceId bridge = new DeviceId(new UserId(Tokens.TENANT, Bridge.USER), "plant");
    Session session =
        Objects.requireNonNull(node)
            .devices()
            .stored(bridge)
            .toCompletableFuture()
            .join()
            .session();
    return session == null ? Set.of() : session.subscriptions().keySet();
  }

  /** The node's database, beside the node. */
  Connection database() throws SQLException {
    return Objects.requireNonNull(node).database.connect();
  }

  /** A client of the remote broker's. */
  Talker there(String client) throws MqttException {
    return talker(remotePort, client, new MqttConnectOptions(), false);
  }

  /** What a client of the remote broker's hears that has a session there, for all topics. */
  BlockingQueue<String> session(String client) throws MqttException {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    MqttConnectOptions options = new MqttConnectOptions();
    options.setCleanSession(false);
    MqttClient paho =
        new MqttClient("tcp://127.0.0.1:" + remotePort, client, new MemoryPersistence());
    paho.setCallback(
        new MqttCallback() {
          @Override
          public void connectionLost(Throwable cause) {}

          @Override
          public void messageArrived(String topic, MqttMessage message) {
            heard.add(topic + " " + new String(message.getPayload(), UTF_8));
          }

          @Override
          public void deliveryComplete(IMqttDeliveryToken token) {}
        });
    paho.connect(options);
    paho.subscribe("#", 1);
    talkers.add(new Talker(paho, false));
    return heard;
  }

  private Talker talker(int port, String id, MqttConnectOptions options, boolean here)
      throws MqttException {
    options.setMaxInflight(2000);
    MqttClient client = new MqttClient("tcp://127.0.0.1:" + port, id, new MemoryPersistence());
    client.connect(options);
    Talker talker = new Talker(client, here);
    talkers.add(talker);
    return talker;
  }

  /** A client on one side. */
  record Talker(MqttClient client, boolean isHere) {
    /** What comes, as topic and payload. */
    BlockingQueue<String> hear(String filter) throws MqttException {
      BlockingQueue<String> heard = new LinkedBlockingQueue<>();
      client.subscribe(
          filter,
          1,
          (topic, message) -> heard.add(topic + " " + new String(message.getPayload(), UTF_8)));
      return heard;
    }

    /** Publishes at QoS 1, and returns when it is acknowledged. */
    void say(String topic, String payload) throws MqttException {
      say(topic, payload, 1, false);
    }

    void say(String topic, String payload, int qos, boolean retain) throws MqttException {
      client.publish(topic, payload.getBytes(UTF_8), qos, retain);
    }

    private boolean closeIfHere() {
      if (isHere) {
        close();
      }
      return isHere;
    }

    private void close() {
      try {
        client.disconnectForcibly(0, 100);
        client.close(true);
      } catch (MqttException e) {
        throw new AssertionError(e);
      }
    }
  }

  static String next(BlockingQueue<String> heard) throws InterruptedException {
    String one = heard.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (one == null) {
      throw new AssertionError("nothing came in " + PATIENCE);
    }
    return one;
  }

  /** What operators see of the bridge. */
  JsonNode state() throws IOException, InterruptedException {
    return new JsonMapper().readTree(bridges()).path("bridges").path(0);
  }

  String bridges() throws IOException, InterruptedException {
    return HTTP.send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + managementPort + "/viesti/bridges"))
                .timeout(PATIENCE)
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  JsonNode awaitState(Predicate<JsonNode> wanted) {
    JsonNode[] last = new JsonNode[1];
    Await.until(
        PATIENCE,
        () -> "the bridge is " + last[0],
        () -> {
          last[0] = state();
          return wanted.test(last[0]);
        });
    return last[0];
  }

  BridgeScene connected() {
    awaitState(state -> state.path("state").asText().equals("connected"));
    return this;
  }

  @Override
  public void close() {
    stop();
    talkers.forEach(Talker::close);
    talkers.clear();
  }
}
