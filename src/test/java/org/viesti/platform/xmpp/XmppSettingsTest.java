package org.viesti.platform.xmpp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viesti.edge.websocket.Certificate;
import org.viesti.platform.PlatformFailure;
import org.viesti.testkit.Await;
import org.viesti.testkit.Prosody;
import org.viesti.testkit.Shows;

/** What each setting of XMPP does, and what is refused. */
@Timeout(120)
class XmppSettingsTest {
  private static final String ROOM = "target: {id: 'talk@conference.localhost', type: 'room'}";
  private static final String WHO = "{type: 'query', " + ROOM + ", object: {type: 'attendance'}}";

  @TempDir Path folder;

  private Prosody prosody(String... more) throws IOException {
    return Prosody.in(folder, more).user("alice", "secret-alice").user("bob", "secret-bob");
  }

  // What is refused.

  @ParameterizedTest
  @CsvSource({
    "connect-timeout, 2m, 1ms to 1m",
    "reply-timeout, 1m, 1ms to 20s",
    "ping-interval, 0s, 1ms to 1d",
    "reconnect.first, 2h, 1ms to 1h",
    "reconnect.max, 2d, 1ms to 1d",
    "reconnect.max, 1ms, reconnect.first",
    "reconnect.attempts, -1, 0 to 10000",
    "event-queue.events, 0, 1 to 100000",
    "event-queue.bytes, 1, 1KiB to 1GiB",
    "max-rooms, 0, 1 to 100000",
    "max-occupants, -1, 0 to 1000000",
    "require-tls, maybe, require-tls",
    "allow-invalid-certificate, maybe, allow-invalid-certificate"
  })
  void a_value_out_of_its_bounds_is_refused_by_its_name(String key, String value, String bounds) {
    Map<String, String> settings = XmppClient.defaults();
    settings.put(key, value);
    assertThatThrownBy(() -> XmppSettings.of(settings))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("viesti.gateway.platforms.xmpp." + key)
        .hasMessageContaining(bounds);
  }

  // What each does.

  /** How a connect ends to whom nobody answers. */
  private static String unanswered(String connect, String reply) throws Exception {
    try (ServerSocket mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        XmppClient alice =
            new XmppClient(
                "alice",
                Map.of("connect-timeout", connect, "reply-timeout", reply),
                () -> XmppClient.credentials("alice", "x", mute.getLocalPort()))) {
      return alice.fails("{type: 'connect'}");
    }
  }

  @Test
  @Shows("gateway.platforms.xmpp.connect-timeout")
  void a_login_is_given_up_when_it_takes_too_long() throws Exception {
    assertThat(unanswered("300ms", "20s")).contains("ETIMEDOUT: not connected within 300 ms. ");
  }

  @Test
  @Shows("gateway.platforms.xmpp.reply-timeout")
  void a_login_is_given_up_when_one_step_takes_too_long() throws Exception {
    assertThat(unanswered("1m", "300ms")).contains("ETIMEDOUT: no answer. ");
  }

  @Test
  @Shows("gateway.platforms.xmpp.require-tls")
  void a_server_without_tls_is_refused_where_it_is_required() throws Exception {
    try (Prosody prosody = prosody();
        XmppClient alice = XmppClient.of(prosody, "alice", Map.of("require-tls", "true"))) {
      assertThat(alice.fails("{type: 'connect'}"))
          .startsWith("connection failed: the server offers no TLS");
    }
  }

  @Test
  @Shows("gateway.platforms.xmpp.allow-invalid-certificate")
  void a_certificate_nobody_signed_is_refused_unless_it_is_allowed() throws Exception {
    try (Prosody prosody = withTls("");
        XmppClient careful = XmppClient.of(prosody, "alice", Map.of());
        XmppClient careless =
            XmppClient.of(
                prosody,
                "alice",
                Map.of("require-tls", "true", "allow-invalid-certificate", "true"))) {
      assertThat(careful.fails("{type: 'connect'}")).startsWith("connection failed: TLS failed: ");
      careless.run("{type: 'connect'}");
      assertThat(careless.isConnected()).isTrue();
    }
  }

  private Prosody withTls(String more) throws Exception {
    Certificate certificate = Certificate.in(folder);
    return prosody(
        "ssl = { certificate = '%s', key = '%s' }"
            .formatted(certificate.files().certificate(), certificate.files().key()),
        more);
  }

  @Test
  void a_password_in_clear_is_sent_through_tls_only() throws Exception {
    String plainOnly = "disable_sasl_mechanisms = { 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'DIGEST-MD5' }";
    try (Prosody prosody = prosody(plainOnly, "allow_unencrypted_plain_auth = true");
        XmppClient alice = XmppClient.of(prosody, "alice", Map.of())) {
      assertThat(alice.fails("{type: 'connect'}"))
          .contains("the server wants the password in clear, without TLS");
    }
    try (Prosody prosody = withTls(plainOnly);
        XmppClient alice =
            XmppClient.of(prosody, "alice", Map.of("allow-invalid-certificate", "true"))) {
      alice.run("{type: 'connect'}");
      assertThat(alice.isConnected()).isTrue();
    }
  }

  @Test
  @Shows("gateway.platforms.xmpp.ping-interval")
  void a_link_that_has_gone_silent_is_found_out_but_not_one_that_is_not_read() throws Exception {
    try (Prosody prosody = prosody();
        Wire wire = Wire.to(prosody.port());
        XmppClient alice =
            new XmppClient(
                "alice",
                Map.of("ping-interval", "200ms"),
                () -> XmppClient.credentials("alice", "secret-alice", wire.port()));
        // Of the two it would be found out first.
        XmppClient bob =
            XmppClient.of(
                prosody,
                "bob",
                Map.of(
                    "ping-interval", "200ms", "reply-timeout", "2s", "event-queue.events", "1"))) {
      bob.run("{type: 'connect'}");
      bob.listen(false);
      bob.run("{type: 'join', " + ROOM + "}");
      for (int i = 0; i < 5; i++) {
        bob.run("{type: 'send', " + ROOM + ", object: {content: '" + i + "'}}");
      }
      Await.until(Duration.ofSeconds(20), () -> "the queue is never full", bob::isBehind);
      alice.run("{type: 'connect'}");
      wire.cut(true);
      assertThat(alice.hears("{type: 'connect', object: {status: 'reconnecting'}}").toString())
          .contains("Connection lost: read ETIMEDOUT. ");
      wire.cut(false);
      bob.listen(true);
      joins(alice);
      bob.hears("{type: 'update', actor: {id: 'talk@conference.localhost/alice'}}");
      assertThat(bob.count("{type: 'connect'}")).isZero();
    }
  }

  private static void joins(XmppClient client) {
    Await.until(
        Duration.ofSeconds(30),
        () -> "not back",
        () -> {
          try {
            client.run("{type: 'join', " + ROOM + "}");
            return true;
          } catch (PlatformFailure notYet) {
            return false;
          }
        });
  }

  @Test
  @Shows({
    "gateway.platforms.xmpp.reconnect.first",
    "gateway.platforms.xmpp.reconnect.max",
    "gateway.platforms.xmpp.reconnect.attempts"
  })
  void a_server_that_stays_away_is_called_so_often_and_no_more() throws Exception {
    try (Prosody prosody = prosody();
        XmppClient alice =
            XmppClient.of(
                prosody,
                "alice",
                Map.of(
                    "reconnect.first", "1ms", "reconnect.max", "2ms", "reconnect.attempts", "3"));
        XmppClient bob =
            XmppClient.of(prosody, "bob", Map.of("reconnect.first", "1h", "reconnect.max", "1h"))) {
      alice.run("{type: 'connect'}");
      bob.run("{type: 'connect'}");
      prosody.kill();
      alice.hears("{type: 'connect', object: {status: 'reconnecting'}}");
      assertThat(
              alice
                  .hears("{type: 'connect', object: {status: 'failed', condition: 'network'}}")
                  .path("error")
                  .asText())
          .startsWith("Connection failed: connect ECONNREFUSED ");
      assertThat(alice.isConnected()).isFalse();
      bob.hears("{type: 'connect', object: {status: 'reconnecting'}}");
      assertThat(bob.isConnected()).isTrue();
    }
  }

  @Test
  @Shows("gateway.platforms.xmpp.event-queue.events")
  void a_full_queue_keeps_the_network_waiting() throws Exception {
    try (Prosody prosody = prosody();
        XmppClient alice = XmppClient.connected(prosody, "alice");
        XmppClient bob = XmppClient.of(prosody, "bob", Map.of("event-queue.events", "2"))) {
      bob.run("{type: 'connect'}");
      bob.run("{type: 'update', object: {type: 'presence', presence: 'online'}}");
      bob.hears("{type: 'update'}");
      bob.listen(false);
      for (int i = 0; i < 10; i++) {
        alice.run("{type: 'send', target: {id: 'bob@localhost'}, object: {content: '" + i + "'}}");
      }
      Await.until(Duration.ofSeconds(10), () -> "the queue is never full", bob::isBehind);
      bob.listen(true);
      bob.hears("{type: 'send', object: {content: '9'}}");
      assertThat(bob.count("{type: 'send'}")).isEqualTo(10);
      assertThat(bob.count("{type: 'connect'}")).isZero();
    }
  }

  @Test
  @Shows("gateway.platforms.xmpp.event-queue.bytes")
  void a_queue_is_full_of_few_events_that_are_large() throws Exception {
    try (Prosody prosody = prosody();
        XmppClient alice = XmppClient.connected(prosody, "alice");
        XmppClient bob = XmppClient.of(prosody, "bob", Map.of("event-queue.bytes", "1KiB"))) {
      bob.run("{type: 'connect'}");
      bob.run("{type: 'update', object: {type: 'presence', presence: 'online'}}");
      bob.hears("{type: 'update'}");
      bob.listen(false);
      String large = "x".repeat(1000);
      for (int i = 0; i < 5; i++) {
        alice.run(
            "{type: 'send', target: {id: 'bob@localhost'}, object: {content: '"
                + i
                + large
                + "'}}");
      }
      Await.until(Duration.ofSeconds(10), () -> "the queue is never full", bob::isBehind);
      bob.listen(true);
      bob.hears("{type: 'send', object: {content: '4" + large + "'}}");
      assertThat(bob.count("{type: 'send'}")).isEqualTo(5);
    }
  }

  @Test
  @Shows("gateway.platforms.xmpp.max-rooms")
  void an_actor_is_in_so_many_rooms() throws Exception {
    try (Prosody prosody = prosody();
        XmppClient alice = XmppClient.of(prosody, "alice", Map.of("max-rooms", "1"))) {
      alice.run("{type: 'connect'}");
      alice.run("{type: 'join', " + ROOM + "}");
      alice.run("{type: 'join', " + ROOM + "}");
      assertThat(alice.fails("{type: 'join', " + ROOM.replace("talk", "other") + "}"))
          .isEqualTo("cannot join more than 1 rooms");
      alice.hears("{type: 'update', actor: {id: 'talk@conference.localhost/alice'}}");
      alice.run("{type: 'leave', " + ROOM + "}");
      alice.hears("{type: 'update', object: {presence: 'offline'}}");
      alice.run("{type: 'join', " + ROOM.replace("talk", "other") + "}");
    }
  }

  @Test
  @Shows("gateway.platforms.xmpp.max-occupants")
  void so_many_occupants_are_remembered() throws Exception {
    try (Prosody prosody = prosody();
        XmppClient alice = XmppClient.connected(prosody, "alice");
        XmppClient bob = XmppClient.of(prosody, "bob", Map.of("max-occupants", "1"))) {
      alice.run("{type: 'join', " + ROOM + "}");
      alice.hears("{type: 'update'}");
      bob.run("{type: 'connect'}");
      bob.run("{type: 'join', " + ROOM + "}");
      bob.hears("{type: 'update', actor: {id: 'talk@conference.localhost/bob'}}");
      alice.hears("{type: 'update', actor: {id: 'talk@conference.localhost/bob'}}");
      bob.run(WHO);
      assertThat(bob.hears("{type: 'query'}").path("object").path("members")).hasSize(1);
      alice.run(WHO);
      assertThat(alice.hears("{type: 'query'}").path("object").path("members")).hasSize(2);
    }
  }
}
