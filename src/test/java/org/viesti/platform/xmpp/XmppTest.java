package org.viesti.platform.xmpp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jivesoftware.smack.SASLAuthentication;
import org.jivesoftware.smack.packet.Nonza;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.packet.XmlEnvironment;
import org.jivesoftware.smack.provider.ProviderManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viesti.testkit.Await;
import org.viesti.testkit.Prosody;

/** The verbs and events of XMPP, with a real server. */
@Timeout(120)
class XmppTest {
  @TempDir static Path folder;
  private static Prosody prosody;

  @BeforeAll
  static void start() throws Exception {
    prosody =
        Prosody.in(folder)
            .user("alice", "secret-alice")
            .user("bob", "secret-bob")
            .user("carol", "secret-carol")
            .user("dave", "secret-dave");
  }

  @AfterAll
  static void stop() throws Exception {
    prosody.close();
  }

  private static XmppClient connected(String name) throws Exception {
    return XmppClient.connected(prosody, name);
  }

  private static String room(String name) {
    return "target: {id: '" + name + "@conference.localhost', type: 'room'}";
  }

  private static String person(String name) {
    return "target: {id: '" + name + "@localhost', type: 'person'}";
  }

  // Connecting.

  @Test
  void an_actor_logs_in_and_a_second_connect_is_done_at_once() throws Exception {
    try (XmppClient alice = connected("alice")) {
      assertThat(alice.isConnected()).isTrue();
      alice.run("{type: 'connect'}");
      assertThat(alice.told()).isEmpty();
    }
  }

  @Test
  void a_wrong_password_is_told_as_an_event_and_then_fails_the_connect() throws Exception {
    String text =
        "not-authorized - The response provided by the client doesn't match the one we calculated.";
    try (XmppClient alice =
        new XmppClient(
            "alice", Map.of(), () -> XmppClient.credentials("alice", "wrong", prosody.port()))) {
      assertThat(alice.fails("{type: 'connect'}"))
          .isEqualTo(
              "connection failed: %s. (service: xmpp://127.0.0.1:%d)"
                  .formatted(text, prosody.port()));
      assertThat(alice.told()).hasSize(1);
      assertThat(alice.told().getFirst().json())
          .isEqualTo(
              XmppClient.json(
                      "{type: 'connect', actor: {id: 'alice@localhost', type: 'person'}, object: {type: 'connect', status: 'failed', condition: 'not-authorized'}}")
                  .put(
                      "error",
                      "Connection failed: SASLError: " + text + ". Manual reconnection required."));
      assertThat(alice.isConnected()).isFalse();
    }
  }

  @Test
  void the_answer_to_a_failed_connect_waits_for_the_event() throws Exception {
    try (XmppClient alice =
        new XmppClient(
            "alice", Map.of(), () -> XmppClient.credentials("alice", "wrong", prosody.port()))) {
      alice.listen(false);
      FutureTask<String> failing = new FutureTask<>(() -> alice.fails("{type: 'connect'}"));
      Thread.ofVirtual().start(failing);
      Await.until(Duration.ofSeconds(10), () -> "nothing is told", alice::isBeingTold);
      assertThatThrownBy(() -> failing.get(300, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      alice.listen(true);
      assertThat(failing.get(10, TimeUnit.SECONDS)).contains("not-authorized");
    }
  }

  @Test
  void nobody_there_fails_the_connect_and_a_right_one_works_at_once() throws Exception {
    int[] port = {1};
    try (XmppClient alice =
        new XmppClient(
            "alice", Map.of(), () -> XmppClient.credentials("alice", "secret-alice", port[0]))) {
      assertThat(alice.fails("{type: 'connect'}"))
          .isEqualTo(
              "connection failed: connect ECONNREFUSED 127.0.0.1:1. (service: xmpp://127.0.0.1:1)");
      alice.hears("{type: 'connect', object: {status: 'failed', condition: 'network'}}");
      port[0] = prosody.port();
      alice.run("{type: 'connect'}");
      assertThat(alice.isConnected()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "userAddress | alice | xmpp credentials.object.userAddress must be a JID in the form 'user@server'",
        "server | http://a/b | xmpp credentials.object.server must be 'host' or 'xmpp://host:port'",
        "server | xmpp://a:70000 | xmpp credentials.object.port must be 1 to 65535",
      })
  void credentials_that_lead_nowhere_are_refused(String key, String value, String text)
      throws Exception {
    ObjectNode wrong = XmppClient.credentials("alice", "secret-alice", 1).put(key, value);
    try (XmppClient alice = new XmppClient("alice", Map.of(), () -> wrong)) {
      assertThat(alice.fails("{type: 'connect'}")).isEqualTo(text);
    }
  }

  @Test
  void Smack_asks_and_answers_nothing_by_itself() throws Exception {
    try (XmppClient alice = connected("alice")) {
      assertThat(alice.isConnected()).isTrue();
      assertThat(ProviderManager.getIQProvider("query", "jabber:iq:version")).isNull();
      assertThat(ProviderManager.getIQProvider("query", "jabber:iq:roster"))
          .isSameAs(ElementIq.PROVIDER);
      assertThat(SASLAuthentication.getRegisterdSASLMechanisms().keySet())
          .containsExactlyInAnyOrder(Scram.class.getName(), Plain.class.getName());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "a@b.c, , , , 5222, b.c",
    "a@b.c, , 5333, b.c, 5333, b.c:5333",
    "a@localhost, , , localhost, 5222, localhost",
    "a@127.0.0.1, , , 127.0.0.1, 5222, 127.0.0.1",
    "a@b.c, d.e, , d.e, 5222, d.e",
    "a@b.c, d.e, 5333, d.e, 5333, d.e:5333",
    "a@b.c, xmpp://d.e:5444, , d.e, 5444, xmpp://d.e:5444",
    "a@b.c, xmpp://[::1]:5444, , ::1, 5444, xmpp://[::1]:5444"
  })
  void dns_is_asked_for_a_server_only_where_none_is_known(
      String address,
      @Nullable String server,
      @Nullable Integer port,
      @Nullable String host,
      int called,
      String service)
      throws Exception {
    ObjectNode credentials =
        XmppClient.json("{type: 'credentials', resource: 'r'}").put("userAddress", address);
    if (server != null) {
      credentials.put("server", server);
    }
    if (port != null) {
      credentials.put("port", port);
    }
    Account account = Account.of(credentials);
    assertThat(account.host()).isEqualTo(host);
    assertThat(account.port()).isEqualTo(called);
    assertThat(account.service()).isEqualTo(service);
  }

  @Test
  void whoever_disconnects_is_no_longer_connected_and_may_connect_again() throws Exception {
    try (XmppClient alice = connected("alice")) {
      alice.run("{type: 'disconnect'}");
      assertThat(alice.isConnected()).isFalse();
      assertThat(alice.fails("{type: 'send', " + person("bob") + ", object: {content: 'x'}}"))
          .isEqualTo("not connected");
      alice.run("{type: 'connect'}");
      assertThat(alice.isConnected()).isTrue();
      assertThat(alice.told()).isEmpty();
    }
  }

  // Rooms.

  @Test
  void what_is_said_in_a_room_comes_to_all_of_it_also_to_who_said_it() throws Exception {
    try (XmppClient alice = connected("alice");
        XmppClient bob = connected("bob")) {
      alice.run("{type: 'join', " + room("talk") + "}");
      alice.hears(
          "{type: 'update', actor: {type: 'room', id: 'talk@conference.localhost/alice'}, object: {type: 'presence', presence: 'online'}, target: {id: 'alice@localhost/web', type: 'person'}}");
      bob.run("{type: 'join', " + room("talk") + "}");
      alice.hears("{type: 'update', actor: {id: 'talk@conference.localhost/bob', type: 'room'}}");
      alice.run(
          "{type: 'send', " + room("talk") + ", object: {type: 'message', content: 'hello room'}}");
      for (XmppClient each : new XmppClient[] {alice, bob}) {
        ObjectNode said = each.hears("{type: 'send', object: {content: 'hello room'}}");
        assertThat(said.get("actor"))
            .isEqualTo(
                XmppClient.json(
                    "{type: 'person', id: 'talk@conference.localhost/alice', name: 'alice'}"));
        assertThat(said.get("target"))
            .isEqualTo(XmppClient.json("{type: 'room', id: 'talk@conference.localhost'}"));
        assertThat(said.path("object").path("id").asText()).isNotEmpty();
        assertThat(said.has("published")).isFalse();
      }
      bob.run("{type: 'leave', " + room("talk") + "}");
      for (XmppClient each : new XmppClient[] {alice, bob}) {
        each.hears(
            "{type: 'update', actor: {id: 'talk@conference.localhost/bob', type: 'room'}, object: {presence: 'offline'}}");
      }
    }
  }

  @Test
  void a_name_that_another_has_in_the_room_is_told_as_an_event() throws Exception {
    try (XmppClient alice = connected("alice");
        XmppClient bob = connected("bob")) {
      alice.run("{type: 'join', " + room("names") + "}");
      alice.hears("{type: 'update', object: {presence: 'online'}}");
      bob.run(
          "{type: 'join', actor: {id: 'bob@localhost', type: 'person', name: 'alice'}, "
              + room("names")
              + "}");
      ObjectNode refused = bob.hears("{type: 'update', target: {id: 'bob@localhost/web'}}");
      assertThat(refused.get("actor"))
          .isEqualTo(XmppClient.json("{type: 'room', id: 'names@conference.localhost/alice'}"));
      assertThat(refused.path("error").asText())
          .startsWith("<error ")
          .contains("type=\"cancel\"", "<conflict xmlns=\"urn:ietf:params:xml:ns:xmpp-stanzas\"/>")
          .endsWith("</error>");
      assertThat(refused.has("object")).isFalse();
    }
  }

  @Test
  void who_was_not_in_a_room_is_told_what_was_said_and_when() throws Exception {
    try (XmppClient alice = connected("alice");
        XmppClient bob = connected("bob")) {
      Instant before = Instant.now();
      alice.run("{type: 'join', " + room("history") + "}");
      alice.run(
          "{type: 'send', "
              + room("history")
              + ", object: {type: 'message', id: 'h1', content: 'earlier'}}");
      ObjectNode live = alice.hears("{type: 'send', object: {id: 'h1'}}");
      bob.run("{type: 'join', " + room("history") + "}");
      ObjectNode late = bob.hears("{type: 'send', object: {id: 'h1', content: 'earlier'}}");
      assertThat(late.path("published").asText()).matches("[0-9-]{10}T[0-9:]{8}\\.[0-9]{3}Z");
      assertThat(Instant.parse(late.path("published").asText()))
          .isBetween(before.minusSeconds(2), Instant.now().plusSeconds(2));
      String id = live.path("object").path("xmpp:stanza-id").asText();
      assertThat(id).isNotEmpty();
      assertThat(late.path("object").path("xmpp:stanza-id").asText()).isEqualTo(id);
    }
  }

  @Test
  void attendance_is_who_was_seen_where_the_room_does_not_tell() throws Exception {
    try (XmppClient alice = connected("alice");
        XmppClient bob = connected("bob")) {
      alice.run("{type: 'join', " + room("who") + "}");
      alice.hears("{type: 'update', actor: {id: 'who@conference.localhost/alice'}}");
      bob.run("{type: 'join', " + room("who") + "}");
      bob.hears("{type: 'update', actor: {id: 'who@conference.localhost/bob'}}");
      bob.run("{type: 'query', " + room("who") + ", object: {type: 'attendance'}}");
      assertThat(bob.hears("{type: 'query'}"))
          .isEqualTo(
              XmppClient.json(
                  "{type: 'query', actor: {type: 'room', id: 'who@conference.localhost'}, target: {type: 'person', id: 'bob@localhost/web'}, object: {type: 'attendance', members: ['alice', 'bob']}}"));
    }
  }

  @Test
  void a_room_says_what_it_is_and_one_that_is_missing_that_it_is_not() throws Exception {
    try (XmppClient alice = connected("alice")) {
      alice.run("{type: 'join', " + room("info") + "}");
      alice.hears("{type: 'update'}");
      alice.run("{type: 'query', " + room("info") + ", object: {type: 'room-info'}}");
      ObjectNode info = alice.hears("{type: 'query', object: {type: 'room-info'}}");
      assertThat(info.path("actor").path("name").asText()).isNotEmpty();
      assertThat(info.path("object").path("features").toString()).contains("\"muc_open\"");
      assertThat(info.path("object").path("identities").get(0).path("category").asText())
          .isEqualTo("conference");
      assertThat(info.path("object").path("roominfo").path("occupants").path("value").asInt())
          .isEqualTo(1);
      assertThat(info.path("object").path("roomconfig").path("changesubject"))
          .isEqualTo(XmppClient.json("{type: 'boolean', value: false}"));
      alice.run("{type: 'query', " + room("zzz") + ", object: {type: 'room-info'}}");
      assertThat(alice.hears("{type: 'query', actor: {id: 'zzz@conference.localhost'}}"))
          .isEqualTo(
              XmppClient.json(
                      "{type: 'query', actor: {type: 'room', id: 'zzz@conference.localhost'}, target: {type: 'person', id: 'alice@localhost/web'}, object: {type: 'room-info'}}")
                  .put(
                      "error",
                      "<error by=\"conference.localhost\" type=\"cancel\"><item-not-found xmlns=\"urn:ietf:params:xml:ns:xmpp-stanzas\"/></error>"));
    }
  }

  // Between two.

  @Test
  void messages_keep_their_ids_and_say_which_they_correct() throws Exception {
    try (XmppClient alice = connected("alice");
        XmppClient bob = connected("bob")) {
      bob.run("{type: 'update', object: {type: 'presence', presence: 'online'}}");
      bob.hears("{type: 'update'}");
      alice.run(
          "{type: 'send', "
              + person("bob")
              + ", object: {type: 'message', id: 'm1', content: 'hi bob'}}");
      alice.run(
          "{type: 'send', "
              + person("bob")
              + ", object: {type: 'message', id: 'm2', content: 'hi Bob!', 'xmpp:replace': {id: 'm1'}}}");
      assertThat(bob.hears("{type: 'send'}"))
          .isEqualTo(
              XmppClient.json(
                  "{type: 'send', actor: {type: 'person', id: 'alice@localhost/web'}, target: {type: 'person', id: 'bob@localhost'}, object: {type: 'message', id: 'm1', content: 'hi bob'}}"));
      assertThat(bob.hears("{type: 'send'}").get("object"))
          .isEqualTo(
              XmppClient.json(
                  "{type: 'message', id: 'm2', content: 'hi Bob!', 'xmpp:replace': {id: 'm1'}}"));
    }
  }

  @Test
  void friends_are_requested_made_and_removed_and_see_how_the_other_shows_itself()
      throws Exception {
    try (XmppClient carol = connected("carol");
        XmppClient dave = connected("dave")) {
      for (XmppClient each : new XmppClient[] {carol, dave}) {
        each.run("{type: 'update', object: {type: 'presence', presence: 'online'}}");
        each.hears("{type: 'update', object: {presence: 'online'}}");
      }
      carol.run("{type: 'request-friend', " + person("dave") + "}");
      assertThat(dave.hears("{type: 'request-friend'}"))
          .isEqualTo(
              XmppClient.json(
                  "{type: 'request-friend', actor: {type: 'person', id: 'carol@localhost'}, target: {type: 'person', id: 'dave@localhost'}}"));
      dave.run("{type: 'make-friend', " + person("carol") + "}");
      carol.hears(
          "{type: 'update', actor: {id: 'dave@localhost/web', type: 'person'}, object: {presence: 'online'}}");
      carol.hears("{type: 'request-friend', actor: {id: 'dave@localhost'}}");
      carol.run("{type: 'make-friend', " + person("dave") + "}");
      dave.hears("{type: 'update', actor: {id: 'carol@localhost/web'}}");

      carol.run(
          "{type: 'update', object: {type: 'presence', presence: 'dnd', content: 'in a meeting'}}");
      dave.hears(
          "{type: 'update', actor: {id: 'carol@localhost/web', type: 'person'}, object: {type: 'presence', presence: 'dnd', content: 'in a meeting'}}");
      carol.run("{type: 'update', object: {type: 'presence', presence: 'offline'}}");
      dave.hears(
          "{type: 'update', actor: {id: 'carol@localhost/web'}, object: {presence: 'offline'}}");
      carol.run("{type: 'update', object: {type: 'presence', presence: 'online'}}");
      dave.hears(
          "{type: 'update', actor: {id: 'carol@localhost/web'}, object: {presence: 'online'}}");

      carol.run("{type: 'remove-friend', " + person("dave") + "}");
      dave.hears(
          "{type: 'update', actor: {id: 'carol@localhost/web'}, object: {presence: 'offline'}}");
    }
  }

  @Test
  void rooms_see_how_an_actor_shows_itself() throws Exception {
    try (XmppClient alice = connected("alice");
        XmppClient bob = connected("bob")) {
      alice.run("{type: 'update', object: {type: 'presence', presence: 'xa', content: 'asleep'}}");
      alice.run("{type: 'join', " + room("shows") + "}");
      alice.hears("{type: 'update', actor: {id: 'shows@conference.localhost/alice'}}");
      bob.run("{type: 'join', " + room("shows") + "}");
      bob.hears(
          "{type: 'update', actor: {id: 'shows@conference.localhost/alice', type: 'room'}, object: {presence: 'xa', content: 'asleep'}}");
      alice.run("{type: 'update', object: {type: 'presence', presence: 'chat'}}");
      assertThat(
              bob.hears(
                      "{type: 'update', actor: {id: 'shows@conference.localhost/alice'}, object: {presence: 'chat'}}")
                  .path("object")
                  .has("content"))
          .isFalse();
      alice.run("{type: 'update', object: {type: 'presence', presence: 'offline'}}");
      bob.hears(
          "{type: 'update', actor: {id: 'shows@conference.localhost/alice', type: 'room'}, object: {presence: 'offline'}}");
    }
  }

  @Test
  void an_unknown_user_and_a_domain_out_of_reach_are_told_as_events() throws Exception {
    try (XmppClient alice = connected("alice")) {
      alice.run("{type: 'send', " + person("nobody") + ", object: {content: 'x'}}");
      assertThat(alice.hears("{type: 'message'}"))
          .isEqualTo(
              XmppClient.json(
                      "{type: 'message', actor: {id: 'nobody@localhost', type: 'room'}, target: {id: 'alice@localhost/web', type: 'person'}}")
                  .put(
                      "error",
                      "<error type=\"cancel\"><service-unavailable xmlns=\"urn:ietf:params:xml:ns:xmpp-stanzas\"/></error>"));
      alice.run("{type: 'send', target: {id: 'x@nowhere.invalid'}, object: {content: 'x'}}");
      assertThat(alice.hears("{type: 'message'}").path("error").asText())
          .isEqualTo(
              "<error type=\"cancel\"><not-allowed xmlns=\"urn:ietf:params:xml:ns:xmpp-stanzas\"/><text xmlns=\"urn:ietf:params:xml:ns:xmpp-stanzas\">Communication with remote domains is not enabled</text></error>");
    }
  }

  @Test
  void nobody_breaks_anothers_link_by_what_cannot_be_read() throws Exception {
    try (XmppClient alice = connected("alice")) {
      Link bob = link("bob");
      for (String wrong :
          new String[] {
            "<message to='alice@localhost/web' type='error'><error/></message>",
            "<message to='alice@localhost/web' type='error'><error type='no'><no/></error></message>",
            "<message to='alice@localhost/web'><body>a</body><body>b</body></message>",
            "<presence to='alice@localhost/web'><show>no</show></presence>",
            "<iq to='alice@localhost/web' type='set' id='1'><a xmlns='b'><c d='e'/></a></iq>",
            "<message to='alice@localhost/web'><body>fine</body></message>"
          }) {
        bob.sendNonza(new Raw(wrong));
      }
      alice.hears("{type: 'send', object: {content: 'fine'}}");
      assertThat(alice.count("{type: 'connect'}")).isZero();
      bob.abandon();
    }
  }

  /** As it stands. */
  private record Raw(String toXML) implements Nonza {
    @Override
    public CharSequence toXML(XmlEnvironment enclosing) {
      return toXML;
    }

    @Override
    public String getNamespace() {
      return "jabber:client";
    }

    @Override
    public String getElementName() {
      return "raw";
    }
  }

  private static Link link(String name) throws Exception {
    return Link.open(
        Account.of(XmppClient.credentials(name, "", prosody.port())),
        "secret-" + name,
        XmppSettings.of(XmppClient.defaults()),
        new Link.Listener() {
          @Override
          public void heard(Link link, Stanza stanza) {}

          @Override
          public void lost(Link link, LinkFailure failure) {}
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{type: 'send', target: {id: 'bob@localhost'}} | cannot send message with no object.content",
        "{type: 'send', object: {content: 'x'}} | send needs a target with an id",
        "{type: 'send', target: {id: '@'}, object: {content: 'x'}} | target.id is no JID: @",
        "{type: 'update', object: {type: 'topic'}} | unknown update object type: topic",
        "{type: 'update'} | unknown update object type: undefined",
        "{type: 'announce'} | platform method announce not available",
      })
  void what_cannot_be_done_is_refused(String request, String text) throws Exception {
    try (XmppClient alice = connected("alice")) {
      assertThat(alice.fails(request)).isEqualTo(text);
      assertThat(alice.isConnected()).isTrue();
    }
  }

  @Test
  void what_xml_cannot_say_is_refused_and_the_link_stays() throws Exception {
    try (XmppClient alice = connected("alice")) {
      for (String wrong : new String[] {"\\u0000", "\\u000b", "\\ud800", "\\uffff"}) {
        assertThat(
                alice.fails(
                    "{type: 'send', " + person("bob") + ", object: {content: '" + wrong + "'}}"))
            .contains("must not contain control characters");
      }
      alice.run(
          "{type: 'send', "
              + person("nobody")
              + ", object: {content: '<&\\u20ac \\ud83d\\ude00>'}}");
      alice.hears("{type: 'message', actor: {id: 'nobody@localhost'}}");
    }
  }
}
