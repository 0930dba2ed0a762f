package org.viesti.edge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.viesti.edge.mqtt.MqttBytes.CLEAN;
import static org.viesti.edge.mqtt.MqttBytes.PASSWORD;
import static org.viesti.edge.mqtt.MqttBytes.USER;
import static org.viesti.edge.mqtt.MqttBytes.connect4;
import static org.viesti.edge.mqtt.MqttBytes.connect5;
import static org.viesti.edge.mqtt.MqttBytes.props;
import static org.viesti.edge.mqtt.MqttBytes.raw;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.edge.CannotListen;
import org.viesti.edge.websocket.Certificate;
import org.viesti.security.Principal;
import org.viesti.testkit.Authority;
import org.viesti.testkit.Shows;

/** Clients that show certificates of their own, over real TLS. */
@Timeout(60)
class MqttCertificateTest {
  @TempDir static Path folder;
  static Path server;
  static String serverKey;
  static Authority authority;
  static Authority.Client lamp;

  @BeforeAll
  static void sign() throws Exception {
    Certificate own = Certificate.in(folder);
    server = Path.of(own.files().certificate());
    serverKey = own.files().key();
    authority = Authority.in(folder);
    lamp = authority.client("lamp", "CN=Lamp 7, O=Acme");
  }

  private static MqttNode node(String mode, String more) {
    return new MqttNode(settings(mode, authority.file(), more));
  }

  private static String settings(String mode, Path ca, String more) {
    return "tls { certificate = \"%s\", key = \"%s\", client-ca = \"%s\", client-certificates = %s %s }"
        .formatted(server, serverKey, ca, mode, more);
  }

  private static MqttClient client(MqttNode node, SSLContext as, byte[] connect) throws Exception {
    return new MqttClient(as.getSocketFactory().createSocket("127.0.0.1", node.securePort()))
        .send(connect);
  }

  private static MqttClient shows(MqttNode node, Authority.Client who, String clientId)
      throws Exception {
    return client(node, who.context(server), connect5(CLEAN, 0, props(), clientId));
  }

  private static Principal principal(MqttNode node) throws InterruptedException {
    return node.stream().principal();
  }

  @Test
  @Shows({"mqtt.tls.client-certificates", "mqtt.tls.client-ca"})
  void where_certificates_are_required_nobody_gets_in_without_one_of_the_authority(
      @TempDir Path elsewhere) throws Exception {
    Authority.Client stranger = Authority.in(elsewhere).client("lamp", "CN=Lamp 7");
    byte[] byToken = connect5(CLEAN | USER | PASSWORD, 0, props(), "phone", "ann", "ann");
    try (MqttNode node = node("required", "")) {
      for (SSLContext wrong : new SSLContext[] {Authority.bare(server), stranger.context(server)}) {
        assertThatThrownBy(() -> client(node, wrong, byToken).packet())
            .isInstanceOf(IOException.class);
      }
      try (MqttClient client = shows(node, lamp, "Lamp 7")) {
        assertThat(client.next()).startsWith("20 ");
        Principal principal = principal(node);
        assertThat(principal.deviceId().key()).isEqualTo("acme/Lamp=207/Lamp=207");
        assertThat(principal.proof().commonName()).isEqualTo("Lamp 7");
        assertThat(principal.isBySecret()).isFalse();
      }
      assertThat(node.streams).isEmpty();
      // Over TCP in clear it is as it was.
      try (MqttClient plain = new MqttClient(node.port()).send(byToken)) {
        assertThat(plain.next()).startsWith("20 ");
        assertThat(principal(node).proof().commonName()).isNull();
      }
    }
    // A client that was not asked shows nothing.
    try (MqttNode node =
            new MqttNode(
                "anonymous = off, tls { certificate = \"%s\", key = \"%s\" }"
                    .formatted(server, serverKey));
        MqttClient client = shows(node, lamp, "Lamp 7")) {
      assertThat(client.refused()).isEqualTo(0x86);
    }
  }

  @Test
  void where_certificates_are_optional_a_password_does_but_no_wrong_certificate(
      @TempDir Path elsewhere) throws Exception {
    byte[] byToken = connect5(CLEAN | USER | PASSWORD, 0, props(), "phone", "ann", "ann");
    try (MqttNode node = node("optional", "")) {
      try (MqttClient client = client(node, Authority.bare(server), byToken)) {
        assertThat(client.next()).startsWith("20 ");
        assertThat(principal(node).deviceId().key()).isEqualTo("acme/ann/phone");
      }
      try (MqttClient client = shows(node, lamp, "Lamp 7")) {
        assertThat(client.next()).startsWith("20 ");
        assertThat(principal(node).user().id()).isEqualTo("Lamp=207");
      }
      SSLContext stranger = Authority.in(elsewhere).client("lamp", "CN=Lamp 7").context(server);
      assertThatThrownBy(() -> client(node, stranger, byToken).packet())
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void a_stream_ends_with_the_certificate_that_opened_it() throws Exception {
    try (MqttNode node = node("required", "");
        MqttClient client = shows(node, lamp, "")) {
      assertThat(client.next()).startsWith("20 ").contains(MqttClient.hex(raw("Lamp=207")));
      // keytool's are good for 90 days.
      assertThat(Duration.between(Instant.now(), principal(node).expires()).toDays())
          .isBetween(88L, 90L);
    }
  }

  @Test
  void who_shows_a_token_or_a_secret_as_well_is_who_that_says() throws Exception {
    try (MqttNode node = node("required", "")) {
      node.secrets.put("acme/ann/stove", "vds_right");
      for (String[] shown : new String[][] {{"phone", "ann"}, {"stove", "vds_right"}}) {
        byte[] connect = connect4(CLEAN | USER | PASSWORD, 0, shown[0], "ann", shown[1]);
        try (MqttClient client = client(node, lamp.context(server), connect)) {
          assertThat(client.next()).isEqualTo("20 02 00 00");
          Principal principal = principal(node);
          assertThat(principal.deviceId().key()).isEqualTo("acme/ann/" + shown[0]);
          assertThat(principal.proof().commonName()).isEqualTo("Lamp 7");
        }
      }
      byte[] wrong = connect4(CLEAN | USER | PASSWORD, 0, "stove", "ann", "vds_wrong");
      try (MqttClient client = client(node, lamp.context(server), wrong)) {
        assertThat(client.next()).isEqualTo("20 02 00 04");
      }
    }
  }

  @Test
  @Shows("mqtt.tls.any-client-id")
  void a_client_id_is_the_certificate_s_name_unless_any_may_be() throws Exception {
    try (MqttNode node = node("required", "")) {
      try (MqttClient five = shows(node, lamp, "Lamp 8");
          MqttClient four = client(node, lamp.context(server), connect4(CLEAN, 0, "Lamp 8"))) {
        assertThat(five.refused()).isEqualTo(0x87);
        assertThat(four.next()).isEqualTo("20 02 00 05");
      }
      assertThat(node.streams).isEmpty();
    }
    try (MqttNode node = node("required", ", any-client-id = on");
        MqttClient client = shows(node, lamp, "Lamp 8")) {
      assertThat(client.next()).startsWith("20 ");
      Principal principal = principal(node);
      assertThat(principal.deviceId().key()).isEqualTo("acme/Lamp=207/Lamp=208");
      assertThat(principal.proof().commonName()).isEqualTo("Lamp 7");
    }
  }

  @Test
  void a_certificate_has_one_common_name() throws Exception {
    try (MqttNode node = node("required", "")) {
      for (String subject : new String[] {"O=Acme", "CN=lamp, CN=root", "CN=lamp+CN=root"}) {
        Authority.Client client = authority.client("odd" + subject.hashCode(), subject);
        try (MqttClient odd = shows(node, client, "lamp")) {
          assertThat(odd.refused()).as(subject).isEqualTo(0x86);
        }
      }
    }
  }

  @Test
  void an_authority_that_cannot_be_read_is_named() throws Exception {
    Path none = Files.writeString(folder.resolve("none.crt"), "no certificate");
    for (Path ca : new Path[] {folder.resolve("nowhere.crt"), none}) {
      MqttSettings settings = MqttNode.settings("port = 0\n" + settings("required", ca, ""));
      assertThatThrownBy(
              () ->
                  MqttServer.start(
                      new MqttEdge(
                          settings,
                          MqttNode.authenticator(
                              token -> new CompletableFuture<>(), settings, device -> null),
                          MqttNode.NOBODY,
                          new MqttTraffic())))
          .isInstanceOf(CannotListen.class)
          .hasMessageContaining("viesti.mqtt.tls.client-ca")
          .hasMessageContaining(Objects.requireNonNull(ca.getFileName()).toString());
    }
  }
}
