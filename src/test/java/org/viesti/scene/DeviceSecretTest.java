package org.viesti.scene;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.viesti.scene.Link.frame;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.testkit.Calls;
import org.viesti.testkit.Mosquitto;
import org.viesti.testkit.Tokens;

/** Devices that have a secret instead of a token: stock clients, from the call that makes it on. */
@Timeout(60)
class DeviceSecretTest {
  /** A device revoked is gone by then; so is one whose secret was. */
  private static final Duration SOON = Duration.ofSeconds(5);

  @TempDir static Path folder;
  static Stage stage;

  @BeforeAll
  static void start() {
    stage = Stage.set(folder); // no rules: each device has its own tree
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  private static Calls calls(String user, String device) {
    return new Calls(stage.node.calls(), Tokens.of(user, device));
  }

  private static Calls operator() {
    return new Calls(
        stage.node.calls(),
        Tokens.of("op", "desk", Tokens.TENANT, List.of("operator"), Duration.ofHours(1)));
  }

  /** Made by an operator, as whoever sets up a fleet does. */
  private static String secret(String user, String device) {
    return operator()
        .call("POST", "/users/" + user + "/devices/" + device + "/secret", null)
        .expect(200)
        .body()
        .path("secret")
        .asText();
  }

  private static MqttConnectionOptions options(String user, String password) {
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setUserName(Tokens.TENANT + "/" + user);
    options.setPassword(password.getBytes(UTF_8));
    return options;
  }

  /** A live client of MQTT 5, and the reason it is sent away with. */
  private record Live(MqttClient client, CompletableFuture<Integer> gone) implements AutoCloseable {
    static Live connect(String user, String device, String password) throws MqttException {
      MqttClient client =
          new MqttClient(
              "tcp://127.0.0.1:" + stage.node.mqttPort(), device, new MemoryPersistence());
      Live live = new Live(client, new CompletableFuture<>());
      client.setCallback(live.new Heard());
      client.connect(options(user, password));
      return live;
    }

    /** The reason of the DISCONNECT that must come soon. */
    int reason() throws Exception {
      return gone.get(SOON.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() throws MqttException {
      client.disconnectForcibly(0, 0, false);
      client.close();
    }

    private final class Heard implements MqttCallback {
      @Override
      public void disconnected(MqttDisconnectResponse response) {
        gone.complete(response.getReturnCode());
      }

      @Override
      public void mqttErrorOccurred(MqttException exception) {}

      @Override
      public void messageArrived(String topic, MqttMessage message) {}

      @Override
      public void deliveryComplete(IMqttToken token) {}

      @Override
      public void connectComplete(boolean reconnect, String server) {}

      @Override
      public void authPacketArrived(int reason, MqttProperties properties) {}
    }
  }

  private static void refused(String user, String device, String password, int reason) {
    assertThatThrownBy(() -> Live.connect(user, device, password))
        .isInstanceOfSatisfying(
            MqttException.class, no -> assertThat(no.getReasonCode()).isEqualTo(reason));
  }

  private static Mosquitto.Ended publish(
      String version, String user, String device, String password, String topic) throws Exception {
    return Mosquitto.pub(
        stage.node.mqttPort(),
        "-V",
        version,
        "-i",
        device,
        "-u",
        Tokens.TENANT + "/" + user,
        "-P",
        password,
        "-t",
        topic,
        "-m",
        "41",
        "-q",
        "1");
  }

  @Test
  void mosquitto_pub_publishes_in_its_device_s_tree_with_the_secret_it_was_given()
      throws Exception {
    String secret = secret("ann", "plant");
    try (Link ann = stage.connect("ann", "plant2")) {
      // By REST ann's other devices see nothing of it: a tree is a device's own.
      ann.send(
          frame("subscribe", "id", "s", "filters", List.of(Map.of("filter", "devices/plant/#"))));
      assertThat(ann.next("subscribed").at("/grants/0/refused/code").asText())
          .isEqualTo("PERMISSION_DENIED");
    }
    for (String version : List.of("mqttv311", "mqttv5")) {
      String topic = "devices/plant/" + version;
      assertThat(publish(version, "ann", "plant", secret, topic))
          .isEqualTo(new Mosquitto.Ended(0, ""));
      assertThat(publish("mqttv5", "ann", "plant", secret, "devices/other/" + version).said())
          .contains("Not authorized");
    }
  }

  @Test
  void a_wrong_secret_is_a_bad_user_name_or_password_in_either_version() throws Exception {
    String secret = secret("ann", "door");
    assertThat(publish("mqttv311", "ann", "door", secret + "x", "devices/door/1").code())
        .isEqualTo(4);
    refused("ann", "door", secret + "x", 0x86);
    refused("ann", "window", secret, 0x86);
    refused("bob", "door", secret, 0x86);
  }

  @Test
  void a_token_is_a_password_as_before() throws Exception {
    secret("ann", "both");
    try (Live live = Live.connect("whoever", "both", Tokens.of("ann", "both"))) {
      assertThat(live.client().isConnected()).isTrue();
      // It was not opened by the secret.
      calls("ann", "both").call("DELETE", "/devices/both/secret", null).expect(204);
      calls("ann", "both").call("POST", "/devices/both/secret", null).expect(200);
      live.client().publish("devices/both/1", "x".getBytes(UTF_8), 1, false);
      assertThat(live.gone()).isNotDone();
    }
  }

  @Test
  void a_revoked_secret_closes_the_stream_it_opened_and_opens_no_other() throws Exception {
    String secret = secret("ann", "lamp");
    try (Live live = Live.connect("ann", "lamp", secret)) {
      calls("ann", "phone").call("DELETE", "/devices/lamp/secret", null).expect(204);
      assertThat(live.reason()).isEqualTo(0x87);
    }
    refused("ann", "lamp", secret, 0x86);
  }

  @Test
  void a_new_secret_ends_the_old_one() throws Exception {
    String first = secret("ann", "stove");
    try (Live live = Live.connect("ann", "stove", first)) {
      String second = secret("ann", "stove");
      assertThat(live.reason()).isEqualTo(0x87);
      refused("ann", "stove", first, 0x86);
      Live.connect("ann", "stove", second).close();
    }
  }

  @Test
  void a_revoked_device_is_refused_whatever_its_secret() throws Exception {
    String secret = secret("ann", "gate");
    try (Live live = Live.connect("ann", "gate", secret)) {
      operator().call("DELETE", "/users/ann/devices/gate", null).expect(204);
      assertThat(live.reason()).isEqualTo(0x87);
    }
    refused("ann", "gate", secret, 0x87);
    assertThat(publish("mqttv311", "ann", "gate", secret, "devices/gate/1").code()).isEqualTo(5);
    operator().call("POST", "/users/ann/devices/gate/readmit", null).expect(204);
    Live.connect("ann", "gate", secret).close();
  }

  @Test
  void no_secret_is_in_the_database() {
    String secret = secret("ann", "safe");
    assertThat(
            stage.query("select fingerprint from device_secret where device = ?", "test/ann/safe"))
        .hasSize(1)
        .allSatisfy(kept -> assertThat(kept.toString()).doesNotContain(secret.substring(4)));
  }

  @Test
  void a_secret_outlives_the_node(@TempDir Path home) throws Exception {
    String secret;
    try (Stage before = Stage.set(home)) {
      secret =
          new Calls(before.node.calls(), Tokens.of("ann", "lasting"))
              .call("POST", "/devices/lasting/secret", null)
              .expect(200)
              .body()
              .path("secret")
              .asText();
    }
    try (Stage after = Stage.set(home)) {
      assertThat(
              Mosquitto.pub(
                  after.node.mqttPort(),
                  "-i",
                  "lasting",
                  "-u",
                  "test/ann",
                  "-P",
                  secret,
                  "-t",
                  "devices/lasting/1",
                  "-m",
                  "x",
                  "-q",
                  "1"))
          .isEqualTo(new Mosquitto.Ended(0, ""));
    }
  }
}
