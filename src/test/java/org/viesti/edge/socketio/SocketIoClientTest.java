package org.viesti.edge.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Socket.IO's own client for JavaScript; 1 of the gateway's list. */
@Timeout(120)
class SocketIoClientTest {
  private static SocketNode node;

  @BeforeAll
  static void start() throws Exception {
    Npm.install();
    node = new SocketNode();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @ParameterizedTest
  @CsvSource({
    "/socket.io/, websocket",
    "/sockethub, websocket",
    "/socket.io/, polling",
    "/sockethub, polling",
    "/socket.io/, 'polling,websocket'",
    "/sockethub, 'polling,websocket'"
  })
  void it_is_served_by_every_transport(String path, String transports) throws Exception {
    List<String> expected = new ArrayList<>();
    expected.add("opened " + transports.split(",")[0]);
    expected.add("told [\"ä€😀\",{\"a\":[1,null]}]");
    if (transports.contains(",")) {
      expected.add("upgraded websocket");
    }
    expected.addAll(
        List.of(
            "echoed true",
            "binary {\"bytes\":null}",
            "large 200000",
            "refused Invalid namespace",
            "disconnected: io server disconnect"));
    assertThat(Npm.script("socketio.js", node.http(""), path, transports)).isEqualTo(expected);
    assertThat(node.client().auth().path("from").asText()).isEqualTo("js");
  }

  /** 3. */
  @ParameterizedTest
  @CsvSource({"websocket, transport close", "polling, transport error"})
  void an_event_that_is_too_large_ends_its_connection_alone(String transport, String reason)
      throws Exception {
    try (RawWebSocket other = RawWebSocket.connected(node)) {
      node.client();
      assertThat(Npm.script("socketio.js", node.http(""), "/sockethub", transport, "300000"))
          .containsExactly("opened " + transport, "disconnected: " + reason);
      node.client().ended();
      assertThat(other.say("421['echo',1]").next()).isEqualTo("431[1]");
    }
  }
}
