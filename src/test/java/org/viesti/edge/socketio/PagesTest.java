package org.viesti.edge.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What browsers find beside the socket; 8 of the gateway's list. */
class PagesTest {
  private static SocketNode node;

  @BeforeAll
  static void start() {
    node = new SocketNode();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @ParameterizedTest
  @CsvSource({
    "/, text/html, /sockethub-client.js",
    "/?x=1, text/html, /socket.io.js",
    "/health, text/plain, ok",
    "/health?deep, text/plain, ok",
    "/socket.io.js, application/javascript, Socket.IO v4.8",
    "/socket.io.js?v=1, application/javascript, Socket.IO v4.8",
    "/sockethub-client.js, application/javascript, SockethubClient",
    "/sockethub-client.js?v=1, application/javascript, SockethubClient",
    "/sockethub-client.min.js, application/javascript, SockethubClient",
    "/sockethub-client.min.js?v=1, application/javascript, SockethubClient",
  })
  void it_is_there_for_pages_of_any_origin(String uri, String type, String content)
      throws Exception {
    HttpResponse<String> answer = Polls.get(node.http(uri));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type").orElse("")).startsWith(type);
    assertThat(answer.headers().firstValue("access-control-allow-origin")).contains("*");
    assertThat(answer.body()).contains(content);
  }

  @Test
  void nothing_else_is() throws Exception {
    HttpResponse<String> answer = Polls.get(node.http("/index.html"));
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).contains("/socket.io/").contains("/health");
  }

  @Test
  void it_is_to_be_got_and_nothing_else() throws Exception {
    assertThat(Polls.ask("POST", node.http("/health")).statusCode()).isEqualTo(405);
  }
}
