package org.viesti.settings;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.scene.Link.frame;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.scene.Link;
import org.viesti.scene.Stage;
import org.viesti.testkit.Shows;
import org.viesti.testkit.Tokens;

/** How fast one client publishes to topics, and that it loses nothing by it. */
@Timeout(60)
class PublishLimitsTest {
  private static final int RATE = 20;
  private static final int BURST = 10;
  private static final int BYTES_RATE = 20_000;
  private static final int BYTES_BURST = 10_000;

  @TempDir static Path folder;
  static Stage stage;

  @BeforeAll
  static void start() {
    stage =
        Stage.set(
            folder,
            "topics.acl",
            List.of("allow all #"),
            "connection.heartbeat",
            "300ms",
            "limits.publish-rate",
            RATE,
            "limits.publish-burst",
            BURST,
            "limits.publish-bytes-rate",
            BYTES_RATE,
            "limits.publish-bytes-burst",
            BYTES_BURST);
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  private final List<MqttClient> clients = new ArrayList<>();

  @AfterEach
  void clear() throws MqttException {
    for (MqttClient client : clients) {
      client.disconnect();
      client.close();
    }
    stage.clear();
  }

  private MqttClient paho(String device) throws MqttException {
    MqttClient client =
        new MqttClient("tcp://127.0.0.1:" + stage.node.mqttPort(), device, new MemoryPersistence());
    clients.add(client);
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setUserName("ann");
    options.setPassword(Tokens.of("ann", device).getBytes(UTF_8));
    client.connect(options);
    return client;
  }

  /** How long it takes until all are acknowledged, one after the other. */
  private static Duration publishing(MqttClient client, int count, int bytes) throws MqttException {
    byte[] payload = new byte[bytes];
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      client.publish("rates/" + client.getClientId(), payload, 1, false);
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private static Duration seconds(double seconds) {
    return Duration.ofMillis((long) (seconds * 1000));
  }

  @Test
  @Shows({"limits.publish-rate", "limits.publish-burst"})
  void a_client_that_publishes_too_often_waits_and_is_never_refused() throws Exception {
    MqttClient quick = paho("quick");
    assertThat(publishing(quick, BURST, 1)).isLessThan(seconds(1));
    // The first of these is taken, each other waits until there is room for the one before it.
    assertThat(publishing(quick, 2 * RATE, 1)).isBetween(seconds(1.5), seconds(6));
    // Another client has a rate of its own.
    assertThat(publishing(paho("other"), BURST, 1)).isLessThan(seconds(1));
  }

  @Test
  @Shows({"limits.publish-bytes-rate", "limits.publish-bytes-burst"})
  void a_client_that_publishes_too_much_waits_as_well() throws Exception {
    MqttClient large = paho("large");
    assertThat(publishing(large, 1, BYTES_BURST - 100)).isLessThan(seconds(1));
    // Ten messages would be no more often than may be.
    assertThat(publishing(large, 5, BYTES_RATE / 2)).isBetween(seconds(1.5), seconds(6));
  }

  @Test
  void what_a_socket_brings_at_once_is_published_and_then_it_is_left_alone_for_as_long() {
    try (Link bob = stage.connect("bob", "phone");
        Link ann = stage.connect("ann", "phone")) {
      bob.send(frame("subscribe", "id", "s", "filters", List.of(Map.of("filter", "at-once"))));
      bob.next("subscribed");
      ArrayNode all = JsonNodeFactory.instance.arrayNode();
      for (int i = 0; i < BURST + 4 * RATE; i++) {
        all.add(frame("publish", "topic", "at-once", "payload", String.valueOf(i)));
      }
      long start = System.nanoTime();
      ann.send(all);
      bob.next("published", one -> one.path("payload").asText().equals("89"));
      assertThat(bob.all("published")).hasSize(BURST + 4 * RATE);
      // Four seconds, of which its client cannot be heard; it is not taken for dead.
      for (int i = 0; i < 3; i++) {
        ann.settle(); // the first may come just before
      }
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(seconds(3.8), seconds(10));
      assertThat(ann.end().isDone()).isFalse();
    }
  }
}
