package org.viesti;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.ops.DeadLetterRoutes;
import org.viesti.user.push.PushReceiver;

/** Operators list, replay and purge what could not be pushed. */
class DeadLetterRoutesTest {
  @TempDir static Path folder;
  static PushReceiver receiver;
  static TestNode node;
  static PushScene scene;
  static ServerBinding routes;
  static final HttpClient HTTP = HttpClient.newHttpClient();

  @BeforeAll
  static void start() throws Exception {
    receiver = new PushReceiver();
    node =
        TestNode.start(
            folder,
            "push.providers.webhook.url",
            receiver.url(),
            "push.providers.webhook.secret",
            PushReceiver.SECRET,
            "push.delay",
            "50ms");
    scene = new PushScene(node, receiver);
    scene.room("general", "alice", "bob", "carol");
    routes =
        Http.get(node.node.system())
            .newServerAt("127.0.0.1", 0)
            .bind(new DeadLetterRoutes(node.node.deadLetters(), node.node.users()).route())
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
  }

  @AfterAll
  static void stop() {
    node.close();
    receiver.close();
    HTTP.close();
  }

  /** A letter of bob's and one of carol's. */
  @BeforeEach
  void letters() throws Exception {
    node.node.deadLetters().purgeAll().toCompletableFuture().get(10, TimeUnit.SECONDS);
    receiver.answer("bob", 400);
    receiver.answer("carol", 400);
    scene.post("general", "alice", "hello");
    scene.letter("bob");
    scene.letter("carol");
    receiver.answer("bob", 204);
    receiver.answer("carol", 204);
  }

  private static HttpResponse<String> call(String method, String path) throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:"
                        + routes.localAddress().getPort()
                        + "/viesti/dead-letters"
                        + path))
            .timeout(Duration.ofSeconds(20))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static JsonNode ok(String method, String path) throws Exception {
    HttpResponse<String> response = call(method, path);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return new ObjectMapper().readTree(response.body());
  }

  @Test
  void letters_are_listed_page_by_page() throws Exception {
    JsonNode first = ok("GET", "?limit=1");
    assertThat(first.path("letters")).hasSize(1);
    JsonNode letter = first.path("letters").get(0);
    assertThat(letter.path("tenant").asText()).isEqualTo("test");
    assertThat(letter.path("reason").asText()).isEqualTo("answered 400");
    assertThat(letter.path("created_at").asLong()).isPositive();
    JsonNode second = ok("GET", "?limit=1&cursor=" + first.path("next").asText());
    assertThat(second.path("letters")).hasSize(1);
    assertThat(second.at("/letters/0/user")).isNotEqualTo(letter.path("user"));
    JsonNode third = ok("GET", "?limit=1&cursor=" + second.path("next").asText());
    assertThat(third.path("letters")).isEmpty();
    assertThat(third.has("next")).isFalse();
    assertThat(call("GET", "?cursor=x").statusCode()).isEqualTo(400);
  }

  @Test
  void a_letter_is_replayed() throws Exception {
    int before = receiver.of("bob").size();
    assertThat(ok("POST", "/" + scene.letter("bob").id() + "/replay").path("queued").asInt())
        .isEqualTo(1);
    scene.pushes("bob", before + 1);
    assertThat(scene.letters("bob")).isEmpty();
    assertThat(scene.letters("carol")).hasSize(1);
    assertThat(call("POST", "/none/replay").statusCode()).isEqualTo(404);
  }

  @Test
  void a_letter_of_a_device_without_a_token_stays() throws Exception {
    String id = scene.letter("carol").id();
    node.node
        .users()
        .setPush(PushScene.user("carol"), "phone", null, null)
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
    assertThat(call("POST", "/" + id + "/replay").statusCode()).isEqualTo(409);
    JsonNode all = ok("POST", "/replay");
    assertThat(all.path("queued").asInt()).isEqualTo(1);
    assertThat(all.path("left").asInt()).isEqualTo(1);
    assertThat(scene.letters("bob")).isEmpty();
    assertThat(scene.letters("carol")).hasSize(1);
    scene.token("carol");
    scene.wish("general", "carol", "default");
  }

  @Test
  void letters_are_purged_one_by_one_or_all() throws Exception {
    String id = scene.letter("bob").id();
    assertThat(ok("DELETE", "/" + id).path("purged").asInt()).isEqualTo(1);
    assertThat(call("DELETE", "/" + id).statusCode()).isEqualTo(404);
    assertThat(ok("DELETE", "").path("purged").asInt()).isEqualTo(1);
    assertThat(ok("GET", "").path("letters")).isEmpty();
  }
}
