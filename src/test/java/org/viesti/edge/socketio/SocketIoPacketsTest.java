package org.viesti.edge.socketio;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;

/** What is said over a WebSocket, packet by packet. Numbers are those of the gateway's list. */
@Timeout(30)
class SocketIoPacketsTest {
  private SocketNode node;

  @BeforeEach
  void start() {
    node = new SocketNode();
  }

  @AfterEach
  void stop() {
    node.close();
  }

  /** 2. */
  @ParameterizedTest
  @ValueSource(strings = {"/socket.io/", "/socket.io", "/sockethub/", "/sockethub"})
  void it_opens_with_what_the_client_must_know(String path) throws Exception {
    try (RawWebSocket link = RawWebSocket.to(node, path + "?EIO=4&transport=websocket")) {
      assertThat(link.next())
          .matches(
              "0\\{\"sid\":\"[\\w-]{20}\",\"upgrades\":\\[],\"pingInterval\":25000,"
                  + "\"pingTimeout\":20000,\"maxPayload\":262144}");
    }
  }

  /** 2. */
  @Test
  void a_client_is_connected_by_the_id_it_is_given() throws Exception {
    try (RawWebSocket link = RawWebSocket.open(node)) {
      assertThat(link.say("40").next()).isEqualTo("40{\"sid\":\"s1\"}");
      SocketNode.Client client = node.client();
      assertThat(client.auth()).isEmpty();
      assertThat(client.socket().address()).isEqualTo("127.0.0.1");
    }
  }

  @Test
  void what_it_brings_is_told_and_how_it_may_recover() throws Exception {
    node.pid = "p";
    try (RawWebSocket link = RawWebSocket.open(node)) {
      assertThat(link.say("40{'pid':'q','offset':'7'}").next())
          .isEqualTo("40{\"sid\":\"s1\",\"pid\":\"p\"}");
      assertThat(node.client().auth().toString()).isEqualTo("{\"pid\":\"q\",\"offset\":\"7\"}");
    }
  }

  @Test
  void who_is_refused_is_told_why_and_may_try_again() throws Exception {
    node.gate =
        CompletableFuture.failedFuture(new Refused(ErrorCode.UNAVAILABLE, "there is no room"));
    try (RawWebSocket link = RawWebSocket.open(node)) {
      assertThat(link.say("40").next()).isEqualTo("44{\"message\":\"there is no room\"}");
      node.gate = CompletableFuture.completedFuture(null);
      assertThat(link.say("40").next()).isEqualTo("40{\"sid\":\"s2\"}");
    }
  }

  @Test
  void what_is_said_before_it_is_let_in_waits() throws Exception {
    CompletableFuture<?> gate = new CompletableFuture<>();
    node.gate = gate;
    try (RawWebSocket link = RawWebSocket.open(node)) {
      link.say("40").say("42['a']");
      SocketNode.Client client = node.client();
      client.socket().send(List.of(new SocketIo.Outgoing.Event("early", List.of())));
      gate.complete(null);
      assertThat(link.next()).startsWith("40{");
      assertThat(link.next()).isEqualTo("42[\"early\"]");
      assertThat(client.said().getFirst().event()).isEqualTo("a");
    }
  }

  @Test
  void who_leaves_before_it_is_let_in_is_gone() throws Exception {
    CompletableFuture<?> gate = new CompletableFuture<>();
    node.gate = gate;
    SocketNode.Client client;
    try (RawWebSocket link = RawWebSocket.open(node)) {
      link.say("40");
      client = node.client();
      client.socket().disconnect();
      assertThat(link.next()).isEqualTo("41");
    }
    gate.complete(null);
    assertThat(client.ended()).isEqualTo("transport close");
  }

  @Test
  void an_event_is_answered_by_its_id() throws Exception {
    try (RawWebSocket link = RawWebSocket.connected(node)) {
      assertThat(link.say("4217['echo',{'a':[1,2.50,null,'ä\\u20ac']},5]").next())
          .isEqualTo("4317[{\"a\":[1,2.5,null,\"ä€\"]}]");
      Incoming event = node.client().said().getFirst();
      assertThat(event.args()).hasSize(2);
      assertThat(event.ack()).isEqualTo(17);
    }
  }

  @Test
  void an_event_is_told_with_all_its_arguments() throws Exception {
    try (RawWebSocket link = RawWebSocket.connected(node)) {
      assertThat(link.say("42['tell',1,'two',[3]]").next()).isEqualTo("42[\"told\",1,\"two\",[3]]");
      assertThat(node.client().said().getFirst().ack()).isEqualTo(-1);
    }
  }

  @Test
  void a_large_event_comes_back_whole() throws Exception {
    String large = "x".repeat(100_000);
    try (RawWebSocket link = RawWebSocket.connected(node)) {
      assertThat(link.say("42['tell','" + large + "']").next())
          .isEqualTo("42[\"told\",\"" + large + "\"]");
      assertThat(link.say("421['echo',1]").next()).isEqualTo("431[1]");
    }
  }

  @Test
  void half_a_character_does_no_harm() throws Exception {
    try (RawWebSocket link = RawWebSocket.connected(node)) {
      assertThat(link.say("421['echo','\\ud800']").next())
          .isEqualToIgnoringCase("431[\"\\ud800\"]");
    }
  }

  /** 4. */
  @Test
  void unknown_events_are_passed_up_and_nothing_is_said() throws Exception {
    try (RawWebSocket link = RawWebSocket.connected(node)) {
      assertThat(link.say("42['nosuch',1]").say("421['nosuch']").say("422['echo',2]").next())
          .isEqualTo("432[2]");
    }
  }

  /** 4. */
  @Test
  void other_namespaces_are_refused() throws Exception {
    try (RawWebSocket link = RawWebSocket.open(node)) {
      assertThat(link.say("40/x,{'token':1}").next())
          .isEqualTo("44/x,{\"message\":\"Invalid namespace\"}");
      assertThat(link.say("40/y").next()).isEqualTo("44/y,{\"message\":\"Invalid namespace\"}");
      assertThat(link.say("40").next()).startsWith("40{");
    }
  }

  @Test
  void binary_arguments_are_null() throws Exception {
    try (RawWebSocket link = RawWebSocket.connected(node)) {
      link.say(
          "452-7['echo',{'a':{'_placeholder':true,'num':0},'b':[1,{'_placeholder':true,'num':1}]}]");
      assertThat(link.binary((byte) 1).binary((byte) 2).next())
          .isEqualTo("437[{\"a\":null,\"b\":[1,null]}]");
      assertThat(link.say("421['echo',1]").next()).isEqualTo("431[1]");
    }
  }

  @Test
  void an_answer_from_the_client_is_passed_over() throws Exception {
    try (RawWebSocket link = RawWebSocket.connected(node)) {
      link.say("435[1]").say("461-6[{'_placeholder':true,'num':0}]").binary((byte) 1);
      assertThat(link.say("421['echo',1]").next()).isEqualTo("431[1]");
    }
  }

  @Test
  void a_client_that_disconnects_is_gone() throws Exception {
    try (RawWebSocket link = RawWebSocket.connected(node)) {
      assertThat(link.say("42['last']").say("41").next()).isEqualTo("closed 1000");
      SocketNode.Client client = node.client();
      assertThat(client.said().getFirst().event()).isEqualTo("last");
      assertThat(client.ended()).isEqualTo("client disconnect");
    }
  }

  @Test
  void a_client_that_is_disconnected_is_told_so_after_all_that_was_said() throws Exception {
    try (RawWebSocket link = RawWebSocket.connected(node)) {
      link.say("42['tell',1]");
      assertThat(link.next()).isEqualTo("42[\"told\",1]");
      link.say("42['go']");
      assertThat(link.next()).isEqualTo("41");
      assertThat(link.next()).isEqualTo("closed 1000");
      assertThat(node.client().ended()).isEqualTo("server disconnect");
    }
  }

  @Test
  void who_is_gone_without_a_word_is_gone() throws Exception {
    RawWebSocket link = RawWebSocket.connected(node);
    link.close();
    assertThat(node.client().ended()).isEqualTo("transport close");
  }

  @Test
  void a_client_may_end_it_by_a_packet() throws Exception {
    try (RawWebSocket link = RawWebSocket.connected(node)) {
      assertThat(link.say("1").next()).isEqualTo("closed 1000");
      assertThat(node.client().ended()).isEqualTo("transport close");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2",
        "8",
        "4",
        "49",
        "42",
        "42{}",
        "42[]",
        "42[{}]",
        "42['connect']",
        "42['a'",
        "42['a']]",
        "42'a'",
        "4299999999999['a']",
        "45['a']",
        "450-['a']",
        "4511-['a']",
        "43['a']",
        "44{}",
        "40",
        "40[]",
        "42/x,['a']",
        "451-['a',{'_placeholder':true,'num':0}]|42['text']",
        "b4AAA"
      })
  void what_is_no_packet_ends_the_transport_after_what_was_said_before(String broken)
      throws Exception {
    try (RawWebSocket link = RawWebSocket.connected(node)) {
      link.say("42['before']");
      for (String packet : broken.split("[|]", -1)) {
        link.say(packet);
      }
      assertThat(link.next()).isEqualTo("closed 1000");
      SocketNode.Client client = node.client();
      assertThat(client.said().getFirst().event()).isEqualTo("before");
      assertThat(client.ended()).isEqualTo("parse error");
    }
  }

  @Test
  void a_binary_frame_that_belongs_to_nothing_ends_the_transport() throws Exception {
    try (RawWebSocket link = RawWebSocket.connected(node)) {
      assertThat(link.binary((byte) 1).next()).isEqualTo("closed 1000");
    }
  }

  @Test
  void JSON_that_is_too_deep_ends_the_transport() throws Exception {
    try (RawWebSocket link = RawWebSocket.connected(node)) {
      link.say("421['echo'," + "[".repeat(150) + "]".repeat(150) + "]");
      assertThat(link.next()).startsWith("431[[");
      link.say("421['echo'," + "[".repeat(500) + "]".repeat(500) + "]");
      assertThat(link.next()).isEqualTo("closed 1000");
    }
  }

  @Test
  void who_says_something_before_it_connects_is_closed() throws Exception {
    try (RawWebSocket link = RawWebSocket.open(node)) {
      assertThat(link.say("42['a']").next()).isEqualTo("closed 1000");
    }
  }

  @Test
  void while_it_is_not_listened_to_its_socket_is_not_read() throws Exception {
    try (RawWebSocket link = RawWebSocket.connected(node)) {
      SocketNode.Client client = node.client();
      client.socket().reading(false);
      client.socket().send(List.of(new SocketIo.Outgoing.Event("deaf", List.of())));
      assertThat(link.next()).isEqualTo("42[\"deaf\"]");
      link.say("42['a']").say("42['b']").say("42['c']");
      assertThat(client.batches().poll(300, MILLISECONDS)).isNull();
      client.socket().reading(true);
      assertThat(client.said()).extracting(Incoming::event).containsExactly("a", "b", "c");
    }
  }

  @Test
  void who_does_not_read_is_not_written_to_and_that_is_told() throws Exception {
    try (RawWebSocket link = RawWebSocket.connected(node)) {
      SocketNode.Client client = node.client();
      assertThat(client.socket().writable()).isTrue();
      // The client reads all the time, so it is a burst larger than the channel's buffer.
      List<SocketIo.Outgoing> burst =
          Collections.nCopies(
              20_000,
              new SocketIo.Outgoing.Event("n", List.of(TextNode.valueOf("x".repeat(1000)))));
      client.socket().send(burst);
      for (int i = 0; i < burst.size(); i++) {
        assertThat(link.next()).startsWith("42[\"n\"");
      }
      assertThat(client.writables()).hasPositiveValue();
      assertThat(client.socket().writable()).isTrue();
    }
  }
}
