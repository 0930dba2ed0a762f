package org.viesti.edge.socketio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
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
  private static final Path MODULES = Path.of("target", "npm-socketio").toAbsolutePath();
  private static SocketNode node;

  @BeforeAll
  static void start() throws Exception {
    run(
        "npm",
        "install",
        "--silent",
        "--no-package-lock",
        "--no-audit",
        "--prefix",
        MODULES.toString(),
        "socket.io-client@4.8.4");
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
    assertThat(
            run(
                "env",
                "NODE_PATH=" + MODULES.resolve("node_modules"),
                "node",
                "src/test/npm/socketio.js",
                node.http(""),
                path,
                transports))
        .isEqualTo(expected);
    assertThat(node.client().auth().path("from").asText()).isEqualTo("js");
  }

  /** What it prints, once it has ended well. */
  private static List<String> run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      List<String> lines = process.inputReader(UTF_8).lines().toList();
      assertThat(process.waitFor()).as(String.join("\n", lines)).isZero();
      return lines;
    } finally {
      process.destroyForcibly();
    }
  }
}
