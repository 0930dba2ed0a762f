package org.viesti.platform.xmpp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.util.PacketParserUtils;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.viesti.platform.Activity;

/** Stanzas that few servers send, as activities. */
class IncomingTest {
  private static final String NOT_FOUND =
      "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>";

  private final Rooms rooms = new Rooms(10, 10);
  private final Incoming incoming = new Incoming(rooms);

  @BeforeAll
  static void smack() {
    SmackSetup.once();
  }

  private List<Activity> of(String xml) throws Exception {
    Stanza stanza =
        PacketParserUtils.parseStanza(xml.replaceFirst("<(\\w+)", "<$1 xmlns='jabber:client'"));
    return incoming.of(stanza);
  }

  private void says(String xml, String activity) throws Exception {
    assertThat(of(xml))
        .extracting(each -> XmppClient.json(each.json().toString()))
        .containsExactly(XmppClient.json(activity));
  }

  private void saysNothing(String xml) throws Exception {
    assertThat(of(xml)).isEmpty();
  }

  @Test
  void a_message_has_what_its_stanza_has() throws Exception {
    says(
        "<message from='a@x/r' to='b@y'><body>hi</body></message>",
        "{type: 'send', actor: {type: 'person', id: 'a@x/r'}, target: {type: 'person', id: 'b@y'}, object: {type: 'message', content: 'hi'}}");
    says(
        "<message from='a@x/r' to='b@y' id='1' type='chat'><body>hi</body>"
            + "<delay xmlns='urn:xmpp:delay' from='y' stamp='2026-01-02T03:04:05+01:00'/></message>",
        "{type: 'send', actor: {type: 'person', id: 'a@x/r'}, target: {type: 'person', id: 'b@y'}, object: {type: 'message', id: '1', content: 'hi'}, published: '2026-01-02T02:04:05.000Z'}");
  }

  @Test
  void a_time_that_is_none_is_left_out() throws Exception {
    for (String stamp : new String[] {"", " stamp=''", " stamp='yesterday'"}) {
      String delay = "<delay xmlns='urn:xmpp:delay'" + stamp + "/>";
      assertThat(
              of("<message from='a@x/r' to='b@y'><body>hi</body>" + delay + "</message>")
                  .getFirst()
                  .json()
                  .has("published"))
          .isFalse();
    }
  }

  @Test
  void only_a_room_or_the_own_account_gives_an_id_of_stanzas() throws Exception {
    String ids =
        "<stanza-id xmlns='urn:xmpp:sid:0' by='evil@x' id='no'/>"
            + "<stanza-id xmlns='urn:xmpp:sid:0' by='b@y' id='yes'/>";
    assertThat(
            of("<message from='a@x/r' to='b@y/r'><body>hi</body>" + ids + "</message>")
                .getFirst()
                .text("object", "xmpp:stanza-id"))
        .isEqualTo("yes");
    assertThat(
            of("<message from='r@x/n' to='b@y/r' type='groupchat'><body>hi</body>"
                    + ids
                    + "</message>")
                .getFirst()
                .text("object", "xmpp:stanza-id"))
        .isNull();
  }

  @Test
  void what_has_no_body_is_nothing() throws Exception {
    saysNothing("<message from='a@x/r' to='b@y'><subject>s</subject></message>");
    saysNothing(
        "<message from='a@x/r' to='b@y'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>");
  }

  @Test
  void presence_has_a_name_where_it_has_no_target() throws Exception {
    says(
        "<presence from='a@x/web'><show>away</show><status>brb</status></presence>",
        "{type: 'update', actor: {type: 'person', id: 'a@x/web', name: 'web'}, object: {type: 'presence', presence: 'away', content: 'brb'}}");
    says(
        "<presence from='a@x/web' to='b@y' type='unavailable'/>",
        "{type: 'update', actor: {type: 'person', id: 'a@x/web'}, object: {type: 'presence', presence: 'offline'}, target: {type: 'person', id: 'b@y'}}");
  }

  @Test
  void who_asks_to_be_a_friend_is_not_taken_for_online() throws Exception {
    says(
        "<presence from='a@x' to='b@y' type='subscribe'/>",
        "{type: 'request-friend', actor: {type: 'person', id: 'a@x'}, target: {type: 'person', id: 'b@y'}}");
    saysNothing("<presence from='a@x' to='b@y' type='subscribed'/>");
    saysNothing("<presence from='a@x' to='b@y' type='unsubscribe'/>");
    saysNothing("<presence from='a@x' to='b@y' type='unsubscribed'/>");
  }

  @Test
  void a_server_that_is_not_found_is_said_as_such() throws Exception {
    says(
        "<message from='a@nowhere' to='b@y/r' type='error'><error type='cancel'>"
            + "<remote-server-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
        "{type: 'join', actor: {type: 'room', id: 'a@nowhere'}, error: 'remote server not found a@nowhere', target: {type: 'person', id: 'b@y/r'}}");
  }

  @Test
  void an_error_is_told_as_xml() throws Exception {
    assertThat(
            of("<presence from='r@x/n' to='b@y/r' type='error'><error by='x' type='auth'>"
                    + "<forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
                    + "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>not &lt;you&gt; &amp; \"co\"</text>"
                    + "</error></presence>")
                .getFirst()
                .json()
                .path("error")
                .asText())
        .isEqualTo(
            "<error by=\"x\" type=\"auth\"><forbidden xmlns=\"urn:ietf:params:xml:ns:xmpp-stanzas\"/>"
                + "<text xmlns=\"urn:ietf:params:xml:ns:xmpp-stanzas\">not &lt;you&gt; &amp; &quot;co&quot;</text></error>");
  }

  @Test
  void a_room_that_tells_its_occupants_is_believed() throws Exception {
    says(
        "<iq from='r@x' to='b@y/r' id='attendance_1' type='result'>"
            + "<query xmlns='http://jabber.org/protocol/disco#items'>"
            + "<item jid='r@x/ann'/><item jid='r@x/2' name='Bob'/></query></iq>",
        "{type: 'query', actor: {type: 'room', id: 'r@x'}, target: {type: 'person', id: 'b@y/r'}, object: {type: 'attendance', members: ['ann', 'Bob']}}");
  }

  @Test
  void attendance_that_is_refused_is_told() throws Exception {
    assertThat(
            of("<iq from='r@x' to='b@y/r' id='attendance_1' type='error'><error type='cancel'>"
                    + NOT_FOUND
                    + "</error></iq>")
                .getFirst()
                .json()
                .toString())
        .contains("\"query\"", "\"attendance\"", "item-not-found");
  }

  @Test
  void answers_to_nothing_that_was_asked_are_nothing() throws Exception {
    saysNothing("<iq from='x' to='b@y/r' id='other' type='result'/>");
    saysNothing(
        "<iq from='x' to='b@y/r' id='other' type='error'><error type='cancel'>"
            + NOT_FOUND
            + "</error></iq>");
    saysNothing("<iq from='x' to='b@y/r' id='room_info_1' type='result'/>");
  }

  @Test
  void fields_of_a_rooms_form_have_the_values_that_their_types_say() throws Exception {
    says(
        "<iq from='r@x' to='b@y/r' id='room_info_1' type='result'>"
            + "<query xmlns='http://jabber.org/protocol/disco#info'>"
            + "<identity category='conference' type='text' name='The room'/>"
            + "<feature var='muc_open'/>"
            + "<x xmlns='jabber:x:data' type='result'>"
            + "<field var='FORM_TYPE' type='hidden'><value>f</value></field>"
            + "<field var='muc#roominfo_occupants' label='How many'><value>12</value></field>"
            + "<field var='muc#roominfo_subject'><value>all 12</value></field>"
            + "<field var='muc#roominfo_logs'/>"
            + "<field var='muc#roomconfig_open' type='boolean'><value>1</value></field>"
            + "<field var='muc#roomconfig_whois' type='list-single'><value>1</value>"
            + "<option label='One'><value>1</value></option></field>"
            + "<field var='own' type='jid-multi'><value>a@x</value><value>b@x</value></field>"
            + "</x></query></iq>",
        """
        {type: 'query', actor: {type: 'room', id: 'r@x', name: 'The room'},
         target: {type: 'person', id: 'b@y/r'},
         object: {type: 'room-info', features: ['muc_open'],
          identities: [{category: 'conference', type: 'text', name: 'The room'}],
          roominfo: {occupants: {type: 'text-single', label: 'How many', value: 12},
           subject: {type: 'text-single', value: 'all 12'},
           logs: {type: 'text-single', value: null}},
          roomconfig: {open: {type: 'boolean', value: true},
           whois: {type: 'list-single', value: '1', options: [{label: 'One', value: '1'}]}},
          custom: {own: {type: 'jid-multi', value: ['a@x', 'b@x']}}}}
        """);
  }

  @Test
  void the_own_account_tells_of_friends() throws Exception {
    String items =
        "<query xmlns='jabber:iq:roster'><item jid='a@x' name='Ann' subscription='both'/>"
            + "<item jid='c@x' subscription='from' ask='subscribe'/>"
            + "<item jid='d@x' subscription='none' ask='subscribe'/></query></iq>";
    assertThat(of("<iq to='b@y/r' id='p1' type='set'>" + items))
        .extracting(Activity::json)
        .containsExactly(
            XmppClient.json(
                "{type: 'update', actor: {type: 'person', id: 'a@x', name: 'Ann'}, object: {type: 'presence'}}"),
            XmppClient.json(
                "{type: 'update', actor: {type: 'person', id: 'c@x'}, object: {type: 'presence', presence: 'notauthorized'}}"));
    saysNothing("<iq from='evil@x' to='b@y/r' id='p1' type='set'>" + items);
  }

  @Test
  void whoever_is_thrown_out_of_a_room_is_no_longer_in_it() throws Exception {
    String self = "<x xmlns='http://jabber.org/protocol/muc#user'><status code='110'/>";
    rooms.join("r@x", "ann");
    says(
        "<presence from='r@x/ann'>" + self + "</x></presence>",
        "{type: 'update', actor: {type: 'room', id: 'r@x/ann', name: 'ann'}, object: {type: 'presence', presence: 'online'}}");
    of(
        "<presence from='r@x/ann' type='unavailable'>"
            + self
            + "<status code='303'/></x></presence>");
    of("<presence from='r@x/anna'>" + self + "</x></presence>");
    assertThat(rooms.stays()).containsExactly(new Rooms.Stay("r@x", "anna"));
    assertThat(rooms.present("r@x")).containsExactly("anna");
    of(
        "<presence from='r@x/anna' type='unavailable'>"
            + self
            + "<status code='307'/></x></presence>");
    assertThat(rooms.stays()).isEmpty();
  }

  @Test
  void a_room_that_was_not_entered_is_not_entered_again() throws Exception {
    rooms.join("r@x", "ann");
    of(
        "<presence from='r@x/ann' type='error'><error type='auth'>"
            + NOT_FOUND
            + "</error></presence>");
    assertThat(rooms.stays()).isEmpty();
  }
}
