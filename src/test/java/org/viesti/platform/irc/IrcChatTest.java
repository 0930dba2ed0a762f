package org.viesti.platform.irc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.viesti.platform.irc.IrcUser.message;
import static org.viesti.platform.irc.IrcUser.room;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viesti.platform.Activity;
import org.viesti.platform.PlatformFailure;
import org.viesti.testkit.Ngircd;

/** What users of the gateway and of a real server have of one another. */
class IrcChatTest {
  private static final String JANE =
      "'actor':{'type':'person','id':'jane@127.0.0.1','name':'jane'}";
  private static final String BOB = "'actor':{'type':'person','id':'bob@127.0.0.1','name':'bob'}";
  private static final String TEST =
      "'target':{'type':'room','id':'127.0.0.1/#test','name':'#test'}";

  @TempDir static Path folder;
  private static Ngircd server;

  private IrcUser jane;
  private IrcPeer bob;

  @BeforeAll
  static void start() throws Exception {
    server = Ngircd.in(folder);
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @BeforeEach
  void come() throws Exception {
    bob = IrcPeer.at(server.port(), "bob");
    bob.says("JOIN #test");
    bob.settles();
    jane = new IrcUser("jane", server.port());
    jane.connect();
  }

  /** The next test's server knows neither any more. */
  @AfterEach
  void go() throws Exception {
    jane.close();
    bob.says("QUIT");
    bob.hears("ERROR");
    bob.close();
    try (IrcPeer looking = IrcPeer.at(server.port(), "looking")) {
      for (String nick : new String[] {"jane", "janet", "joan", "bob"}) {
        do {
          looking.says("ISON " + nick);
        } while (looking.hears(" 303 ").contains(":" + nick));
      }
    }
  }

  private static void joined(IrcUser user) throws Exception {
    user.join("#test");
    user.hears(
        "{'type':'update',%s,%s,'object':{'type':'presence','role':'owner'}}".formatted(BOB, TEST));
  }

  @Test
  void two_users_connect_join_chat_leave_and_disconnect() throws Exception {
    joined(jane);
    try (IrcUser joan = new IrcUser("joan", server.port())) {
      joan.connect();
      joan.join("#test");
      jane.hears(
          "{'type':'join','actor':{'type':'person','id':'joan@127.0.0.1','name':'joan'},%s}"
              .formatted(TEST));
      joan.say("#test", "hello room");
      jane.hears(
          "{'type':'send','actor':{'type':'person','id':'joan@127.0.0.1','name':'joan'},%s,%s}"
              .formatted(TEST, message("hello room")));
      joan.run("leave", room("#test"));
      jane.hears(
          "{'type':'leave','actor':{'type':'person','id':'joan@127.0.0.1','name':'joan'},%s,%s}"
              .formatted(TEST, message("user has left the channel")));
      joan.join("#test");
      joan.run("disconnect", "");
      assertThat(joan.connected()).isFalse();
      assertThat(jane.next().path("type").asText()).isEqualTo("join");
      jane.hears(
          ("{'type':'leave','actor':{'type':'person','id':'joan@127.0.0.1','name':'joan'},"
                  + "'target':{'type':'service','id':'127.0.0.1'},%s}")
              .formatted(message("user has quit")));
    }
    bob.says("PRIVMSG #test :hi there");
    jane.hears("{'type':'send',%s,%s,%s}".formatted(BOB, TEST, message("hi there")));
  }

  @Test
  void what_a_user_does_is_no_event_to_it() throws Exception {
    joined(jane);
    jane.join("#test");
    jane.say("#test", "hello");
    bob.says("MODE #test -t");
    bob.settles();
    jane.topic("#test", "mine");
    jane.nick("janet");
    jane.tell("janet", "to myself");
    bob.says("PRIVMSG #test :the next thing");
    jane.hears("{'type':'send',%s,%s,%s}".formatted(BOB, TEST, message("the next thing")));
  }

  @Test
  void a_nick_that_another_has_is_refused() throws Exception {
    try (IrcUser other = new IrcUser("jane", server.port())) {
      assertThatThrownBy(other::connect)
          .isInstanceOf(PlatformFailure.class)
          .hasMessage("unable to connect to server: nicknames unavailable");
      assertThat(other.connected()).isFalse();
    }
    assertThat(jane.connected()).isTrue();
  }

  @Test
  void a_second_connect_is_answered_at_once() throws Exception {
    joined(jane);
    jane.connect();
    jane.say("#test", "still here");
    assertThat(bob.hears("PRIVMSG")).endsWith("PRIVMSG #test :still here");
  }

  @Test
  void what_cannot_be_sent_is_refused() throws Exception {
    assertThatThrownBy(() -> jane.say("#other", "x"))
        .hasMessage("cannot send message to a channel of which you've not first joined.");
    assertThatThrownBy(() -> jane.run("send", room("#test")))
        .hasMessage("cannot send message with no object.content");
    joined(jane);
    for (String text : new String[] {"a\\r\\nQUIT", "a\\nQUIT", "a\\u0000b"}) {
      assertThatThrownBy(() -> jane.say("#test", text))
          .hasMessage("IRC values must not contain CR or LF characters");
    }
    assertThatThrownBy(() -> jane.join("#a\\nQUIT"))
        .hasMessage("IRC values must not contain CR or LF characters");
    assertThatThrownBy(() -> jane.join("#a #b")).hasMessage("not a name in IRC: '#a #b'");
    assertThatThrownBy(() -> jane.run("query", room("#test") + ",'object':{'type':'room-info'}"))
        .hasMessage("unknown 'type' 'room-info'");
    assertThatThrownBy(
            () -> jane.run("query", "'target':{'id':'x'},'object':{'type':'attendance'}"))
        .hasMessage("cannot query attendance without a valid channel name");
    assertThatThrownBy(() -> jane.run("update", room("#test") + ",'object':{'type':'message'}"))
        .hasMessage("unknown update action: message");
    assertThatThrownBy(() -> jane.run("dance", ""))
        .hasMessage("platform method dance not available");
    jane.run("leave", room("#test"));
    assertThatThrownBy(() -> jane.say("#test", "x"))
        .hasMessage("cannot send message to a channel of which you've not first joined.");
  }

  @Test
  void text_arrives_as_it_is() throws Exception {
    joined(jane);
    jane.say("#test", "/me waves");
    assertThat(bob.hears("PRIVMSG")).endsWith("PRIVMSG #test :\1ACTION waves\1");
    jane.say("#test", "/notice look");
    assertThat(bob.hears("NOTICE")).endsWith("NOTICE #test :look");
    jane.run("announce", room("#test") + "," + message("hear"));
    assertThat(bob.hears("NOTICE")).endsWith("NOTICE #test :hear");
    jane.say("#test", "/dance x");
    assertThat(bob.hears("PRIVMSG")).endsWith("PRIVMSG #test :/dance x");
    jane.tell("bob", "psst :) : ä€🙂");
    assertThat(bob.hears("PRIVMSG")).endsWith("PRIVMSG bob :psst :) : ä€🙂");
    jane.tell("nobody", "is there");
    bob.says(
        "PRIVMSG #test :a :) and : more",
        "PRIVMSG #test word",
        "PRIVMSG jane :psst",
        "PRIVMSG #test :\1ACTION dances\1",
        "NOTICE jane :beware");
    jane.hears(
        "{'type':'send',%s,%s,%s}".formatted(BOB, TEST, message("a :) and : more")),
        "{'type':'send',%s,%s,%s}".formatted(BOB, TEST, message("word")),
        ("{'type':'send',%s,'target':{'type':'person','id':'127.0.0.1/jane','name':'jane'},%s}")
            .formatted(BOB, message("psst")),
        "{'type':'send',%s,%s,'object':{'type':'me','content':'dances'}}".formatted(BOB, TEST),
        ("{'type':'send','actor':{'type':'service','id':'127.0.0.1'},"
                + "'target':{'type':'person','id':'jane@127.0.0.1','name':'jane'},%s}")
            .formatted(message("beware")));
  }

  @Test
  void a_long_text_arrives_in_pieces_and_whole() throws Exception {
    joined(jane);
    String text = "All work and no play makes jane a dull girl. ".repeat(30).strip();
    jane.say("#test", text);
    bob.says("PING end");
    StringBuilder heard = new StringBuilder();
    for (String line = bob.hears("PRIVMSG"); line.contains("PRIVMSG"); line = bob.line()) {
      heard.append(line.substring(line.indexOf("#test :") + "#test :".length())).append(' ');
    }
    assertThat(heard.toString().strip()).isEqualTo(text);
  }

  @Test
  void attendance_is_each_one_s_role() throws Exception {
    joined(jane);
    try (IrcPeer amy = IrcPeer.at(server.port(), "amy");
        IrcPeer eve = IrcPeer.at(server.port(), "eve")) {
      amy.says("JOIN #test");
      eve.says("JOIN #test");
      amy.settles();
      eve.settles();
      bob.says("MODE #test +v amy");
      bob.settles();
      jane.next("join");
      jane.next("join");
      jane.hears(
          ("{'type':'add',%s,'target':{'type':'person','id':'amy@127.0.0.1','name':'amy'},"
                  + "'object':{'type':'relationship','relationship':'role',"
                  + "'subject':{'type':'presence','role':'participant'},"
                  + "'object':{'type':'room','id':'127.0.0.1/#test','name':'#test'}}}")
              .formatted(BOB));
      jane.run("query", "'target':{'id':'127.0.0.1/#test'},'object':{'type':'attendance'}");
      String[] roles = new String[3];
      for (int i = 0; i < roles.length; i++) {
        var event = jane.next();
        roles[i] = event.at("/actor/name").asText() + " " + event.at("/object/role").asText();
      }
      assertThat(roles).containsExactlyInAnyOrder("bob owner", "amy participant", "eve member");
    }
  }

  @Test
  void a_topic_has_spaces_and_is_told_to_who_joins() throws Exception {
    bob.says("TOPIC #test :what it is about", "MODE #test +t");
    bob.settles();
    jane.join("#test");
    String topic = "{'type':'update',%s,%s,'object':{'type':'topic','content':'%s'}}";
    Activity told = jane.told.take();
    assertThat(told.json().path("published").asText()).endsWith(".000Z");
    assertThat(told.without("published").json())
        .isEqualTo(IrcUser.json(topic.formatted(BOB, TEST, "what it is about")));
    assertThat(jane.next().at("/object/role").asText()).isEqualTo("owner");
    assertThatThrownBy(() -> jane.topic("#test", "no")).hasMessageContaining("operator");
    bob.says("MODE #test +o jane");
    bob.settles();
    jane.topic("#test", "another one :) altogether");
    assertThat(bob.hears(" TOPIC ")).endsWith("TOPIC #test :another one :) altogether");
    bob.says("TOPIC #test :bob s again");
    jane.next("add");
    jane.hears(topic.formatted(BOB, TEST, "bob s again"));
    assertThatThrownBy(() -> jane.topic("#nowhere", "x")).isInstanceOf(PlatformFailure.class);
  }

  @Test
  void a_nick_is_changed_twice() throws Exception {
    joined(jane);
    jane.nick("janet");
    assertThat(bob.hears(" NICK ")).startsWith(":jane!").endsWith("NICK :janet");
    jane.say("#test", "as janet");
    assertThat(bob.hears("PRIVMSG")).startsWith(":janet!");
    jane.nick("joan");
    jane.say("#test", "as joan");
    assertThat(bob.hears("PRIVMSG")).startsWith(":joan!");
    assertThat(jane.renamed).containsExactly("janet@127.0.0.1", "joan@127.0.0.1");
    assertThatThrownBy(() -> jane.nick("bob")).hasMessageContaining("in use");
    assertThatThrownBy(() -> jane.nick("b?b")).isInstanceOf(PlatformFailure.class);
    jane.nick("joan");
    jane.say("#test", "still joan");
    assertThat(bob.hears("PRIVMSG")).startsWith(":joan!");
    bob.says("NICK bobby");
    jane.hears(
        ("{'type':'update',%s,'target':{'type':'person','id':'bobby@127.0.0.1','name':'bobby'},"
                + "'object':{'type':'address'}}")
            .formatted(BOB));
    bob.says("NICK bob");
    bob.settles();
  }

  @ParameterizedTest
  @CsvSource({
    "#closed, +i, (+i)",
    "#locked, +k key, (+k)",
    "#banned, +b jane!*@*, (+b)",
    "#full, +l 1, (+l)",
    "nothing, '', no such channel nothing"
  })
  void a_channel_that_lets_nobody_in_says_why(String channel, String mode, String why)
      throws Exception {
    if (!mode.isEmpty()) {
      bob.says("JOIN " + channel, "MODE " + channel + " " + mode);
      bob.settles();
    }
    assertThatThrownBy(() -> jane.run("join", "'target':{'name':'" + channel + "'}"))
        .isInstanceOf(PlatformFailure.class)
        .hasMessageContaining(why);
    assertThat(jane.connected()).isTrue();
    joined(jane);
    jane.say("#test", "still here");
    assertThat(bob.hears("PRIVMSG")).endsWith(":still here");
  }

  @Test
  void who_is_thrown_out_cannot_speak() throws Exception {
    joined(jane);
    bob.says("KICK #test jane :out");
    bob.settles();
    jane.tell("bob", "why?");
    assertThatThrownBy(() -> jane.say("#test", "x"))
        .hasMessage("cannot send message to a channel of which you've not first joined.");
  }
}
