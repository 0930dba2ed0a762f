package org.viesti.platform.irc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.viesti.platform.irc.IrcUser.message;
import static org.viesti.platform.irc.IrcUser.room;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viesti.testkit.Shows;

/** What lines of servers become, row by row. */
class IrcLinesTest {
  private static final String S = "127.0.0.1";

  private ScriptedIrc server;
  private IrcUser jane;
  private IrcPeer line;

  @BeforeEach
  void connect() throws Exception {
    server = new ScriptedIrc();
    jane = new IrcUser("jane", server.port());
    CompletableFuture<Void> connected = jane.start("connect", "");
    line = server.welcomed("jane");
    connected.join();
    line.says(
        ":irc 005 jane CASEMAPPING=rfc1459 CHANTYPES=#& PREFIX=(qaohv)~&@%+"
            + " CHANMODES=beI,k,l,imnpst :are supported by this server");
  }

  @AfterEach
  void close() throws Exception {
    jane.close();
    line.close();
    server.close();
  }

  private static String p(String nick) {
    return "{'type':'person','id':'%s@%s','name':'%s'}".formatted(nick, S, nick);
  }

  private static String r(String channel) {
    return "{'type':'room','id':'%s/%s','name':'%s'}".formatted(S, channel, channel);
  }

  private static String event(String type, String actor, String target, String object) {
    return "{'type':'%s','actor':%s,'target':%s%s}"
        .formatted(type, actor, target, object.isEmpty() ? "" : "," + object);
  }

  private static String presence(String nick, String role) {
    return event("update", p(nick), r("#a"), "'object':{'type':'presence','role':'" + role + "'}");
  }

  private static String role(String type, String nick, String role) {
    return event(
        type,
        p("ann"),
        p(nick),
        "'object':{'type':'relationship','relationship':'role','subject':{'type':'presence',"
            + "'role':'"
            + role
            + "'},'object':"
            + r("#a")
            + "}");
  }

  private static String topic(String text) {
    return "'object':{'type':'topic','content':'" + text + "'}";
  }

  @Test
  void who_comes_and_goes() throws Exception {
    line.says(
        ":ann!a@h JOIN :#a",
        ":ann!a@h JOIN #b",
        ":ann!a@h PART #a :for a reason",
        ":ann!a@h QUIT :Gone",
        ":ann!a@h NICK :anna",
        ":jane!j@h JOIN #a");
    String left = message("user has left the channel");
    jane.hears(
        event("join", p("ann"), r("#a"), ""),
        event("join", p("ann"), r("#b"), ""),
        event("leave", p("ann"), r("#a"), left),
        event("leave", p("ann"), "{'type':'service','id':'127.0.0.1'}", message("user has quit")),
        event("update", p("ann"), p("anna"), "'object':{'type':'address'}"));
  }

  @Test
  void what_is_said() throws Exception {
    line.says(
        ":ann!a@h PRIVMSG #a :one :) two : three",
        ":ann!a@h PRIVMSG #a word",
        ":ann!a@h PRIVMSG jane :psst",
        ":ann!a@h PRIVMSG #a :\1ACTION waves\1",
        ":ann!a@h PRIVMSG #a :+\1ACTION waves \1",
        ":ann!a@h PRIVMSG #a :\1VERSION\1",
        "@id=7;+x=y\\sz :ann!a@h PRIVMSG #a :tagged",
        ":ann!a@h NOTICE #a :note",
        ":irc NOTICE jane :beware",
        "NOTICE jane :of nobody",
        ":ann!a@h PRIVMSG #a :");
    jane.hears(
        event("send", p("ann"), r("#a"), message("one :) two : three")),
        event("send", p("ann"), r("#a"), message("word")),
        event(
            "send",
            p("ann"),
            "{'type':'person','id':'127.0.0.1/jane','name':'jane'}",
            message("psst")),
        event("send", p("ann"), r("#a"), "'object':{'type':'me','content':'waves'}"),
        event("send", p("ann"), r("#a"), "'object':{'type':'me','content':'waves '}"),
        event("send", p("ann"), r("#a"), message("\\u0001VERSION\\u0001")),
        event("send", p("ann"), r("#a"), message("tagged")),
        event("send", "{'type':'service','id':'127.0.0.1'}", p("#a"), message("note")),
        event("send", "{'type':'service','id':'127.0.0.1'}", p("jane"), message("beware")),
        event("send", "{'type':'service','id':'127.0.0.1'}", p("jane"), message("of nobody")),
        event("send", p("ann"), r("#a"), message("")));
  }

  @Test
  void when_it_was_said_if_the_server_knows() throws Exception {
    line.says("@time=2020-01-02T03:04:05.678Z :ann!a@h PRIVMSG #a :then");
    assertThat(jane.told.take().json().path("published").asText())
        .isEqualTo("2020-01-02T03:04:05.678Z");
  }

  @Test
  void topics() throws Exception {
    line.says(
        ":ann!a@h TOPIC #a :a : new one",
        ":ann!a@h TOPIC #a :",
        ":irc 332 jane #b :nobody says by whom",
        ":irc 332 jane #a :an old one",
        ":irc 333 jane #a bob!b@h 1700000000");
    jane.hears(
        event("update", p("ann"), r("#a"), topic("a : new one")),
        event("update", p("ann"), r("#a"), topic("")));
    var old = jane.told.take();
    assertThat(old.json().path("published").asText()).isEqualTo("2023-11-14T22:13:20.000Z");
    assertThat(old.without("published").json())
        .isEqualTo(IrcUser.json(event("update", p("bob"), r("#a"), topic("an old one"))));
  }

  @Test
  void who_is_there() throws Exception {
    line.says(
        ":irc 353 jane = #a :@op %half *star +voice plain ~found &safe jane @+both",
        ":irc 366 jane #a :End of /NAMES list.",
        ":irc 352 jane #a u h irc ann H@ :0 Ann",
        ":irc 352 jane #a u h irc bob G* :0 Bob",
        ":irc 354 jane #a u h irc carl H%",
        ":irc 354 jane #a dave H+",
        ":irc 315 jane #a :End of /WHO list.");
    jane.hears(
        presence("op", "owner"),
        presence("half", "admin"),
        presence("star", "participant"),
        presence("voice", "participant"),
        presence("plain", "member"),
        presence("found", "owner"),
        presence("safe", "owner"),
        presence("both", "owner"),
        presence("ann", "owner"),
        presence("bob", "member"),
        presence("carl", "admin"),
        presence("dave", "participant"));
  }

  @Test
  void who_may_do_what() throws Exception {
    line.says(
        ":ann!a@h MODE #a +o bob",
        ":ann!a@h MODE #a -h bob",
        ":ann!a@h MODE #a +kbv-lo key *!*@h carl dave",
        ":ann!a@h MODE #a +itn",
        ":ann!a@h MODE #a +o",
        ":jane!j@h MODE jane +i",
        ":irc MODE #a +q eve");
    jane.hears(
        role("add", "bob", "owner"),
        role("remove", "bob", "admin"),
        role("add", "carl", "participant"),
        role("remove", "dave", "owner"));
    assertThat(jane.next().at("/actor/name").asText()).isEqualTo("irc");
  }

  @Test
  void the_greeting_of_the_server() throws Exception {
    line.says(
        ":irc 375 jane :- irc message of the day",
        ":irc 372 jane :- Be nice",
        ":irc 372 jane :- to : each other",
        ":irc 376 jane :End of MOTD command");
    jane.hears(
        "{'type':'update','actor':{'type':'service','id':'127.0.0.1','name':'127.0.0.1'},%s}"
            .formatted(topic("- Be nice - to : each other")));
  }

  @Test
  void a_ping_is_answered() throws Exception {
    line.says("PING :are you there");
    assertThat(line.line()).isEqualTo("PONG :are you there");
  }

  @Test
  void the_rest_is_nothing() throws Exception {
    line.says(
        ":irc 401 jane bob :No such nick",
        ":irc 404 jane #a :Cannot send to channel",
        ":irc 442 jane #a :You're not on that channel",
        ":ann!a@h KICK #a bob :out",
        ":ann!a@h INVITE jane #a",
        ":irc 422 jane :MOTD File is missing",
        ":irc PONG irc :of nobody",
        ":irc 353",
        "::",
        ":alone",
        "",
        ":irc 999",
        ":ann!a@h JOIN #end");
    jane.hears(event("join", p("ann"), r("#end"), ""));
  }

  @ParameterizedTest
  @CsvSource({"471", "472", "473", "474", "475", "476", "477", "478", "482"})
  void an_error_of_a_channel_fails_its_job_or_is_told(String numeric) throws Exception {
    String error = ":irc " + numeric + " jane #a :Cannot do that (+x)";
    CompletableFuture<Void> job =
        jane.start("update", room("#A") + ",'object':{'type':'topic','content':'x'}");
    line.hears("TOPIC #A :x");
    line.says(":irc " + numeric + " jane #b :of another", error);
    assertThatThrownBy(job::join)
        .isInstanceOf(CompletionException.class)
        .hasMessageEndingWith("Cannot do that (+x)");
    line.says(error);
    String told =
        "{'type':'update','actor':{'type':'person','id':'jane@127.0.0.1'},"
            + "'target':{'type':'room','id':'127.0.0.1/%s'},'error':'%s'}";
    jane.hears(told.formatted("#b", "of another"), told.formatted("#a", "Cannot do that (+x)"));
    assertThat(jane.connected()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"432", "433", "437"})
  void an_error_of_a_nick_fails_its_job_or_is_told(String numeric) throws Exception {
    String error = ":irc " + numeric + " jane joan :Not that one";
    CompletableFuture<Void> job =
        jane.start("update", IrcUser.person("joan") + ",'object':{'type':'address'}");
    line.hears("NICK joan");
    line.says(error);
    assertThatThrownBy(job::join).hasMessageEndingWith("Not that one");
    line.says(error);
    jane.hears(
        "{'type':'update','actor':%s,'target':{'type':'service','id':'127.0.0.1'},'error':'%s'}"
            .formatted(p("joan"), "Not that one"));
    assertThat(jane.renamed).isEmpty();
  }

  @Test
  void a_channel_that_is_not_there_fails_the_join_or_is_told() throws Exception {
    CompletableFuture<Void> job = jane.start("join", room("#a"));
    line.hears("JOIN #a");
    line.says(":irc 403 jane #a :No such channel");
    assertThatThrownBy(job::join).hasMessageEndingWith("no such channel #a");
    line.says(":irc 403 jane #a :No such channel");
    jane.hears(
        ("{'type':'join','actor':{'type':'service','id':'127.0.0.1'},"
            + "'target':{'type':'person','id':'#a@127.0.0.1'},'error':'no such channel #a'}"));
  }

  @Test
  void a_join_is_done_by_the_join_or_by_the_pong() throws Exception {
    CompletableFuture<Void> first = jane.start("join", room("#a"));
    line.hears("JOIN #a");
    line.says(":jane!j@h JOIN :#A");
    first.join();
    CompletableFuture<Void> second = jane.start("join", room("#b"));
    line.hears("JOIN #b");
    line.says(":irc PONG irc :viesti-1");
    ScriptedIrc.pong(line);
    second.join();
  }

  @Test
  @Shows("gateway.platforms.irc.answer-timeout")
  void a_job_that_is_not_answered_fails() throws Exception {
    try (ScriptedIrc mute = new ScriptedIrc();
        IrcUser user = new IrcUser("ann", mute.port(), "answer-timeout", "50ms")) {
      CompletableFuture<Void> connected = user.start("connect", "");
      try (IrcPeer there = mute.welcomed("ann")) {
        connected.join();
        assertThatThrownBy(() -> user.tell("bob", "are you there?"))
            .hasMessage("timeout reached for send job");
        assertThat(there.hears("PRIVMSG")).isEqualTo("PRIVMSG bob :are you there?");
        assertThat(user.connected()).isTrue();
      }
    }
  }
}
