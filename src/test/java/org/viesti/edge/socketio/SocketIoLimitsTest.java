package org.viesti.edge.socketio;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viesti.edge.CannotListen;
import org.viesti.edge.LiveServer;
import org.viesti.edge.LiveSettings;
import org.viesti.testkit.Await;
import org.viesti.testkit.Shows;

/** Where Socket.IO says no. Numbers are those of the gateway's list. */
@Timeout(60)
class SocketIoLimitsTest {
  private static final String ERROR =
      "42[\"error\",{\"type\":\"Error\",\"@context\":[\"https://www.w3.org/ns/activitystreams\","
          + "\"https://sockethub.org/ns/context/v1.jsonld\","
          + "\"https://sockethub.org/ns/context/platform/error/v1.jsonld\"],"
          + "\"actor\":{\"type\":\"Application\",\"name\":\"sockethub-server\"},\"summary\":\"%s\"}]";

  // Requests.

  /** 4. */
  @ParameterizedTest
  @CsvSource({
    "GET, /socket.io/?EIO=4, 400, 0, Transport unknown",
    "GET, /socket.io/?EIO=4&transport=smoke, 400, 0, Transport unknown",
    "GET, /sockethub/?EIO=4&transport=polling&sid=nobody, 400, 1, Session ID unknown",
    "POST, /socket.io/?EIO=4&transport=polling, 400, 2, Bad handshake method",
    "GET, /socket.io/?EIO=4&transport=websocket, 400, 3, Bad request",
    "GET, /socket.io/?EIO=3&transport=polling, 400, 5, Unsupported protocol version",
    "GET, /sockethub?transport=polling, 400, 5, Unsupported protocol version"
  })
  void a_request_that_is_wrong_is_told_in_the_librarys_words(
      String method, String uri, int status, int code, String message) throws Exception {
    try (SocketNode node = new SocketNode()) {
      HttpResponse<String> answer = Polls.ask(method, node.http(uri), "Origin", "http://a");
      assertThat(answer.statusCode()).isEqualTo(status);
      assertThat(answer.body())
          .isEqualTo("{\"code\":%d,\"message\":\"%s\"}".formatted(code, message));
      assertThat(answer.headers().firstValue("content-type")).contains("application/json");
      assertThat(answer.headers().firstValue("access-control-allow-origin")).contains("*");
    }
  }

  @Test
  void a_query_that_cannot_be_read_asks_for_no_transport() throws Exception {
    try (SocketNode node = new SocketNode();
        Socket socket = new Socket("127.0.0.1", node.port())) {
      socket.setSoTimeout(10_000);
      String request =
          "GET /socket.io/?EIO=4&transport=%zz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII))
          .startsWith("HTTP/1.1 400 ")
          .contains("Transport unknown");
    }
  }

  @ParameterizedTest
  @CsvSource({"PUT, polling, 4", "GET, websocket, 4", "GET, polling, 3"})
  void a_request_that_is_not_like_its_session_is_told_so(
      String method, String transport, String version) throws Exception {
    try (SocketNode node = new SocketNode()) {
      Polls client = Polls.connected(node);
      String uri = "/socket.io/?EIO=" + version + "&transport=" + transport + "&sid=";
      assertThat(Polls.ask(method, node.http(uri + client.sid())).body())
          .isEqualTo("{\"code\":3,\"message\":\"Bad request\"}");
    }
  }

  @Test
  @Shows("gateway.socket.polling")
  void polling_can_be_switched_off() throws Exception {
    try (SocketNode node = new SocketNode("polling = off")) {
      assertThat(Polls.get(node.http("/socket.io/?EIO=4&transport=polling")).body())
          .isEqualTo("{\"code\":0,\"message\":\"Transport unknown\"}");
      try (RawWebSocket link = RawWebSocket.connected(node)) {
        assertThat(link.say("421['echo',1]").next()).isEqualTo("431[1]");
      }
    }
  }

  // Size.

  /** 3. */
  @Test
  @Shows("gateway.socket.max-payload-bytes")
  void a_frame_that_is_too_large_ends_its_transport_and_no_other() throws Exception {
    try (SocketNode node = new SocketNode("max-payload-bytes = 2KiB");
        RawWebSocket other = RawWebSocket.connected(node);
        RawWebSocket link = RawWebSocket.open(node)) {
      node.client();
      assertThat(link.say("40").next()).startsWith("40{");
      String most = "421['echo','" + "x".repeat(2048 - 14) + "']";
      assertThat(most).hasSize(2048);
      assertThat(link.say(most).next()).startsWith("431[");
      assertThat(link.say(most + " ").next()).isEqualTo("closed 1009");
      assertThat(node.client().ended()).isEqualTo("transport error");
      assertThat(other.say("421['echo',1]").next()).isEqualTo("431[1]");
    }
  }

  /** 3. */
  @Test
  void a_request_that_is_too_large_ends_its_transport() throws Exception {
    try (SocketNode node = new SocketNode("max-payload-bytes = 2KiB")) {
      Polls client = Polls.connected(node);
      String most = "421['echo','" + "x".repeat(2048 - 14) + "']";
      assertThat(client.post(most)).isEqualTo("200 ok");
      assertThat(client.poll()).startsWith("431[");
      assertThat(client.post(most + " ")).startsWith("413");
      assertThat(node.client().ended()).isEqualTo("transport error");
    }
  }

  @Test
  void a_request_may_be_larger_than_other_live_frames() throws Exception {
    try (SocketNode node = new SocketNode()) {
      Polls client = Polls.connected(node);
      assertThat(client.post("421['echo','" + "x".repeat(262_144 - 14) + "']")).isEqualTo("200 ok");
      assertThat(client.poll()).hasSize(262_144 - 14 + 7);
    }
  }

  // Time.

  /** 2. */
  @Test
  @Shows({"gateway.socket.ping-interval", "gateway.socket.ping-timeout"})
  void a_client_is_pinged_and_closed_if_it_is_silent() throws Exception {
    try (SocketNode node = new SocketNode("ping-interval = 200ms, ping-timeout = 400ms");
        RawWebSocket link = RawWebSocket.open(node)) {
      link.say("40").next();
      long start = System.nanoTime();
      for (int i = 0; i < 4; i++) {
        assertThat(link.next()).isEqualTo("2");
        link.say("3");
      }
      assertThat(link.next()).isEqualTo("2");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(900));
      assertThat(node.client().closed()).isEmpty();
      start = System.nanoTime();
      assertThat(link.next()).isEqualTo("closed 1000");
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofMillis(200), Duration.ofSeconds(5));
    }
  }

  @Test
  void a_client_that_polls_is_pinged_as_well() throws Exception {
    try (SocketNode node = new SocketNode("ping-interval = 200ms, ping-timeout = 400ms")) {
      Polls client = Polls.connected(node);
      for (int i = 0; i < 3; i++) {
        assertThat(client.poll()).isEqualTo("2");
        assertThat(client.post("3")).isEqualTo("200 ok");
      }
      assertThat(client.poll()).isEqualTo("2");
      assertThat(client.poll()).isEqualTo("1");
      assertThat(node.client().ended()).isEqualTo("ping timeout");
    }
  }

  @Test
  void a_client_that_does_not_connect_to_the_namespace_is_closed() throws Exception {
    try (SocketNode node = new SocketNode("ping-interval = 100ms");
        RawWebSocket link = RawWebSocket.open(node)) {
      assertThat(link.next()).isEqualTo("closed 1000");
    }
  }

  @Test
  void who_is_not_let_in_for_that_long_is_closed() throws Exception {
    try (SocketNode node = new SocketNode("ping-interval = 100ms")) {
      CompletableFuture<?> gate = new CompletableFuture<>();
      node.gate = gate;
      try (RawWebSocket link = RawWebSocket.open(node)) {
        assertThat(link.say("40").next()).isEqualTo("closed 1000");
      }
      gate.complete(null);
      assertThat(node.client().ended()).isEqualTo("transport close");
    }
  }

  @Test
  void a_client_that_is_not_listened_to_is_not_taken_for_silent() throws Exception {
    try (SocketNode node = new SocketNode("ping-interval = 50ms, ping-timeout = 50ms");
        RawWebSocket link = RawWebSocket.open(node)) {
      link.say("40").next();
      SocketNode.Client client = node.client();
      client.socket().reading(false);
      for (int i = 0; i < 5; i++) {
        assertThat(link.next()).isEqualTo("2");
      }
      assertThat(client.closed()).isEmpty();
    }
  }

  // Addresses.

  /** 6. */
  @Test
  @Shows("gateway.socket.max-connections-per-address")
  void one_connection_too_many_of_an_address_is_told_so_and_disconnected() throws Exception {
    try (SocketNode node = new SocketNode("max-connections-per-address = 2")) {
      Polls first = Polls.connected(node);
      try (RawWebSocket second = RawWebSocket.connected(node);
          RawWebSocket third = RawWebSocket.open(node)) {
        assertThat(third.say("40").next()).matches("40\\{\"sid\":\"[\\w-]{20}\"}");
        assertThat(third.next())
            .isEqualTo(ERROR.formatted("too many concurrent connections from this address"));
        assertThat(third.next()).isEqualTo("41");
        assertThat(third.next()).isEqualTo("closed 1000");
        assertThat(second.say("421['echo',1]").next()).isEqualTo("431[1]");
      }
      first.post("1");
      Await.until(
          Duration.ofSeconds(10),
          () -> "places of those who went are not free",
          () -> {
            try (RawWebSocket next = RawWebSocket.connected(node)) {
              return next.say("421['echo',1]").next().equals("431[1]");
            }
          });
    }
  }

  /** 6. */
  @Test
  void twenty_of_an_address_are_let_in_unless_it_is_switched_off() throws Exception {
    try (SocketNode node = new SocketNode();
        SocketNode any = new SocketNode("max-connections-per-address = 0")) {
      List<RawWebSocket> links = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        links.add(RawWebSocket.connected(node));
        links.add(RawWebSocket.connected(any));
      }
      RawWebSocket here = RawWebSocket.connected(node);
      assertThat(here.next()).contains("too many concurrent connections");
      RawWebSocket there = RawWebSocket.connected(any);
      assertThat(there.say("421['echo',1]").next()).isEqualTo("431[1]");
      links.forEach(RawWebSocket::close);
      here.close();
      there.close();
    }
  }

  // Rates.

  /** 7. */
  @Test
  @Shows({"gateway.socket.rate.events", "gateway.socket.rate.window", "gateway.socket.rate.block"})
  void who_sends_too_much_is_told_once_and_not_heard_for_a_while() throws Exception {
    try (SocketNode node = new SocketNode("rate { events = 10, window = 60s, block = 1s }");
        RawWebSocket link = RawWebSocket.connected(node);
        RawWebSocket other = RawWebSocket.connected(node)) {
      for (int i = 0; i < 13; i++) {
        link.say("42" + i + "['echo'," + i + "]");
      }
      List<String> answers = new ArrayList<>();
      for (int i = 0; i < 11; i++) {
        answers.add(link.next());
      }
      assertThat(answers)
          .contains(ERROR.formatted("rate limit exceeded, temporarily blocked"))
          .contains("430[0]", "439[9]")
          .doesNotContain("4310[10]");
      assertThat(other.say("421['echo',1]").next()).isEqualTo("431[1]");
      long start = System.nanoTime();
      Await.until(
          Duration.ofSeconds(10),
          () -> "still blocked",
          () -> {
            link.say("427['echo',7]");
            return !link.quiet();
          });
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(500));
      assertThat(link.next()).isEqualTo("437[7]");
    }
  }

  /** 7. */
  @Test
  void of_a_burst_of_130_a_hundred_are_served() throws Exception {
    try (SocketNode node = new SocketNode("rate.window = 60s");
        RawWebSocket link = RawWebSocket.connected(node)) {
      StringBuilder answers = new StringBuilder();
      for (int i = 0; i < 130; i++) {
        link.say("42" + i + "['echo'," + i + "]");
      }
      for (int i = 0; i < 101; i++) {
        answers.append(link.next()).append('\n');
      }
      assertThat(answers.toString().lines().filter(line -> line.startsWith("43"))).hasSize(100);
      assertThat(answers).containsOnlyOnce("rate limit exceeded");
      link.say("2"); // which is no event
      assertThat(link.next()).isEqualTo("closed 1000");
    }
  }

  @Test
  void a_rate_of_0_is_none() throws Exception {
    try (SocketNode node = new SocketNode("rate.events = 0");
        RawWebSocket link = RawWebSocket.connected(node)) {
      for (int i = 0; i < 500; i++) {
        link.say("42" + i + "['echo',1]");
      }
      for (int i = 0; i < 500; i++) {
        assertThat(link.next()).isEqualTo("43" + i + "[1]");
      }
    }
  }

  // Origins.

  private static Optional<String> allowed(SocketNode node, String origin, int status)
      throws Exception {
    HttpResponse<String> answer =
        Polls.get(node.http("/socket.io/?EIO=4&transport=polling"), "Origin", origin);
    assertThat(answer.statusCode()).isEqualTo(status);
    return answer.headers().firstValue("access-control-allow-origin");
  }

  /** 5. */
  @Test
  @Shows("gateway.socket.cors-origins")
  void scripts_of_other_origins_are_refused() throws Exception {
    try (SocketNode node =
        new SocketNode(
            "cors-origins = [\"https://Chat.example:443/x\", \"http://b:81\", \"no\"]")) {
      assertThat(allowed(node, "https://chat.example", 200)).contains("https://chat.example");
      assertThat(allowed(node, "http://b:81", 200)).contains("http://b:81");
      assertThat(allowed(node, "http://b", 403)).isEmpty();
      assertThat(allowed(node, "null", 403)).isEmpty();
      assertThat(allowed(node, "http://127.0.0.1:" + node.port(), 200)).isEmpty();
      try (RawWebSocket link = RawWebSocket.from("http://b:81", node)) {
        assertThat(link.next()).startsWith("0{");
      }
      assertThatThrownBy(() -> RawWebSocket.from("http://b", node)).isNotNull();
      try (RawWebSocket link = RawWebSocket.open(node)) {
        assertThat(link.say("40").next()).startsWith("40{");
      }
    }
  }

  /** 5. */
  @Test
  void any_origin_is_the_default_and_a_star_in_a_list_means_it() throws Exception {
    try (SocketNode node = new SocketNode();
        SocketNode list = new SocketNode("cors-origins = [\"http://a\", \"*\"]")) {
      assertThat(allowed(node, "http://any", 200)).contains("*");
      assertThat(allowed(list, "http://any", 200)).contains("*");
    }
  }

  /** 5. */
  @Test
  void the_only_origin_is_always_named_and_a_broken_list_allows_none() throws Exception {
    try (SocketNode one = new SocketNode("cors-origins = [\"http://a\"]");
        SocketNode none = new SocketNode("cors-origins = [\"a\", \"//b\", \"ftp://c\"]")) {
      assertThat(allowed(one, "http://a", 200)).contains("http://a");
      assertThat(allowed(one, "http://b", 403)).contains("http://a");
      assertThat(allowed(none, "http://a", 403)).isEmpty();
    }
  }

  /** 5. */
  @Test
  void a_script_that_asks_first_is_told_what_it_may() throws Exception {
    try (SocketNode node = new SocketNode()) {
      HttpResponse<String> answer =
          Polls.ask(
              "OPTIONS",
              node.http("/sockethub/?EIO=4&transport=polling"),
              "Origin",
              "http://a",
              "Access-Control-Request-Method",
              "POST",
              "Access-Control-Request-Headers",
              "x-mine");
      assertThat(answer.statusCode()).isEqualTo(204);
      assertThat(answer.headers().map())
          .containsEntry("access-control-allow-origin", List.of("*"))
          .containsEntry("access-control-allow-methods", List.of("GET,POST"))
          .containsEntry("access-control-allow-headers", List.of("x-mine"));
    }
  }

  // Where to listen.

  private static Optional<LiveServer> listen(String listener) {
    var config =
        ConfigFactory.parseString("viesti.gateway.listener {" + listener + "}")
            .withFallback(ConfigFactory.parseResources("reference.conf"));
    return SocketIoEdge.listen(
        SocketIoSettings.from(config), LiveSettings.from(config), Pages.all());
  }

  @Test
  @Shows("gateway.listener.enabled")
  void it_has_a_port_of_its_own_if_it_is_switched_on() throws Exception {
    assertThat(listen("")).isEmpty();
    LiveServer server = listen("enabled = on, port = 0").orElseThrow();
    try {
      String health = "http://127.0.0.1:" + server.address().getPort() + "/health";
      assertThat(Polls.get(health).body()).isEqualTo("ok");
    } finally {
      server.stop().toCompletableFuture().join();
    }
  }

  @Test
  @Shows({"gateway.listener.host", "gateway.listener.port"})
  void it_listens_where_it_is_set_and_says_what_is_in_its_way() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.7"))) {
      String there = "enabled = on, host = 127.0.0.7, port = " + taken.getLocalPort();
      assertThatThrownBy(() -> listen(there))
          .isInstanceOf(CannotListen.class)
          .hasMessageContaining("cannot listen on 127.0.0.7:" + taken.getLocalPort())
          .hasMessageContaining("viesti.gateway.listener.port");
    }
  }
}
