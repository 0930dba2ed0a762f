package org.viesti.edge.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viesti.connection.DeviceConnection.Closed;
import org.viesti.connection.DeviceConnection.Frames;
import org.viesti.connection.DeviceConnection.Malformed;
import org.viesti.edge.CannotListen;
import org.viesti.edge.LiveServer;
import org.viesti.edge.LiveSettings;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.ServerFrame;
import org.viesti.testkit.Shows;

/** From the first byte to an open stream, or to a clear no. */
class WebSocketUpgradeTest {
  private static final ClientFrame.Hello NO_HELLO = new ClientFrame.Hello(null, null, null, null);
  private static LiveNode node;

  @BeforeAll
  static void start() {
    node = new LiveNode();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void a_token_in_the_header_opens_the_stream_of_its_device() throws Exception {
    try (StockClient client = StockClient.connect(node, "ann")) {
      client.send("{'type':'hello','resume':'r'}");
      LiveNode.Stream stream = node.stream();
      assertThat(stream.principal().deviceId().key()).isEqualTo("acme/ann/phone");
      assertThat(stream.hello()).isEqualTo(new ClientFrame.Hello(null, "r", null, null));
    }
  }

  @Test
  void a_token_in_the_query_opens_a_stream() throws Exception {
    try (RawClient client = new RawClient(node)) {
      assertThat(client.upgrade("/ws?access_token=ann"))
          .startsWith("HTTP/1.1 101 ")
          .contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
          .doesNotContain("sec-websocket-protocol", "sec-websocket-extensions");
      client.text("{'type':'hello'}").write();
      assertThat(node.stream().hello()).isEqualTo(NO_HELLO);
    }
  }

  @Test
  void a_token_in_the_hello_opens_a_stream_and_what_follows_waits_for_it() throws Exception {
    try (RawClient client = new RawClient(node)) {
      assertThat(client.upgrade("/ws")).startsWith("HTTP/1.1 101 ");
      client
          .text("{'type':'hello','token':'ann'}")
          .text("{'type':'ping','nonce':'1'}")
          .text("?")
          .write();
      LiveNode.Stream stream = node.stream();
      assertThat(stream.hello().token()).isEqualTo("ann");
      assertThat(stream.next()).isEqualTo(new Frames(List.of(new ClientFrame.Ping("1"))));
      assertThat(stream.next()).isInstanceOf(Malformed.class);
    }
  }

  @Test
  void the_hello_may_be_left_out() throws Exception {
    try (StockClient client = StockClient.connect(node, "ann")) {
      client.send("{'type':'ping','nonce':'1'}");
      LiveNode.Stream stream = node.stream();
      assertThat(stream.hello()).isEqualTo(NO_HELLO);
      assertThat(stream.next()).isEqualTo(new Frames(List.of(new ClientFrame.Ping("1"))));
      assertThat(client.next()).isEqualTo("{'type':'pong','nonce':'1'}");
    }
  }

  @Test
  void a_first_frame_that_is_malformed_opens_too_if_the_token_came_before() throws Exception {
    try (StockClient client = StockClient.connect(node, "ann")) {
      client.send("hi there");
      LiveNode.Stream stream = node.stream();
      assertThat(stream.hello()).isEqualTo(NO_HELLO);
      assertThat(stream.next()).isInstanceOf(Malformed.class);
    }
  }

  @Test
  void a_client_that_only_listens_is_opened_after_the_grace() throws Exception {
    try (LiveNode quick = new LiveNode(with(Duration.ofSeconds(20), Duration.ofMillis(50)));
        StockClient client = StockClient.connect(quick, "ann")) {
      LiveNode.Stream stream = quick.stream();
      assertThat(stream.hello()).isEqualTo(NO_HELLO);
      stream.wire().send(List.of(new ServerFrame.CaughtUp()));
      assertThat(client.next()).isEqualTo("{'type':'caught_up'}");
    }
  }

  @Test
  void a_client_without_a_token_has_until_the_timeout_to_say_hello() throws Exception {
    try (LiveNode quick = new LiveNode(with(Duration.ofMillis(50), Duration.ofSeconds(20)));
        StockClient client = StockClient.connect(quick, "")) {
      assertThat(client.next()).startsWith("{'type':'error','code':'UNAUTHENTICATED'");
      assertThat(client.next()).isEqualTo("close 4401 UNAUTHENTICATED");
    }
  }

  @Test
  void a_connection_that_asks_for_nothing_is_closed_at_the_timeout() throws Exception {
    try (LiveNode quick = new LiveNode(with(Duration.ofMillis(50), Duration.ofSeconds(20)));
        RawClient client = new RawClient(quick)) {
      assertThat(client.closedByServer()).isTrue();
    }
  }

  @Test
  void a_stream_that_is_not_opened_in_time_is_told_to_come_again() throws Exception {
    try (LiveNode quick = new LiveNode(with(Duration.ofMillis(50), Duration.ofSeconds(20)))) {
      var gate = new java.util.concurrent.CompletableFuture<Void>();
      quick.gate = gate;
      try (StockClient client = StockClient.connect(quick, "ann")) {
        client.send("{'type':'ping'}");
        assertThat(client.next()).startsWith("{'type':'error','code':'UNAVAILABLE'");
        assertThat(client.next()).isEqualTo("close 1013 UNAVAILABLE");
        LiveNode.Stream stream = quick.stream();
        gate.complete(null);
        assertThat(stream.next()).isEqualTo(new Frames(List.of(new ClientFrame.Ping(null))));
        assertThat(stream.next()).isEqualTo(new Closed());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "wrong, 401, UNAUTHENTICATED",
    "expired, 401, TOKEN_EXPIRED",
    "broken, 500, INTERNAL"
  })
  void a_token_that_is_no_good_is_refused_before_the_upgrade(String token, int status, String code)
      throws Exception {
    assertThatThrownBy(() -> StockClient.connect(node, token))
        .cause()
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class,
            refused -> assertThat(refused.getResponse().statusCode()).isEqualTo(status));
    try (RawClient client = new RawClient(node)) {
      assertThat(client.upgrade("/ws?access_token=" + token))
          .startsWith("HTTP/1.1 " + status)
          .contains("content-type: application/problem+json");
      String body = client.rest();
      assertThat(body).contains("\"status\":" + status, "\"code\":\"" + code + "\"", "\"detail\":");
    }
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      textBlock =
          """
          {'type':'hello','token':'wrong'}   | UNAUTHENTICATED  | 4401
          {'type':'hello','token':'expired'} | TOKEN_EXPIRED    | 4401
          {'type':'hello'}                   | UNAUTHENTICATED  | 4401
          {'type':'ping'}                    | UNAUTHENTICATED  | 4401
          nonsense                           | INVALID_ARGUMENT | 4400
          """)
  void without_a_token_only_a_hello_with_a_good_one_will_do(String first, String code, int closed)
      throws Exception {
    try (StockClient client = StockClient.connect(node, "")) {
      client.send(first);
      assertThat(client.next()).startsWith("{'type':'error','code':'" + code + "'");
      assertThat(client.next()).isEqualTo("close " + closed + " " + code);
    }
  }

  @Test
  void a_refused_stream_hears_why() throws Exception {
    try (LiveNode draining = new LiveNode()) {
      draining.refusal = new Refusal(ErrorCode.DRAINING, "leaving", null, 1500L);
      try (StockClient client = StockClient.connect(draining, "ann")) {
        client.send("{'type':'hello'}");
        assertThat(client.next())
            .isEqualTo("{'type':'error','code':'DRAINING','detail':'leaving','retry_after':1500}");
        assertThat(client.next()).isEqualTo("close 1001 DRAINING");
      }
    }
  }

  @Test
  void a_plain_get_is_told_to_upgrade() throws Exception {
    HttpResponse<String> answer = get("/ws");
    assertThat(answer.statusCode()).isEqualTo(426);
    assertThat(answer.headers().map()).containsEntry("upgrade", List.of("websocket"));
    assertThat(answer.body()).contains("connect with a WebSocket client");
  }

  @Test
  void an_unknown_path_is_not_found() throws Exception {
    HttpResponse<String> answer = get("/wsx");
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).contains("the live port serves /ws");
  }

  @Test
  void an_unknown_subprotocol_is_refused() throws Exception {
    try (RawClient client = new RawClient(node)) {
      assertThat(client.upgrade("/ws", "Sec-WebSocket-Protocol: mqtt, other"))
          .startsWith("HTTP/1.1 400 ");
      assertThat(client.rest()).contains("viesti.v1.json");
    }
  }

  @Test
  void a_port_that_is_taken_is_said_so() {
    LiveSettings s = LiveNode.SETTINGS;
    LiveSettings taken =
        new LiveSettings(
            s.host(),
            node.port(),
            1,
            s.maxFrameBytes(),
            s.helloTimeout(),
            s.helloGrace(),
            true,
            0,
            null);
    assertThatThrownBy(() -> LiveServer.start(taken, List.of()))
        .isInstanceOf(CannotListen.class)
        .hasMessageContaining("cannot listen on 127.0.0.1:" + node.port())
        .hasMessageContaining("viesti.live.port");
  }

  @Shows({"live.tls.certificate", "live.tls.key"})
  @Test
  void with_a_certificate_it_speaks_tls(@TempDir Path folder) throws Exception {
    Certificate certificate = Certificate.in(folder);
    LiveSettings s = LiveNode.SETTINGS;
    try (LiveNode secure =
            new LiveNode(
                plain ->
                    new LiveSettings(
                        s.host(),
                        0,
                        1,
                        s.maxFrameBytes(),
                        s.helloTimeout(),
                        s.helloGrace(),
                        true,
                        0,
                        certificate.files()));
        HttpClient http = HttpClient.newBuilder().sslContext(certificate.trusting()).build();
        StockClient client =
            StockClient.connect(
                http, URI.create("wss://localhost:" + secure.port() + "/ws"), "ann")) {
      client.send("{'type':'ping','nonce':'1'}");
      assertThat(client.next()).isEqualTo("{'type':'pong','nonce':'1'}");
      secure.stream().wire().close(new org.viesti.connection.CloseCause.TakenOver());
      assertThat(client.next()).contains("CONNECTED_ELSEWHERE");
      assertThat(client.next()).isEqualTo("close 4409 CONNECTED_ELSEWHERE");
    }
  }

  @Test
  void a_certificate_that_is_not_there_is_said_so() {
    LiveSettings s = LiveNode.SETTINGS;
    LiveSettings broken =
        new LiveSettings(
            s.host(),
            0,
            1,
            s.maxFrameBytes(),
            s.helloTimeout(),
            s.helloGrace(),
            true,
            0,
            new LiveSettings.Tls("/nowhere.crt", "/nowhere.key"));
    assertThatThrownBy(() -> LiveServer.start(broken, List.of()))
        .isInstanceOf(CannotListen.class)
        .hasMessageContaining("/nowhere.crt");
  }

  private static java.util.function.UnaryOperator<LiveSettings> with(
      Duration helloTimeout, Duration helloGrace) {
    return s ->
        new LiveSettings(
            s.host(),
            0,
            1,
            s.maxFrameBytes(),
            helloTimeout,
            helloGrace,
            s.deflate(),
            s.deflateThreshold(),
            null);
  }

  private static HttpResponse<String> get(String path) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.port() + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }
}
