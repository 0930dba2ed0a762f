package org.viesti.scene;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.scene.Link.frame;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.IMqttMessageListener;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.testkit.Tokens;

/** Stock MQTT clients and WebSocket clients in one topic tree. */
@Timeout(60)
class MqttTest {
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

  private static MqttConnectionOptions options(String user, String device) {
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setUserName(user);
    options.setPassword(Tokens.of(user, device).getBytes(UTF_8));
    options.setCleanStart(true);
    return options;
  }

  private static MqttClient paho(String user, String device, MqttConnectionOptions options)
      throws MqttException {
    MqttClient client =
        new MqttClient("tcp://127.0.0.1:" + port(), device, new MemoryPersistence());
    client.connect(options);
    return client;
  }

  private static BlockingQueue<String> subscribe(MqttClient client, String filter, int qos)
      throws MqttException {
    BlockingQueue<String> arrived = new LinkedBlockingQueue<>();
    client.subscribe(
        new MqttSubscription[] {new MqttSubscription(filter, qos)},
        new IMqttMessageListener[] {
          (topic, message) -> arrived.add(topic + " " + new String(message.getPayload(), UTF_8))
        });
    return arrived;
  }

  private static String next(BlockingQueue<String> arrived) throws InterruptedException {
    String one = arrived.poll(10, TimeUnit.SECONDS);
    assertThat(one).as("something came in 10 s").isNotNull();
    return one;
  }

  @Test
  void a_device_sees_what_a_browser_publishes_at_every_quality_of_service() throws Exception {
    MqttClient bob = paho("bob", "lamp", options("bob", "lamp"));
    try (Link ann = stage.connect("ann", "phone")) {
      BlockingQueue<String> arrived = subscribe(bob, "lamp/#", 2);
      for (int qos = 0; qos <= 2; qos++) {
        String id = "q" + qos;
        ann.send(frame("publish", "id", id, "topic", "lamp/" + qos, "payload", "on", "qos", qos));
        ann.next("publish_ack", ack -> ack.path("id").asText().equals(id));
        assertThat(next(arrived)).isEqualTo("lamp/" + qos + " on");
      }
    } finally {
      bob.disconnect();
      bob.close();
    }
  }

  @Test
  void devices_of_one_tenant_do_not_hear_another_s() throws Exception {
    MqttClient bob = paho("bob", "ear", options("bob", "ear"));
    try (Link ann = stage.connect("ann", "phone")) {
      BlockingQueue<String> arrived = subscribe(bob, "#", 0);
      try (Link other =
          stage.link(
              Tokens.of("eve", "phone", "other", List.of(), Duration.ofHours(1)),
              Link.Form.JSON,
              0)) {
        other.hello();
        other.send(frame("publish", "id", "1", "topic", "secret", "payload", "x", "qos", 1));
        assertThat(other.next("publish_ack").path("matched").asBoolean()).isFalse();
      }
      ann.send(frame("publish", "topic", "open", "payload", "x"));
      assertThat(next(arrived)).isEqualTo("open x");
    } finally {
      bob.disconnect();
      bob.close();
    }
  }

  @Test
  void a_will_is_published_when_its_client_is_gone_without_a_word() throws Exception {
    MqttConnectionOptions options = options("bob", "frail");
    options.setWill("wills/frail", new MqttMessage("gone".getBytes(UTF_8), 1, false, null));
    MqttClient bob = paho("bob", "frail", options);
    try (Link ann = stage.connect("ann", "phone")) {
      ann.send(frame("subscribe", "id", "s", "filters", List.of(Map.of("filter", "wills/#"))));
      ann.next("subscribed");
      bob.disconnectForcibly(0, 0, false);
      assertThat(ann.next("published").path("payload").asText()).isEqualTo("gone");
    } finally {
      bob.close();
    }
  }
}
