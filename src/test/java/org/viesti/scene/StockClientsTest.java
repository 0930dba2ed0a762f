package org.viesti.scene;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.IMqttMessageListener;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.testkit.Tokens;

/** Sessions as the clients that people use have them. */
@Timeout(120)
class StockClientsTest {
  @TempDir static Path folder;
  static Stage stage;

  @BeforeAll
  static void start() {
    stage = Stage.set(folder, "topics.acl", List.of("allow all #"));
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  private static int port() {
    return stage.node.mqttPort();
  }

  /** Publishes one at QoS 1 and one at QoS 2. */
  private static void publish(String topic) {
    try (Link ann = stage.connect("ann", "phone")) {
      for (int qos = 1; qos <= 2; qos++) {
        String id = topic + qos;
        ann.send(
            Link.frame("publish", "id", id, "topic", topic, "payload", "at " + qos, "qos", qos));
        ann.next("publish_ack", ack -> ack.path("id").asText().equals(id));
      }
    }
  }

  @Test
  void hivemqs() throws Exception {
    Mqtt5BlockingClient client =
        Mqtt5Client.builder()
            .identifier("hive")
            .serverHost("127.0.0.1")
            .serverPort(port())
            .simpleAuth()
            .username("bob")
            .password(Tokens.of("bob", "hive").getBytes(UTF_8))
            .applySimpleAuth()
            .buildBlocking();
    Mqtt5Connect connect =
        Mqtt5Connect.builder().cleanStart(false).sessionExpiryInterval(3600).build();
    assertThat(client.connect(connect).isSessionPresent()).isFalse();
    client.subscribeWith().topicFilter("hive/+").qos(MqttQos.EXACTLY_ONCE).send();
    client.disconnect();
    publish("hive/a");
    try (Mqtt5BlockingClient.Mqtt5Publishes all = client.publishes(MqttGlobalPublishFilter.ALL)) {
      assertThat(client.connect(connect).isSessionPresent()).isTrue();
      for (int qos = 1; qos <= 2; qos++) {
        var one = all.receive(20, TimeUnit.SECONDS).orElseThrow();
        assertThat(new String(one.getPayloadAsBytes(), UTF_8)).isEqualTo("at " + qos);
        assertThat(one.getQos().getCode()).isEqualTo(qos);
      }
    }
    client.disconnect();
  }

  @Test
  void pahos_of_mqtt_3() throws Exception {
    MqttConnectOptions options = new MqttConnectOptions();
    options.setCleanSession(false);
    options.setUserName("bob");
    options.setPassword(Tokens.of("bob", "paho").toCharArray());
    BlockingQueue<String> arrived = new LinkedBlockingQueue<>();
    IMqttMessageListener listener =
        (topic, message) -> arrived.add(topic + " " + new String(message.getPayload(), UTF_8));
    MqttClient client =
        new MqttClient("tcp://127.0.0.1:" + port(), "paho", new MemoryPersistence());
    client.connect(options);
    client.subscribe("paho/#", 1, listener);
    client.disconnect();
    publish("paho/a");
    assertThat(client.connectWithResult(options).getSessionPresent()).isTrue();
    for (int qos = 1; qos <= 2; qos++) {
      assertThat(arrived.poll(20, TimeUnit.SECONDS)).isEqualTo("paho/a at " + qos);
    }
    client.disconnect();
    client.close();
  }

  @Test
  void mosquittos() throws Exception {
    String token = Tokens.of("bob", "mosquitto");
    String[] sub = {
      "mosquitto_sub",
      "-p",
      "" + port(),
      "-u",
      "bob",
      "-P",
      token,
      "-i",
      "mosquitto",
      "-c",
      "-q",
      "1",
      "-t",
      "mosquitto/#"
    };
    run(with(sub, "-E"));
    publish("mosquitto/a");
    assertThat(run(with(sub, "-C", "2", "-v")))
        .containsExactly("mosquitto/a at 1", "mosquitto/a at 2");
  }

  @Test
  void the_one_for_javascript() throws Exception {
    Path modules = Path.of("target", "npm").toAbsolutePath();
    run(
        "npm",
        "install",
        "--silent",
        "--no-package-lock",
        "--no-audit",
        "--prefix",
        modules.toString(),
        "mqtt@5.16.0");
    String[] session = {
      "env",
      "NODE_PATH=" + modules.resolve("node_modules"),
      "node",
      "src/test/npm/session.js",
      "mqtt://127.0.0.1:" + port(),
      "bob",
      Tokens.of("bob", "js"),
      "js",
      "js/#"
    };
    assertThat(run(with(session, "subscribe"))).containsExactly("present false");
    publish("js/a");
    // It may tell of what came with the CONNACK before it tells of that.
    assertThat(run(with(session, "2")))
        .hasSize(3)
        .contains("present true")
        .containsSubsequence("js/a at 1", "js/a at 2");
    session[4] = "ws://127.0.0.1:" + stage.node.live().getPort() + "/mqtt";
    publish("js/b");
    assertThat(run(with(session, "2")))
        .hasSize(3)
        .contains("present true")
        .containsSubsequence("js/b at 1", "js/b at 2");
  }

  private static String[] with(String[] command, String... more) {
    List<String> all = new ArrayList<>(Arrays.asList(command));
    all.addAll(Arrays.asList(more));
    return all.toArray(String[]::new);
  }

  /** What it prints, once it has ended well. */
  private static List<String> run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      List<String> lines = process.inputReader(UTF_8).lines().toList();
      assertThat(process.waitFor()).as(String.join("\n", lines)).isZero();
      return lines;
    } finally {
      process.destroyForcibly();
    }
  }
}
