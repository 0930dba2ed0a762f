package org.viesti.scene;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.edge.websocket.Certificate;
import org.viesti.testkit.Authority;
import org.viesti.testkit.Mosquitto;

/** A fleet whose devices have certificates: with mosquitto_pub, in the trees that are its own. */
@Timeout(60)
class ClientCertificateTest {
  @TempDir static Path folder;
  static Stage stage;
  static int port;
  static Certificate server;
  static Authority authority;

  @BeforeAll
  static void start() throws Exception {
    server = Certificate.in(folder);
    authority = Authority.in(folder);
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      port = free.getLocalPort();
    }
    stage =
        Stage.set(
            folder,
            "mqtt.tls.port",
            port,
            "mqtt.tls.certificate",
            server.files().certificate(),
            "mqtt.tls.key",
            server.files().key(),
            "mqtt.tls.client-ca",
            authority.file().toString(),
            "mqtt.tls.client-certificates",
            "required",
            "mqtt.tls.any-client-id",
            true);
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  private static Mosquitto.Ended publish(Authority.Client as, String clientId, String topic)
      throws Exception {
    List<String> what = new ArrayList<>(List.of("--cafile", server.files().certificate()));
    what.addAll(List.of("--insecure")); // the certificate is for localhost, not its address
    if (as != null) {
      what.addAll(List.of("--cert", as.certificate().toString(), "--key", as.key().toString()));
    }
    what.addAll(List.of("-V", "mqttv5", "-i", clientId, "-t", topic, "-m", "41", "-q", "1"));
    return Mosquitto.pub(port, what.toArray(String[]::new));
  }

  @Test
  void a_device_publishes_in_the_tree_of_its_certificate_whatever_it_calls_itself()
      throws Exception {
    Authority.Client lamp = authority.client("lamp", "CN=lamp-7");
    for (String clientId : List.of("lamp-7", "lamp-8")) {
      assertThat(publish(lamp, clientId, "devices/lamp-7/light"))
          .isEqualTo(new Mosquitto.Ended(0, ""));
      assertThat(publish(lamp, clientId, "devices/lamp-8/light").said()).contains("Not authorized");
    }
    assertThat(publish(null, "lamp-7", "devices/lamp-7/light").code()).isNotZero();
  }

  @Test
  void a_revoked_device_s_certificate_opens_nothing() throws Exception {
    Authority.Client stove = authority.client("stove", "CN=stove");
    assertThat(publish(stove, "stove", "devices/stove/1").code()).isZero();
    stage
        .node
        .devices()
        .revoke(org.viesti.protocol.DeviceId.parse("default/stove/stove"))
        .toCompletableFuture()
        .join();
    assertThat(publish(stove, "stove", "devices/stove/1").said()).contains("Not authorized");
  }
}
