package org.viesti.scene;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.TestNode;
import org.viesti.testkit.LabPlatform;
import org.viesti.testkit.Ngircd;
import org.viesti.testkit.Shows;
import org.viesti.testkit.SocketIoClient;

/** The gateway, as clients of Sockethub see it. */
@Timeout(180)
class GatewayTest {
  @TempDir Path folder;

  private static URI live(TestNode node) {
    return node.live().resolve("/");
  }

  private static JsonNode activity(String platform, String verb, String actor, String content) {
    return SocketIoClient.json(
        """
        {"@context":["https://www.w3.org/ns/activitystreams",
        "https://sockethub.org/ns/context/v1.jsonld",
        "https://sockethub.org/ns/context/platform/%s/v1.jsonld"],
        "type":"%s","actor":{"id":"%s","type":"person"},
        "object":{"type":"message","content":"%s"}}"""
            .formatted(platform, verb, actor, content));
  }

  private static JsonNode dummy(String verb, String content) {
    return activity("dummy", verb, "jane", content);
  }

  @Test
  void an_echo_is_answered_and_told() {
    try (TestNode node = TestNode.start(folder);
        SocketIoClient client = new SocketIoClient(live(node), null)) {
      JsonNode answer = client.answer(client.emit("message", dummy("echo", "hello")));
      assertThat(answer)
          .isEqualTo(
              SocketIoClient.json(
                  """
                  {"@context":["https://www.w3.org/ns/activitystreams",
                  "https://sockethub.org/ns/context/v1.jsonld",
                  "https://sockethub.org/ns/context/platform/dummy/v1.jsonld"],
                  "type":"echo","actor":{"id":"dummy","type":"platform"},
                  "object":{"type":"message","content":"hello"},
                  "target":{"id":"jane","type":"person"}}"""));
      assertThat(client.event("completed")).isEqualTo(answer);
      int refused = client.emit("message", dummy("dance", ""));
      assertThat(client.answer(refused).path("error").asText())
          .isEqualTo("[dummy] /type: must be equal to one of the allowed values");
    }
  }

  @Test
  void a_client_that_comes_back_hears_what_it_missed() {
    try (TestNode node = TestNode.start(folder)) {
      SocketIoClient before = new SocketIoClient(live(node), null);
      before.answer(before.emit("message", dummy("echo", "heard")));
      before.event("completed");
      before.tell("message", activity("labs", "enter", "joe", "slow"));
      before.answer(before.emit("message", dummy("echo", "heard too"))); // so the other is taken
      before.event("completed");
      before.close();
      LabPlatform.DOOR.release();
      try (SocketIoClient back = SocketIoClient.again(live(node), before)) {
        assertThat(back.connected.path("sid")).isEqualTo(before.connected.path("sid"));
        assertThat(back.event("completed").at("/object/content").asText()).isEqualTo("slow");
        back.answer(back.emit("message", dummy("echo", "again")));
      }
    }
  }

  @Test
  @Shows("gateway.window")
  void a_client_with_too_many_open_jobs_is_not_read() throws Exception {
    int jobs = 2_000;
    try (TestNode node =
            TestNode.start(folder, "gateway.window", 5, "gateway.socket.rate.events", 0);
        SocketIoClient client = new SocketIoClient(live(node), null)) {
      String content = "x".repeat(1_000);
      Thread.startVirtualThread(
          () -> {
            for (int i = 0; i < jobs; i++) {
              client.tell("message", activity("labs", "enter", "joe", content));
              client.emit("schemas", null); // answered at once, if it is read
            }
          });
      int answered = 0;
      while (client.waiting() != null) {
        client.next();
        answered++;
      }
      assertThat(answered).isBetween(5, jobs - 1);
      LabPlatform.DOOR.release(jobs);
      for (int left = 2 * jobs - answered; left > 0; left--) {
        client.next();
      }
    }
  }

  @Test
  @Shows("gateway.key")
  void a_session_is_found_again_by_who_has_the_clusters_key() {
    SocketIoClient before;
    try (TestNode node = TestNode.start(folder)) {
      before = new SocketIoClient(live(node), null);
      before.answer(before.emit("message", dummy("echo", "a")));
    }
    String other =
        Base64.getEncoder()
            .encodeToString("another-key-for-tests-0123456789".getBytes(StandardCharsets.US_ASCII));
    try (TestNode node = TestNode.start(folder);
        SocketIoClient back = SocketIoClient.again(live(node), before)) {
      assertThat(back.connected.path("sid")).isEqualTo(before.connected.path("sid"));
    }
    try (TestNode node = TestNode.start(folder, "gateway.key", other);
        SocketIoClient stranger = SocketIoClient.again(live(node), before)) {
      assertThat(stranger.connected.path("sid")).isNotEqualTo(before.connected.path("sid"));
    }
  }

  @Test
  @Shows("gateway.development-key-file")
  void a_node_that_is_given_no_key_makes_one() {
    Path file = folder.resolve("made.key");
    try (TestNode node =
            TestNode.start(
                folder, "gateway.key", "", "gateway.development-key-file", file.toString());
        SocketIoClient client = new SocketIoClient(live(node), null)) {
      client.answer(client.emit("message", dummy("echo", "a")));
    }
    assertThat(file).exists();
  }

  @Test
  @Shows("gateway.memory.objects")
  void a_client_may_make_only_so_many_objects_known() {
    try (TestNode node = TestNode.start(folder, "gateway.memory.objects", "300B");
        SocketIoClient client = new SocketIoClient(live(node), null)) {
      for (String name : List.of("ann", "bob", "cid")) {
        JsonNode known =
            client.answer(
                client.emit(
                    "activity-object",
                    SocketIoClient.json(
                        "{\"id\":\"%s\",\"type\":\"person\",\"name\":\"%s\"}"
                            .formatted(name, "x".repeat(40)))));
        assertThat(known.isNull()).isTrue();
      }
      assertThat(echoAs(client, "cid").at("/target/name").asText()).isEqualTo("x".repeat(40));
      assertThat(echoAs(client, "ann").path("error").asText()).contains("/actor");
    }
  }

  private static JsonNode echoAs(SocketIoClient client, String actor) {
    JsonNode answer =
        client.answer(
            client.emit(
                "message",
                SocketIoClient.json(
                    """
                    {"context":"dummy","type":"echo","actor":"%s",
                    "object":{"type":"message","content":"a"}}"""
                        .formatted(actor))));
    if (!answer.has("error")) {
      client.event("completed");
    }
    return answer;
  }

  @Test
  @Shows("gateway.memory.actors")
  void it_is_remembered_of_so_many_actors_in_which_dialect_a_client_spoke_of_them() {
    try (TestNode node = TestNode.start(folder, "gateway.memory.actors", 1);
        SocketIoClient client = new SocketIoClient(live(node), null)) {
      JsonNode credentials =
          SocketIoClient.json(
              """
              {"context":"lab","type":"credentials","actor":{"id":"ann","type":"person"},
              "object":{"type":"credentials","password":"good"}}""");
      assertThat(client.answer(client.emit("credentials", credentials)).isNull()).isTrue();
      client.tell("message", old("connect", ""));
      client.event("completed");
      client.tell("message", old("listen", ""));
      client.event("completed");
      LabPlatform.HEARD.release();
      assertThat(client.event("message").path("context").asText()).isEqualTo("lab");
      client.answer(client.emit("message", activity("lab", "say", "joe", "a")));
      client.event("failure"); // he is not connected
      LabPlatform.HEARD.release(); // she hears something, and only joe is remembered
      JsonNode told = client.event("message");
      assertThat(told.has("@context")).as(told.toString()).isTrue();
    }
  }

  private static JsonNode old(String verb, String content) {
    return SocketIoClient.json(
        """
        {"context":"lab","type":"%s","actor":{"id":"ann","type":"person"},
        "object":{"type":"message","content":"%s"}}"""
            .formatted(verb, content));
  }

  @Test
  void the_client_of_sockethub_on_npm() throws Exception {
    Path modules = Path.of("target", "npm").toAbsolutePath();
    run(
        "npm",
        "install",
        "--silent",
        "--no-package-lock",
        "--no-audit",
        "--prefix",
        modules.toString(),
        "@sockethub/client@5.0.0-alpha.11",
        "socket.io-client@4.8.4");
    Path irc = Files.createDirectories(folder.resolve("irc"));
    try (TestNode node = TestNode.start(folder);
        Ngircd network = Ngircd.in(irc)) {
      String url = "http://127.0.0.1:" + node.live().getPort();
      chats(script(modules, url, "/sockethub", String.valueOf(network.port())));
      echoes(script(modules, url, "/socket.io"));
    }
  }

  /** What the script says it was told. */
  private static Map<String, JsonNode> script(Path modules, String url, String... more)
      throws Exception {
    List<String> command = new ArrayList<>(List.of("node", "src/test/npm/sockethub.mjs"));
    command.add(modules.resolve("node_modules").toString());
    command.add(url);
    command.addAll(List.of(more));
    Map<String, JsonNode> said = new HashMap<>();
    for (String line : run(command.toArray(String[]::new))) {
      if (line.startsWith("{\"what\"")) { // else the client's own
        JsonNode one = SocketIoClient.json(line);
        said.put(one.path("what").asText(), one.path("value"));
      }
    }
    return said;
  }

  private static void echoes(Map<String, JsonNode> said) {
    assertThat(said.get("echo"))
        .isEqualTo(
            SocketIoClient.json(
                """
                {"context":"dummy","type":"echo","actor":{"id":"dummy","type":"platform"},
                "object":{"type":"message","content":"hello"},
                "target":{"id":"ann@127.0.0.1","type":"person","name":"ann"}}"""));
    assertThat(said.get("fail").path("error").asText()).isEqualTo("Error: no");
    assertThat(said.get("throw").path("error").asText()).contains("boo");
    assertThat(said.get("refused").path("error").asText())
        .startsWith("Error: platform type dance not supported by dummy platform.");
  }

  private static void chats(Map<String, JsonNode> said) {
    echoes(said);
    for (String name : List.of("ann", "bob")) {
      assertThat(said.get(name + " credentials").isNull()).isTrue();
      assertThat(said.get(name + " connect").has("error")).isFalse();
      assertThat(said.get(name + " join").at("/target/name").asText()).isEqualTo("#test");
    }
    assertThat(said.get("joined").at("/actor/name").asText()).isEqualTo("bob");
    assertThat(said.get("sent").has("error")).isFalse();
    assertThat(said.get("heard").path("context").asText()).isEqualTo("irc");
    assertThat(said.get("heard").at("/object/content").asText()).isEqualTo("one");
    assertThat(said.get("heard again").at("/object/content").asText()).isEqualTo("two");
    assertThat(said.get("answered").has("error")).isFalse();
    assertThat(said.get("heard back").at("/object/content").asText()).isEqualTo("three");
  }

  private static List<String> run(String... command) throws Exception {
    Path out = Files.createTempFile("viesti", ".out");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    try {
      assertThat(process.waitFor(100, TimeUnit.SECONDS)).as(() -> read(out)).isTrue();
      assertThat(process.exitValue()).as(() -> read(out)).isZero();
      return new ArrayList<>(Files.readAllLines(out));
    } finally {
      process.destroyForcibly();
      Files.delete(out);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      return e.toString();
    }
  }
}
