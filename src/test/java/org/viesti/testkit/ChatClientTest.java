package org.viesti.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.viesti.testkit.ChatClient.Resume;

@Timeout(30)
class ChatClientTest {
  private final ScriptedNode node = new ScriptedNode();
  private final ChatClient client = new ChatClient("ann", "phone", Resume.POSITIONS);

  @AfterEach
  void close() {
    client.close();
    node.close();
  }

  @Test
  void a_frame_in_pieces_is_one_frame() throws Exception {
    connect();
    node.saysInPieces(ScriptedNode.delivery(1, 0, "hyvää yötä 🌙"), 3);
    node.saysInPieces(ScriptedNode.delivery(2, 1, "again"), 1);
    received(2);
    assertThat(client.inbox().received("rooms/r").getFirst().body().at("/payload/body").asText())
        .isEqualTo("hyvää yötä 🌙");
  }

  @Test
  void it_comes_back_with_its_positions_and_repeats_what_is_unanswered() throws Exception {
    connect();
    node.delivers(4, 0, "one");
    received(4);
    CompletableFuture<Ack> answer = client.send("r", "two");
    JsonNode first = node.hears("send");
    node.cuts();

    JsonNode hello = node.hears("hello");
    assertThat(hello.at("/positions").path("rooms/r").asLong()).isEqualTo(4);
    node.welcomes();
    assertThat(node.hears("send")).isEqualTo(first);
    String id = first.path("id").asText();
    node.says(
        "{\"type\":\"send_ack\",\"id\":\"%s\",\"room\":\"r\",\"event_id\":\"r.5\",\"seq\":5,\"duplicate\":true}"
            .formatted(id));
    assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(new Ack(id, "r", "r.5", 5, true));
    assertThat(client.unanswered()).isEmpty();
  }

  @Test
  void the_way_back_is_timed_to_the_first_new_message() throws Exception {
    connect();
    node.delivers(1, 0, "one");
    received(1);
    node.cuts();
    node.hears("hello");
    node.welcomes();
    node.delivers(1, 0, "one");
    node.delivers(2, 1, "two");
    received(2);
    assertThat(client.inbox().repeats()).isEqualTo(1);
    assertThat(client.returns())
        .singleElement()
        .satisfies(r -> assertThat(r.firstMessage()).isGreaterThan(r.welcomed()))
        .satisfies(r -> assertThat(r.welcomed()).isGreaterThan(r.lost()));
  }

  @Test
  void a_passing_refusal_is_tried_again_and_a_lasting_one_is_told() throws Exception {
    connect();
    CompletableFuture<Ack> answer = client.send("r", "text");
    String id = node.hears("send").path("id").asText();
    node.says(error("RATE_LIMITED", id));
    assertThat(node.hears("send").path("id").asText()).isEqualTo(id);
    node.says(error("PERMISSION_DENIED", id));
    assertThat(answer)
        .failsWithin(Duration.ofSeconds(10))
        .withThrowableThat()
        .withMessageContaining("PERMISSION_DENIED");
  }

  @Test
  void it_does_not_come_back_to_fight_a_newer_stream() throws Exception {
    connect();
    node.says(error("CONNECTED_ELSEWHERE", ""));
    Await.until(Duration.ofSeconds(10), () -> "no error", () -> !client.frames("error").isEmpty());
    node.cuts();
    client.end().get(10, TimeUnit.SECONDS);
    node.hearsNothing(Duration.ofMillis(500)); // it would have come back within 200
  }

  @Test
  void it_acknowledges_what_is_new_when_asked_or_after_so_many() throws Exception {
    client.ackEvery(2);
    connect();
    node.delivers(1, 0, "one");
    node.delivers(2, 1, "two");
    assertThat(node.hears("ack").at("/positions").path("rooms/r").asLong()).isEqualTo(2);
    node.delivers(3, 2, "three");
    received(3);
    client.ackNow();
    assertThat(node.hears("ack").at("/positions").path("rooms/r").asLong()).isEqualTo(3);
  }

  private void connect() throws Exception {
    CompletableFuture<JsonNode> welcome = client.roam(List.of(node.uri()), 0);
    node.hears("hello");
    node.welcomes();
    welcome.get(10, TimeUnit.SECONDS);
  }

  private void received(long position) {
    Await.until(
        Duration.ofSeconds(10),
        () -> "only at " + client.inbox().positions(),
        () -> client.inbox().position("rooms/r") == position);
    assertThat(client.violations()).isEmpty();
  }

  private static String error(String code, String id) {
    return "{\"type\":\"error\",\"code\":\"%s\",\"detail\":\"no\",\"id\":\"%s\",\"retry_after\":10}"
        .formatted(code, id);
  }
}
