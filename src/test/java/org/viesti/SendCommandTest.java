package org.viesti;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.security.Principal;

class SendCommandTest {
  private record Request(String line, String bearer, JsonNode body) {}

  private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
  private volatile int status = 201;
  private volatile String answer = "{\"event_id\":\"general.12\",\"seq\":12}";
  private volatile String retryAfter = "";
  private HttpServer node;
  private Cli cli;

  @TempDir Path folder;

  @BeforeEach
  void a_node() throws IOException {
    cli = new Cli(folder);
    node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    node.createContext(
        "/",
        exchange -> {
          String bearer = exchange.getRequestHeaders().getFirst("authorization");
          JsonNode body = new JsonMapper().readTree(exchange.getRequestBody());
          String line = exchange.getRequestMethod() + " " + exchange.getRequestURI();
          requests.add(new Request(line, bearer, body));
          if (!retryAfter.isEmpty()) {
            exchange.getResponseHeaders().set("retry-after", retryAfter);
          }
          byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    node.start();
  }

  @AfterEach
  void stop() {
    node.stop(0);
  }

  @Test
  void a_text_is_posted_and_its_id_and_position_printed() {
    Cli.Result result = send("--user", "alice", "hello", "Bob: \"ä\"");

    assertThat(result.err()).isEmpty();
    assertThat(result.out().strip()).isEqualTo("general.12 12");
    assertThat(result.code()).isZero();
    Request request = requests.getFirst();
    assertThat(request.line()).isEqualTo("POST /api/v1/rooms/general/messages");
    assertThat(request.body().path("payload").toString())
        .isIn(
            "{\"type\":\"text\",\"body\":\"hello Bob: \\\"ä\\\"\"}",
            "{\"body\":\"hello Bob: \\\"ä\\\"\",\"type\":\"text\"}");
    assertThat(request.body().path("client_id").asText()).hasSize(36);
    Principal alice = cli.principal(request.bearer().substring("Bearer ".length()));
    assertThat(alice.deviceId()).hasToString("default/alice/cli");
  }

  @Test
  void every_text_has_a_client_id_of_its_own_unless_it_is_given() {
    send("--user", "alice", "one");
    send("--user", "alice", "two");
    send("--user", "alice", "--client-id", "c7", "three");

    assertThat(requests.stream().map(request -> request.body().path("client_id").asText()))
        .doesNotHaveDuplicates()
        .endsWith("c7");
  }

  @Test
  void a_given_token_is_used_as_it_is() {
    send("--token", "a.b.c", "hello");

    assertThat(requests.getFirst().bearer()).isEqualTo("Bearer a.b.c");
  }

  @Test
  void a_refusal_is_one_line() {
    status = 429;
    retryAfter = "3";
    answer = "{\"type\":\"about:blank\",\"title\":\"RATE_LIMITED\",\"detail\":\"too\\n fast\"}";

    Cli.Result result = send("--user", "alice", "hello");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err().strip()).isEqualTo("viesti: too fast (HTTP 429); try again in 3 s");
    assertThat(result.out()).isEmpty();
  }

  @Test
  void a_refusal_that_is_no_problem_detail_is_one_line_too() {
    status = 502;
    answer = "<html>\n<body>Bad gateway</body>\n</html>";

    Cli.Result result = send("--user", "alice", "hello");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err().strip()).isEqualTo("viesti: refused (HTTP 502)");
  }

  @Test
  void a_node_that_is_not_there_is_told_by_its_address() {
    node.stop(0);

    Cli.Result result = send("--user", "alice", "hello");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("cannot reach " + url());
    assertThat(result.err().lines()).hasSize(1);
  }

  @Test
  void an_address_that_is_none_is_told() {
    Cli.Result result =
        Cli.run("send", "--token", "t", "--room", "general", "--url", "nowhere", "hello");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("nowhere");
    assertThat(result.err().lines()).hasSize(1);
  }

  @Test
  void without_room_text_or_user_it_is_used_wrongly() {
    assertThat(Cli.run("send", "--user", "alice", "hello").code()).isEqualTo(2);
    assertThat(Cli.run("send", "--user", "alice", "--room", "general").code()).isEqualTo(2);
    assertThat(Cli.run("send", "--room", "general", "hello").code()).isEqualTo(2);
  }

  private Cli.Result send(String... args) {
    List<String> line = new ArrayList<>(List.of("send", "--config", cli.config()));
    line.addAll(List.of("--url", url() + "/", "--room", "general"));
    line.addAll(List.of(args));
    return Cli.run(line.toArray(String[]::new));
  }

  private String url() {
    return "http://127.0.0.1:" + node.getAddress().getPort();
  }
}
