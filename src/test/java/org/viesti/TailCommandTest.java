package org.viesti;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TailCommandTest {
  private static final String WELCOME =
      "{'type':'welcome','session':'s1','resume':'r1','heartbeat_ms':30000}";

  private LiveServer server;
  private Cli cli;

  @TempDir Path folder;

  @BeforeEach
  void a_server() throws Exception {
    cli = new Cli(folder);
    server = new LiveServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void what_is_delivered_is_printed_and_acknowledged() throws Exception {
    CompletableFuture<Cli.Result> tail = tail("--count", "2");
    LiveServer.Link link = server.accept();

    assertThat(link.next()).hasToString("{\"type\":\"hello\"}");
    assertThat(link.subprotocol()).isEqualTo("viesti.v1.json");
    assertThat(cli.principal(link.bearer()).deviceId()).hasToString("default/bob/cli");
    link.say(WELCOME, post("general", 1, "hi"));
    assertThat(positionOf(link.next(), "rooms/general")).isEqualTo(1);
    link.say(post("general", 2, "Bob?"));
    assertThat(positionOf(link.next(), "rooms/general")).isEqualTo(2);

    assertThat(result(tail).out().lines())
        .containsExactly(
            "2026-01-01T12:00:00Z general alice: hi", "2026-01-01T12:00:00Z general alice: Bob?");
    assertThat(result(tail).code()).isZero();
    assertThat(result(tail).err()).isEmpty();
  }

  @Test
  void another_rooms_messages_are_acknowledged_but_not_printed() throws Exception {
    CompletableFuture<Cli.Result> tail = tail("--room", "general", "--count", "1");
    LiveServer.Link link = helloOf(server.accept());
    link.say(WELCOME, post("private", 7, "psst"));
    assertThat(positionOf(link.next(), "rooms/private")).isEqualTo(7);

    link.say(post("general", 1, "hi"));

    assertThat(result(tail).out().lines())
        .containsExactly("2026-01-01T12:00:00Z general alice: hi");
  }

  @Test
  void after_a_cut_it_comes_back_where_it_was_and_prints_nothing_twice() throws Exception {
    CompletableFuture<Cli.Result> tail = tail("--count", "2");
    LiveServer.Link link = helloOf(server.accept());
    link.say(WELCOME, post("general", 1, "one"));
    assertThat(positionOf(link.next(), "rooms/general")).isEqualTo(1);
    link.cut();

    LiveServer.Link again = server.accept();
    JsonNode hello = again.next();
    assertThat(hello.path("resume").asText()).isEqualTo("r1");
    assertThat(hello.path("positions").path("rooms/general").asLong()).isEqualTo(1);
    again.say(WELCOME, post("general", 1, "one"), post("general", 2, "two"));

    assertThat(result(tail).out().lines())
        .containsExactly(
            "2026-01-01T12:00:00Z general alice: one", "2026-01-01T12:00:00Z general alice: two");
  }

  @Test
  void a_node_that_leaves_is_left_for_as_long_as_it_says() throws Exception {
    CompletableFuture<Cli.Result> tail = tail("--count", "1");
    LiveServer.Link link = helloOf(server.accept());
    long drained = System.nanoTime();
    link.say(WELCOME, "{'type':'drain','reconnect_after_ms':400}");

    LiveServer.Link again = helloOf(server.accept());

    assertThat(System.nanoTime() - drained).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(400));
    again.say(WELCOME, post("general", 1, "hi"));
    assertThat(result(tail).err()).contains("the node is leaving");
  }

  @Test
  void a_ping_is_answered() throws Exception {
    CompletableFuture<Cli.Result> tail = tail("--count", "1");
    LiveServer.Link link = helloOf(server.accept());

    link.say(WELCOME, "{'type':'ping','nonce':'n1'}");

    JsonNode pong = link.next();
    assertThat(pong.path("type").asText()).isEqualTo("pong");
    assertThat(pong.path("nonce").asText()).isEqualTo("n1");
    link.say(post("general", 1, "hi"));
    assertThat(result(tail).code()).isZero();
  }

  @Test
  void a_silent_server_is_left() throws Exception {
    CompletableFuture<Cli.Result> tail = tail("--count", "1");
    helloOf(server.accept()).say("{'type':'welcome','resume':'r1','heartbeat_ms':100}");

    LiveServer.Link again = helloOf(server.accept());

    again.say(WELCOME, post("general", 1, "hi"));
    assertThat(result(tail).err()).contains("nothing was heard");
  }

  @Test
  void a_reset_moves_it_on_and_is_told() throws Exception {
    CompletableFuture<Cli.Result> tail = tail("--count", "1");
    LiveServer.Link link = helloOf(server.accept());

    link.say(WELCOME, "{'type':'reset','topic':'rooms/general','head':120,'reason':'backlog'}");

    assertThat(positionOf(link.next(), "rooms/general")).isEqualTo(120);
    link.say(post("general", 121, "hi"));
    assertThat(result(tail).err()).contains("rooms/general goes on after 120 (backlog)");
  }

  @Test
  void a_log_that_begins_anew_is_followed_from_its_new_head() throws Exception {
    CompletableFuture<Cli.Result> tail = tail("--count", "2");
    LiveServer.Link link = helloOf(server.accept());

    link.say(
        WELCOME,
        post("general", 900, "before"),
        "{'type':'reset','topic':'rooms/general','head':3,'reason':'unknown_position'}",
        post("general", 4, "after"));

    assertThat(result(tail).out().lines())
        .containsExactly(
            "2026-01-01T12:00:00Z general alice: before",
            "2026-01-01T12:00:00Z general alice: after");
  }

  @Test
  void a_rejected_resume_token_is_not_shown_again() throws Exception {
    CompletableFuture<Cli.Result> tail = tail("--count", "1");
    LiveServer.Link link = helloOf(server.accept());
    link.say(WELCOME, "{'type':'error','code':'RESUME_REJECTED','detail':'too old'}");
    link.bye(1000, "");

    LiveServer.Link again = server.accept();

    assertThat(again.next()).hasToString("{\"type\":\"hello\"}");
    again.say(WELCOME, post("general", 1, "hi"));
    assertThat(result(tail).code()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"UNAUTHENTICATED", "DEVICE_REVOKED", "CONNECTED_ELSEWHERE"})
  void an_error_that_no_new_connection_mends_ends_it(String code) throws Exception {
    CompletableFuture<Cli.Result> tail = tail();
    LiveServer.Link link = helloOf(server.accept());

    link.say("{'type':'error','code':'" + code + "','detail':'go away'}");

    assertThat(result(tail).code()).isEqualTo(1);
    assertThat(result(tail).err().strip()).isEqualTo("viesti: " + code + ": go away");
  }

  @Test
  void a_close_frame_may_tell_the_same() throws Exception {
    CompletableFuture<Cli.Result> tail = tail();
    helloOf(server.accept()).bye(4009, "CONNECTED_ELSEWHERE: a newer stream took over");

    assertThat(result(tail).code()).isEqualTo(1);
    assertThat(result(tail).err().strip())
        .isEqualTo("viesti: CONNECTED_ELSEWHERE: a newer stream took over");
  }

  @Test
  void an_expired_token_is_renewed_if_it_was_made_here() throws Exception {
    CompletableFuture<Cli.Result> tail = tail("--count", "1");
    LiveServer.Link link = helloOf(server.accept());
    link.say("{'type':'error','code':'TOKEN_EXPIRED','detail':'over'}");
    link.bye(4001, "TOKEN_EXPIRED");

    helloOf(server.accept()).say(WELCOME, post("general", 1, "hi"));

    assertThat(result(tail).code()).isZero();
  }

  @Test
  void an_expired_token_that_was_given_ends_it() throws Exception {
    CompletableFuture<Cli.Result> tail =
        Cli.start("tail", "--token", "a.b.c", "--url", server.url().toString());
    LiveServer.Link link = helloOf(server.accept());
    assertThat(link.bearer()).isEqualTo("a.b.c");

    link.say("{'type':'error','code':'TOKEN_EXPIRED','detail':'over'}");

    assertThat(result(tail).code()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404, 426})
  void an_upgrade_refused_for_good_ends_it(int status) throws Exception {
    server.refuse(status);

    Cli.Result result = result(tail());

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("HTTP " + status);
    assertThat(result.err().lines()).hasSize(1);
  }

  @Test
  void an_address_that_is_none_ends_it() throws Exception {
    Cli.Result result = result(Cli.start("tail", "--token", "t", "--url", "nowhere"));

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("nowhere");
    assertThat(result.err().lines()).hasSize(1);
  }

  @Test
  void without_user_and_token_it_is_used_wrongly() {
    assertThat(Cli.run("tail").code()).isEqualTo(2);
  }

  private CompletableFuture<Cli.Result> tail(String... args) {
    List<String> line = new ArrayList<>(List.of("tail", "--config", cli.config()));
    line.addAll(List.of("--user", "bob", "--url", server.url().toString()));
    line.addAll(List.of(args));
    return Cli.start(line.toArray(String[]::new));
  }

  private static Cli.Result result(CompletableFuture<Cli.Result> tail) throws Exception {
    return tail.get(20, TimeUnit.SECONDS);
  }

  private static LiveServer.Link helloOf(LiveServer.Link link) throws InterruptedException {
    assertThat(link.next().path("type").asText()).isEqualTo("hello");
    return link;
  }

  private static long positionOf(JsonNode ack, String topic) {
    assertThat(ack.path("type").asText()).isEqualTo("ack");
    return ack.path("positions").path(topic).asLong();
  }

  private static String post(String room, long seq, String text) {
    return """
    {'type':'delivery','topic':'rooms/%1$s','seq':%2$d,'prev':%3$d,'message':{'id':'%1$s.%2$d',\
    'at':1767268800123,'sender':'alice','body':{'kind':'post','payload':{'type':'text','body':'%4$s'}}}}\
    """
        .formatted(room, seq, seq - 1, text);
  }
}
