package org.viesti.edge.socketio;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.viesti.testkit.Await;
import org.viesti.testkit.Shows;

/** What is said over long polling, and how a WebSocket takes over from it. */
@Timeout(30)
class PollingTest {
  private SocketNode node;

  @BeforeEach
  void start() {
    node = new SocketNode();
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private static SocketIo.Outgoing event(String name) {
    return new SocketIo.Outgoing.Event(name, List.of());
  }

  /** Polls over a connection that is closed before there is an answer. */
  private void breakPoll(Polls client) throws IOException {
    String request =
        "GET /socket.io/?EIO=4&transport=polling&sid="
            + client.sid()
            + " HTTP/1.1\r\nHost: h\r\n\r\n";
    try (Socket socket = new Socket("127.0.0.1", node.port())) {
      socket.getOutputStream().write(request.getBytes(US_ASCII));
    }
  }

  /** Once this returns, the client is not listened to. */
  private static void stopReading(SocketNode.Client served, Polls client) {
    served.socket().reading(false);
    served.socket().send(List.of(event("deaf")));
    assertThat(client.poll()).isEqualTo("42[\"deaf\"]");
  }

  private RawWebSocket probe(Polls client) {
    return RawWebSocket.to(node, RawWebSocket.DIRECT + "&sid=" + client.sid());
  }

  @Test
  void it_opens_with_what_the_client_must_know() throws Exception {
    HttpResponse<String> answer = Polls.get(node.http("/sockethub/?EIO=4&transport=polling"));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).contains("text/plain; charset=UTF-8");
    assertThat(answer.headers().firstValue("cache-control")).contains("no-store");
    assertThat(answer.body())
        .matches(
            "0\\{\"sid\":\"[\\w-]{20}\",\"upgrades\":\\[\"websocket\"],\"pingInterval\":25000,"
                + "\"pingTimeout\":20000,\"maxPayload\":262144}");
  }

  @Test
  void a_poll_waits_until_there_is_something() throws Exception {
    Polls client = Polls.connected(node);
    CompletableFuture<HttpResponse<String>> poll = client.polling();
    assertThat(client.post("421['echo',1]")).isEqualTo("200 ok");
    assertThat(poll.join().body()).isEqualTo("431[1]");
    poll = client.polling();
    node.client().socket().send(List.of(event("a"), event("b")));
    assertThat(poll.join().body()).isEqualTo("42[\"a\"]\u001e42[\"b\"]");
  }

  @Test
  void what_one_request_brings_comes_up_at_once() throws Exception {
    Polls client = Polls.connected(node);
    client.post("42['a'].42['b'].451-['c',{'_placeholder':true,'num':0}].bAQID.421['echo',1]");
    assertThat(node.client().said())
        .extracting(Incoming::event)
        .containsExactly("a", "b", "c", "echo");
    assertThat(client.poll()).isEqualTo("431[1]");
  }

  @Test
  void what_nobody_polls_waits_for_the_next_poll() throws Exception {
    Polls client = Polls.connected(node);
    client.post("421['echo',1]");
    client.post("422['echo',2]");
    assertThat(client.poll()).isEqualTo("431[1].432[2]");
  }

  @Test
  @Shows("gateway.socket.max-unpolled-bytes")
  void too_much_that_nobody_polls_is_told_to_who_says_it() throws Exception {
    node.close();
    node = new SocketNode("max-unpolled-bytes = 2KiB");
    Polls client = Polls.connected(node);
    SocketNode.Client served = node.client();
    served.socket().send(List.of(event("x".repeat(1000))));
    client.post("42['a']");
    assertThat(served.socket().writable()).isTrue();
    served.socket().send(List.of(event("x".repeat(1100))));
    Await.until(Duration.ofSeconds(10), () -> "still writable", () -> !served.socket().writable());
    assertThat(served.writables()).hasValue(0);
    assertThat(client.poll()).hasSizeGreaterThan(2000);
    Await.until(Duration.ofSeconds(10), () -> "not told", () -> served.writables().get() == 1);
    assertThat(served.socket().writable()).isTrue();
  }

  @Test
  void while_it_is_not_listened_to_its_request_is_not_answered() throws Exception {
    Polls client = Polls.connected(node);
    SocketNode.Client served = node.client();
    stopReading(served, client);
    CompletableFuture<HttpResponse<String>> post = client.posting("42['a']");
    assertThat(served.said().getFirst().event()).isEqualTo("a");
    assertThat(post.completeOnTimeout(null, 300, MILLISECONDS).join()).isNull();
    post = client.posting("42['b']"); // which is against the rules
    assertThat(post.join().statusCode()).isEqualTo(400);
    assertThat(served.ended()).isEqualTo("transport error");
  }

  @Test
  void a_request_that_waited_is_answered_once_it_is_listened_to() throws Exception {
    Polls client = Polls.connected(node);
    SocketNode.Client served = node.client();
    stopReading(served, client);
    CompletableFuture<HttpResponse<String>> post = client.posting("42['a']");
    served.said();
    served.socket().reading(true);
    assertThat(post.join().body()).isEqualTo("ok");
    assertThat(client.post("42['b']")).isEqualTo("200 ok");
    assertThat(served.said().getFirst().event()).isEqualTo("b");
  }

  @Test
  void a_request_that_waits_is_answered_when_it_all_ends() throws Exception {
    Polls client = Polls.connected(node);
    SocketNode.Client served = node.client();
    stopReading(served, client);
    CompletableFuture<HttpResponse<String>> post = client.posting("42['a']");
    served.said();
    breakPoll(client);
    assertThat(post.join().body()).isEqualTo("ok");
    assertThat(served.ended()).isEqualTo("transport close");
  }

  @Test
  void a_second_poll_ends_it() throws Exception {
    Polls client = Polls.connected(node);
    CompletableFuture<HttpResponse<String>> first = client.polling();
    CompletableFuture<HttpResponse<String>> second = client.polling();
    assertThat(CompletableFuture.anyOf(first, second).get(10, TimeUnit.SECONDS)).isNotNull();
    assertThat(List.of(first.join().statusCode(), second.join().statusCode()))
        .containsExactlyInAnyOrder(200, 400);
    assertThat(node.client().ended()).isEqualTo("transport error");
  }

  @Test
  void a_poll_whose_connection_breaks_ends_it() throws Exception {
    Polls client = Polls.connected(node);
    breakPoll(client);
    assertThat(node.client().ended()).isEqualTo("transport close");
    assertThat(client.polling().join().body())
        .isEqualTo("{\"code\":1,\"message\":\"Session ID unknown\"}");
  }

  @Test
  void a_client_that_says_it_goes_is_gone() throws Exception {
    Polls client = Polls.connected(node);
    CompletableFuture<HttpResponse<String>> poll = client.polling();
    assertThat(client.post("1")).isEqualTo("200 ok");
    assertThat(poll.join().body()).isEqualTo("1");
    assertThat(node.client().ended()).isEqualTo("transport close");
    assertThat(client.post("42['a']")).startsWith("400");
  }

  @Test
  void a_client_that_is_disconnected_hears_it_at_its_next_poll() throws Exception {
    Polls client = Polls.connected(node);
    client.post("42['tell',1].42['go']");
    assertThat(node.client().ended()).isEqualTo("server disconnect");
    assertThat(client.poll()).isEqualTo("42[\"told\",1].41.1");
    assertThat(client.polling().join().statusCode()).isEqualTo(400);
  }

  @Test
  void what_is_no_packet_ends_it() throws Exception {
    Polls client = Polls.connected(node);
    client.post("42['a'].x");
    assertThat(node.client().ended()).isEqualTo("parse error");
    assertThat(client.poll()).isEqualTo("1");
  }

  /** 1. */
  @Test
  void a_websocket_takes_over_without_losing_anything() throws Exception {
    Polls client = Polls.connected(node);
    SocketNode.Client served = node.client();
    CompletableFuture<HttpResponse<String>> poll = client.polling();
    try (RawWebSocket link = probe(client)) {
      assertThat(link.say("2probe").next()).isEqualTo("3probe");
      assertThat(poll.join().body()).isEqualTo("6");
      served.socket().send(List.of(event("between"), event("both")));
      link.say("5").say("421['echo',1]");
      assertThat(link.next()).isEqualTo("42[\"between\"]");
      assertThat(link.next()).isEqualTo("42[\"both\"]");
      assertThat(link.next()).isEqualTo("431[1]");
      assertThat(client.polling().join().statusCode()).isEqualTo(400);
    }
    assertThat(served.ended()).isEqualTo("transport close");
  }

  @Test
  void while_it_is_probed_polls_are_short() throws Exception {
    Polls client = Polls.connected(node);
    try (RawWebSocket link = probe(client)) {
      link.say("2probe").next();
      assertThat(client.poll()).isEqualTo("6");
      assertThat(client.poll()).isEqualTo("6");
    }
  }

  @Test
  void a_websocket_that_does_not_take_over_does_no_harm() throws Exception {
    Polls client = Polls.connected(node);
    try (RawWebSocket link = probe(client)) {
      assertThat(link.say("2probe").next()).isEqualTo("3probe");
      assertThat(link.say("42['a']").next()).isEqualTo("closed 1000");
    }
    CompletableFuture<HttpResponse<String>> poll = client.polling();
    client.post("421['echo',1]");
    assertThat(poll.join().body()).isIn("6", "431[1]");
    Await.until(
        Duration.ofSeconds(10),
        () -> "the next cannot try",
        () -> {
          try (RawWebSocket link = probe(client)) {
            return link.say("2probe").next().equals("3probe");
          } catch (CompletionException e) {
            return false;
          }
        });
  }

  @Test
  void only_one_websocket_at_a_time_may_take_over() throws Exception {
    Polls client = Polls.connected(node);
    try (RawWebSocket link = probe(client)) {
      assertThat(link.say("2probe").next()).isEqualTo("3probe");
      assertThat(
              CompletableFuture.supplyAsync(() -> probe(client))
                  .handle((second, failure) -> failure))
          .succeedsWithin(Duration.ofSeconds(10))
          .isNotNull();
    }
  }

  @Test
  void a_connection_between_two_requests_is_not_kept_for_ever() throws Exception {
    node.close();
    node = new SocketNode("", "hello-timeout = 300ms, hello-grace = 100ms");
    String begin = "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: h\r\n\r\n";
    try (Socket socket = new Socket("127.0.0.1", node.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(begin.getBytes(US_ASCII));
      assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8)).contains("0{");
    }
  }

  @Test
  void a_poll_may_wait_longer_than_a_connection_may_be_idle() throws Exception {
    node.close();
    node = new SocketNode("", "hello-timeout = 300ms, hello-grace = 100ms");
    Polls client = Polls.connected(node);
    CompletableFuture<HttpResponse<String>> poll = client.polling();
    assertThat(CompletableFuture.anyOf(poll, later(700)).get()).isEqualTo("later");
    client.post("421['echo',1]");
    assertThat(poll.join().body()).isEqualTo("431[1]");
  }

  private static CompletableFuture<String> later(int ms) {
    return new CompletableFuture<String>().completeOnTimeout("later", ms, MILLISECONDS);
  }

  @Test
  void text_of_any_language_comes_whole() throws Exception {
    Polls client = Polls.connected(node);
    client.post("42['tell','ä€😀']");
    byte[] told = client.poll().substring(2).getBytes(UTF_8);
    assertThat(Json.parse(told, 0, told.length)).contains(TextNode.valueOf("ä€😀"));
  }
}
