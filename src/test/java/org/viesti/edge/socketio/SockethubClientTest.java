package org.viesti.edge.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The gateway's own client, as a page gets it; 8 of the gateway's list. */
@Timeout(120)
class SockethubClientTest {
  private static final String DUMMY =
      "\"@context\":[\"https://www.w3.org/ns/activitystreams\","
          + "\"https://sockethub.org/ns/context/v1.jsonld\","
          + "\"https://sockethub.org/ns/context/platform/dummy/v1.jsonld\"]";
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

  @Test
  void it_waits_until_it_is_ready_says_what_is_wrong_and_comes_back_as_it_was() throws Exception {
    String wrong =
        "SockethubClient validation failed: [dummy] /type: must be equal to one of the allowed"
            + " values";
    assertThat(Npm.script("sockethub.js", node.http("")))
        .containsExactly(
            "globals function function",
            "state idle",
            "ready initial-connect 1",
            "early {"
                + DUMMY
                + ",\"type\":\"echo\",\"actor\":{\"id\":\"q\",\"type\":\"person\"},"
                + "\"object\":{\"content\":\"queued\"}}",
            "contexts " + DUMMY.substring("\"@context\":".length()),
            "local {\"error\":\"" + wrong + "\"}",
            "client_error {\"event\":\"message\",\"error\":\"" + wrong + "\"}",
            "break",
            "disconnect forced close",
            "again reconnect",
            "disconnect io client disconnect",
            "state closed");
    assertThat(said(node.client()))
        .startsWith("schemas null", "message echo")
        .contains("message leave");
    assertThat(said(node.client()))
        .containsExactly(
            "schemas f1",
            "credentials credentials",
            "message connect",
            "message join",
            "message echo");
  }

  /** Each event with its verb, or what it asks. */
  private static List<String> said(SocketNode.Client client) throws InterruptedException {
    client.ended();
    List<String> said = new ArrayList<>();
    for (List<Incoming> batch : client.batches()) {
      for (Incoming event : batch) {
        said.add(
            event.event()
                + " "
                + event.args().getFirst().path("type").asText(event.args().getFirst().asText()));
      }
    }
    return said;
  }
}
