package org.viesti.edge.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.viesti.edge.bridge.BridgeScene.next;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viesti.edge.bridge.BridgeScene.Talker;
import org.viesti.edge.websocket.Certificate;
import org.viesti.testkit.Await;
import org.viesti.testkit.MosquittoBroker;
import org.viesti.testkit.Shows;

/** What each setting of a bridge does, and what is refused. */
@Timeout(120)
class BridgeSettingsTest {
  private static final String SECRET = "s3cret-of-the-bridge";

  @TempDir Path folder;
  @TempDir Path mosquittos;

  private static List<BridgeSettings> all(String bridges) {
    return BridgeSettings.all(
        ConfigFactory.parseString("viesti.bridge {" + bridges + "}")
            .withFallback(ConfigFactory.parseResources("reference.conf")));
  }

  // What is read.

  @Test
  void a_bridge_has_what_it_says_and_else_the_defaults() {
    assertThat(all("")).isEmpty();
    List<BridgeSettings> both =
        all(
            """
            defaults { username = ann, password = s3cret, topics = ["# both 1"], retry.max = 9s }
            a { uri = "mqtt://a" }
            b { uri = "mqtts://b:1", username = bob, client-id = bee, tenant = acme, retry.first = 2s }
            """);
    assertThat(both).extracting(BridgeSettings::name).containsExactly("a", "b");
    assertThat(both).extracting(BridgeSettings::clientId).containsExactly("viesti-a", "bee");
    assertThat(both).extracting(BridgeSettings::tenant).containsExactly("default", "acme");
    assertThat(both)
        .extracting(BridgeSettings::login)
        .containsExactly(
            new BridgeSettings.Login("ann", "s3cret"), new BridgeSettings.Login("bob", "s3cret"));
    assertThat(both)
        .allSatisfy(
            each -> {
              assertThat(each.topics()).hasSize(1);
              assertThat(each.retryMax()).isEqualTo(Duration.ofSeconds(9));
              assertThat(each.toString()).doesNotContain("s3cret");
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x { topics = [\"#\"] } | viesti.bridge.x | needs a uri",
        "x { uri = \"mqtt://a\" } | viesti.bridge.x | needs topics",
        "x { uri = \"http://a\" } | viesti.bridge.x.uri | mqtt://host:port",
        "x { uri = \"mqtt://u:p@a\" } | viesti.bridge.x.uri | mqtt://host:port",
        "x { uri = \"mqtt://a\", topics = [\"# sideways\"] } | viesti.bridge.x.topics | in, out or both",
        "x { uri = \"mqtt://a\", topics = [\"# in 2\"] } | viesti.bridge.x.topics | QoS 0 or 1",
        "x { uri = \"mqtt://a\", topics = [\"a# in\"] } | viesti.bridge.x.topics | fills a level",
        "x { uri = \"mqtt://a\", topics = [\"# in 1 a+/\"] } | viesti.bridge.x.topics | prefix",
        "x { uri = \"mqtt://a\", topics = [\"$share/g/a\"] } | viesti.bridge.x.topics | shared",
        "x { uri = \"mqtt://a\", topics = [\"$SYS/# out\"] } | viesti.bridge.x.topics | stay here",
        "x { password = p } | viesti.bridge.x.password | username",
        "x { uri = \"mqtt://a\", tls.ca = a.crt } | viesti.bridge.x.tls.ca | mqtts://",
        "x { uri = \"mqtts://a\", tls.ca = no.crt } | viesti.bridge.x.tls.ca | PEM file",
        "x { tenant = \"a/b\" } | viesti.bridge.x.tenant | 1 to 128",
        "x { retry.max = 1ms } | viesti.bridge.x.retry.max | retry.first",
        "\"x.y\" { uri = \"mqtt://a\" } | x.y | 1 to 64",
        "defaults { uri = \"a\" } | viesti.bridge.defaults.uri | mqtt://host:port"
      })
  void what_cannot_be_is_refused_by_its_name(String bridge, String key, String sentence) {
    assertThatThrownBy(() -> all(bridge))
        .isInstanceOf(ConfigException.BadValue.class)
        .hasMessageContaining(key)
        .hasMessageContaining(sentence);
  }

  // What it does.

  private MosquittoBroker guarded() throws Exception {
    Path passwords = mosquittos.resolve("passwords");
    Process made =
        new ProcessBuilder("mosquitto_passwd", "-b", "-c", passwords.toString(), "bridge", SECRET)
            .start();
    assertThat(made.waitFor()).isZero();
    return MosquittoBroker.in(
        mosquittos, "allow_anonymous false", "password_file " + passwords.toAbsolutePath());
  }

  @Test
  @Shows({"bridge.defaults.username", "bridge.defaults.password"})
  void a_remote_broker_with_passwords_wants_the_right_one() throws Exception {
    try (MosquittoBroker broker = guarded()) {
      try (BridgeScene scene =
          new BridgeScene(
              folder,
              broker.port(),
              "username",
              "bridge",
              "password",
              "wrong-" + SECRET,
              "topics",
              List.of("#"))) {
        JsonNode state =
            scene.awaitState(now -> now.path("last_error").asText().contains("uthori"));
        assertThat(state.path("state").asText()).isIn("away", "connecting");
        assertThat(state.path("since").asLong()).isPositive();
        assertThat(scene.bridges()).doesNotContain(SECRET);
      }
      try (BridgeScene scene =
          new BridgeScene(
              folder,
              broker.port(),
              "username",
              "bridge",
              "password",
              SECRET,
              "topics",
              List.of("#"))) {
        JsonNode state = scene.connected().state();
        assertThat(state.path("name").asText()).isEqualTo("plant");
        assertThat(state.path("uri").asText()).isEqualTo("mqtt://127.0.0.1:" + broker.port());
        assertThat(state.has("last_error")).isFalse();
        assertThat(scene.bridges()).doesNotContain(SECRET);
      }
    }
  }

  @Test
  @Shows("bridge.defaults.client-id")
  void the_remote_broker_knows_the_bridge_by_its_client_id() throws Exception {
    try (MosquittoBroker broker = MosquittoBroker.in(mosquittos, "clientid_prefixes our-")) {
      try (BridgeScene scene =
          new BridgeScene(
              folder, broker.port(), "client-id", "our-bridge", "topics", List.of("#"))) {
        scene.connected();
      }
      try (BridgeScene scene = new BridgeScene(folder, broker.port(), "topics", List.of("#"))) {
        scene.awaitState(now -> now.has("last_error"));
      }
    }
  }

  @Test
  @Shows("bridge.defaults.tls.ca")
  void a_remote_broker_is_believed_if_that_authority_vouches_for_it() throws Exception {
    Certificate certificate = Certificate.in(mosquittos);
    try (MosquittoBroker broker =
        MosquittoBroker.in(
            mosquittos,
            "certfile " + certificate.files().certificate(),
            "keyfile " + certificate.files().key())) {
      String uri = "mqtts://localhost:" + broker.port();
      try (BridgeScene scene =
          new BridgeScene(
              folder,
              broker.port(),
              "uri",
              uri,
              "tls.ca",
              certificate.files().certificate(),
              "topics",
              List.of("#"))) {
        scene.connected();
      }
      try (BridgeScene scene =
          new BridgeScene(folder, broker.port(), "uri", uri, "topics", List.of("#"))) {
        scene.awaitState(now -> now.path("last_error").asText().contains("certification path"));
      }
    }
  }

  @Test
  @Shows("bridge.defaults.window")
  void so_many_go_out_without_an_answer_and_no_more() throws Exception {
    try (ScriptedBroker broker = new ScriptedBroker();
        BridgeScene scene =
            new BridgeScene(folder, broker.port(), "window", 3, "topics", List.of("# out 1"));
        ScriptedBroker.Session bridge = broker.accept()) {
      Talker ann = scene.connected().here("ann");
      for (int i = 0; i < 10; i++) {
        ann.say("pump", "" + i);
      }
      ann.say("marker", "goes at once", 0, false);
      ScriptedBroker.Session.Packet[] first = new ScriptedBroker.Session.Packet[3];
      for (int i = 0; i < 3; i++) {
        first[i] = bridge.packet();
        assertThat(first[i].qos()).isEqualTo(1);
      }
      assertThat(bridge.packet().qos()).isZero();
      bridge.puback(first[0].id());
      assertThat(bridge.packet().qos()).isEqualTo(1);
    }
  }

  @Test
  @Shows("bridge.defaults.max-message-bytes")
  void a_larger_message_of_the_remote_broker_is_not_taken() throws Exception {
    try (MosquittoBroker broker = MosquittoBroker.in(mosquittos);
        BridgeScene scene =
            new BridgeScene(
                folder, broker.port(), "max-message-bytes", 10, "topics", List.of("# in 1"))) {
      Talker ann = scene.connected().here("ann");
      BlockingQueue<String> here = ann.hear("#");
      Talker rob = scene.there("rob");
      rob.say("pump", "eleven byte");
      rob.say("pump", "ten bytes.");
      assertThat(next(here)).isEqualTo("pump ten bytes.");
      JsonNode state = scene.awaitState(now -> now.path("in").asInt() == 1);
      assertThat(state.path("refused").asInt()).isEqualTo(1);
      assertThat(state.path("last_error").asText()).contains("max-message-bytes", "pump");
    }
  }

  @Test
  @Shows("bridge.defaults.keep")
  void a_bridge_that_no_node_runs_for_longer_is_forgotten() throws Exception {
    try (MosquittoBroker broker = MosquittoBroker.in(mosquittos);
        BridgeScene scene =
            new BridgeScene(folder, broker.port(), "keep", "1s", "topics", List.of("# out 1"))) {
      scene.connected().session("rob");
      broker.stop();
      scene.awaitState(state -> !state.path("state").asText().equals("connected"));
      scene.here("ann").say("pump", "long ago");
      scene.stop();
      long stopped = System.nanoTime();
      Await.until(
          BridgeScene.PATIENCE,
          () -> "the clock stands still",
          () -> System.nanoTime() - stopped > 1_200_000_000L);
      scene.start();
      broker.start();
      scene.connected();
      BlockingQueue<String> there = scene.session("rob");
      scene.here("ann").say("pump", "now");
      assertThat(next(there)).isEqualTo("pump now");
    }
  }

  @Test
  @Shows("bridge.defaults.connect-timeout")
  void a_remote_broker_that_does_not_answer_is_called_again() throws Exception {
    try (ScriptedBroker broker = new ScriptedBroker();
        BridgeScene scene =
            new BridgeScene(
                folder, broker.port(), "connect-timeout", "1s", "topics", List.of("#"))) {
      broker.acceptMute();
      scene.awaitState(now -> now.path("last_error").asText().contains("does not answer"));
      broker.accept().close();
    }
  }

  private static List<String> pahos() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("MQTT") && name.endsWith("viesti-plant"))
        .toList();
  }

  @Test
  @Shows({"bridge.defaults.retry.first", "bridge.defaults.retry.max"})
  void the_remote_broker_is_called_again_and_again() throws Exception {
    try (ScriptedBroker broker = new ScriptedBroker()) {
      AtomicInteger calls = broker.refuseAll();
      // By default the waits would have grown to half a minute.
      try (BridgeScene scene =
          new BridgeScene(
              folder,
              broker.port(),
              "retry.first",
              "1ms",
              "retry.max",
              "10ms",
              "topics",
              List.of("#"))) {
        Await.until(BridgeScene.PATIENCE, () -> calls + " calls", () -> calls.get() > 30);
        assertThat(scene.state().path("last_error").asText()).isNotEmpty();
      }
      // None of these calls has left a thread of Paho's behind.
      Await.until(BridgeScene.PATIENCE, () -> "threads: " + pahos(), () -> pahos().isEmpty());
    }
  }
}
