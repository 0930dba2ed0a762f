package org.viesti.edge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.viesti.edge.mqtt.MqttBytes.CLEAN;
import static org.viesti.edge.mqtt.MqttBytes.connect5;
import static org.viesti.edge.mqtt.MqttBytes.packet;
import static org.viesti.edge.mqtt.MqttBytes.props;
import static org.viesti.edge.mqtt.MqttNode.settings;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.connection.CloseCause;
import org.viesti.edge.CannotListen;
import org.viesti.edge.websocket.Certificate;
import org.viesti.testkit.Shows;

/** Where MQTT is listened for, and by how many threads. */
class MqttServerTest {
  private static Optional<MqttServer> start(MqttSettings settings) {
    return MqttServer.start(
        new MqttEdge(
            settings,
            MqttNode.authenticator(token -> new CompletableFuture<>(), settings, device -> null),
            MqttNode.NOBODY,
            new MqttTraffic()));
  }

  @Test
  @Shows({"mqtt.host", "mqtt.port"})
  void it_listens_where_it_is_set_and_says_what_is_in_its_way() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.7"))) {
      String there = "host = 127.0.0.7, port = " + taken.getLocalPort();
      assertThatThrownBy(() -> start(settings(there)))
          .isInstanceOf(CannotListen.class)
          .hasMessageContaining("cannot listen on 127.0.0.7:" + taken.getLocalPort())
          .hasMessageContaining("viesti.mqtt.port");
    }
  }

  @Test
  @Shows("mqtt.enabled")
  void it_can_be_switched_off() {
    assertThat(start(settings("enabled = off"))).isEmpty();
  }

  @Test
  @Shows({"mqtt.tls.port", "mqtt.tls.certificate", "mqtt.tls.key"})
  void with_a_certificate_it_speaks_tls_at_a_port_of_its_own(@TempDir Path folder)
      throws Exception {
    Certificate certificate = Certificate.in(folder);
    String tls =
        "tls { certificate = \"%s\", key = \"%s\" }"
            .formatted(certificate.files().certificate(), certificate.files().key());
    try (MqttNode node = new MqttNode(tls);
        MqttClient plain = MqttClient.four(node);
        MqttClient secure =
            new MqttClient(
                certificate
                    .trusting()
                    .getSocketFactory()
                    .createSocket("127.0.0.1", node.securePort()))) {
      plain.send(packet(0xC0));
      assertThat(plain.next()).isEqualTo("d0 00");
      node.stream();
      secure.send(connect5(CLEAN, 0, props(), "c"));
      assertThat(secure.next()).startsWith("20 ");
      node.stream().wire().close(new CloseCause.TakenOver());
      assertThat(secure.disconnected()).isEqualTo(0x8E);
    }
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String there = "port = 0, tls.port = " + taken.getLocalPort() + "\n" + tls;
      assertThatThrownBy(() -> start(settings(there)))
          .isInstanceOf(CannotListen.class)
          .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("viesti.mqtt.tls.port");
    }
  }

  @Test
  @Shows("mqtt.threads")
  void so_many_threads_serve_all_sockets() throws Exception {
    Set<Thread> others = threads();
    try (MqttNode node = new MqttNode("threads = 3")) {
      for (int i = 0; i < 9; i++) {
        try (MqttClient client = MqttClient.four(node)) {
          node.stream();
        }
      }
      Set<Thread> own = threads();
      own.removeAll(others);
      assertThat(own).hasSize(3);
    }
  }

  private static Set<Thread> threads() {
    List<Thread> named =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("viesti-mqtt"))
            .toList();
    return new HashSet<>(named);
  }
}
