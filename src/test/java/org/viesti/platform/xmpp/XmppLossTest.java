package org.viesti.platform.xmpp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.testkit.Await;
import org.viesti.testkit.Prosody;

/** Links that are lost. */
@Timeout(120)
class XmppLossTest {
  private static final String LOST =
      "{type: 'connect', object: {type: 'connect', status: 'reconnecting', condition: 'network'}}";
  private static final String ROOM = "target: {id: 'talk@conference.localhost', type: 'room'}";

  @TempDir Path folder;

  @Test
  void a_lost_link_is_told_and_made_again_with_its_rooms_and_presence() throws Exception {
    try (Prosody prosody =
            Prosody.in(folder).user("alice", "secret-alice").user("bob", "secret-bob");
        XmppClient alice = XmppClient.connected(prosody, "alice")) {
      alice.run("{type: 'update', object: {type: 'presence', presence: 'dnd'}}");
      alice.run("{type: 'join', " + ROOM + "}");
      alice.hears("{type: 'update', actor: {id: 'talk@conference.localhost/alice'}}");
      prosody.kill();
      assertThat(alice.hears(LOST).path("error").asText())
          .isEqualTo("Connection lost: read ECONNRESET. Attempting automatic reconnection...");
      assertThat(alice.isConnected()).isTrue();
      prosody.start();
      alice.hears(
          "{type: 'update', actor: {id: 'talk@conference.localhost/alice', type: 'room'}, object: {presence: 'dnd'}}");
      alice.run("{type: 'send', " + ROOM + ", object: {content: 'back'}}");
      alice.hears("{type: 'send', object: {content: 'back'}}");
      assertThat(alice.count("{type: 'connect'}")).isEqualTo(1);
      try (XmppClient bob = XmppClient.connected(prosody, "bob")) {
        bob.run("{type: 'join', " + ROOM + "}");
        bob.hears("{type: 'update', actor: {id: 'talk@conference.localhost/alice'}}");
      }
    }
  }

  @Test
  void a_server_that_says_goodbye_is_called_again() throws Exception {
    try (Prosody prosody = Prosody.in(folder).user("alice", "secret-alice");
        XmppClient alice = XmppClient.connected(prosody, "alice")) {
      prosody.stop();
      assertThat(
              alice
                  .hears("{type: 'connect', object: {status: 'reconnecting'}}")
                  .path("error")
                  .asText())
          .startsWith("Connection lost: ");
      prosody.start();
      alice.run("{type: 'join', " + ROOM + "}");
      alice.hears("{type: 'update', actor: {id: 'talk@conference.localhost/alice'}}");
    }
  }

  @Test
  void a_verb_waits_for_the_link_and_then_may_be_tried_again() throws Exception {
    try (Prosody prosody = Prosody.in(folder).user("alice", "secret-alice");
        XmppClient alice =
            XmppClient.of(
                prosody,
                "alice",
                Map.of("reply-timeout", "3s", "reconnect.first", "1h", "reconnect.max", "1h"))) {
      alice.run("{type: 'connect'}");
      prosody.kill();
      alice.hears(LOST);
      assertThat(alice.fails("{type: 'join', " + ROOM + "}")).isEqualTo("not connected");
      assertThat(alice.isConnected()).isTrue();
    }
  }

  @Test
  void credentials_that_no_longer_hold_end_it() throws Exception {
    try (Prosody prosody = Prosody.in(folder).user("alice", "secret-alice");
        XmppClient alice = XmppClient.connected(prosody, "alice")) {
      prosody.kill();
      prosody.user("alice", "another");
      alice.hears(LOST);
      prosody.start();
      alice.hears(
          "{type: 'connect', object: {type: 'connect', status: 'failed', condition: 'not-authorized'}}");
      alice.hears("{type: 'error', object: {type: 'message', condition: 'not-authorized'}}");
      assertThat(alice.isConnected()).isFalse();
      prosody.user("alice", "secret-alice");
      alice.run("{type: 'connect'}");
      assertThat(alice.isConnected()).isTrue();
    }
  }

  @Test
  void of_two_with_one_resource_the_first_is_told_of_a_conflict_and_does_not_fight()
      throws Exception {
    try (Prosody prosody = Prosody.in(folder).user("alice", "secret-alice");
        XmppClient first = XmppClient.connected(prosody, "alice");
        XmppClient second = XmppClient.connected(prosody, "alice")) {
      first.hears("{type: 'connect', object: {status: 'failed', condition: 'conflict'}}");
      first.hears("{type: 'error', object: {condition: 'conflict'}}");
      assertThat(first.isConnected()).isFalse();
      second.run("{type: 'join', " + ROOM + "}");
      second.hears("{type: 'update', actor: {id: 'talk@conference.localhost/alice'}}");
      assertThat(second.isConnected()).isTrue();
      assertThat(second.count("{type: 'connect'}")).isZero();
    }
  }

  @Test
  void whoever_is_closed_is_gone_for_the_others() throws Exception {
    try (Prosody prosody =
            Prosody.in(folder).user("alice", "secret-alice").user("bob", "secret-bob");
        XmppClient alice = XmppClient.connected(prosody, "alice")) {
      XmppClient bob = XmppClient.connected(prosody, "bob");
      for (XmppClient each : new XmppClient[] {alice, bob}) {
        each.run("{type: 'join', " + ROOM + "}");
        each.hears("{type: 'update', object: {presence: 'online'}}");
      }
      bob.close();
      alice.hears(
          "{type: 'update', actor: {id: 'talk@conference.localhost/bob'}, object: {presence: 'offline'}}");
      assertThat(bob.isConnected()).isFalse();
    }
  }

  @Test
  void nothing_is_lost_or_out_of_order_of_what_comes_while_a_client_does_not_listen()
      throws Exception {
    int many = 300;
    try (Prosody prosody =
            Prosody.in(folder).user("alice", "secret-alice").user("bob", "secret-bob");
        XmppClient alice = XmppClient.connected(prosody, "alice");
        XmppClient bob = XmppClient.of(prosody, "bob", Map.of("event-queue.events", "4"))) {
      bob.run("{type: 'connect'}");
      bob.run("{type: 'update', object: {type: 'presence', presence: 'online'}}");
      bob.hears("{type: 'update'}");
      bob.listen(false);
      for (int i = 0; i < many; i++) {
        alice.run(
            "{type: 'send', target: {id: 'bob@localhost/web'}, object: {content: '" + i + "'}}");
      }
      bob.listen(true);
      Await.until(
          Duration.ofSeconds(20),
          () -> "only " + bob.count("{type: 'send'}"),
          () -> bob.count("{type: 'send'}") == many);
      assertThat(
              bob.told().stream()
                  .filter(event -> event.type().equals("send"))
                  .map(event -> Integer.parseInt(String.valueOf(event.text("object", "content")))))
          .isSorted();
    }
  }
}
