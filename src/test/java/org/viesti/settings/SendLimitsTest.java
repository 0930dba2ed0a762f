package org.viesti.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.scene.Link.frame;
import static org.viesti.scene.Link.text;
import static org.viesti.settings.Refusals.refused;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.scene.Link;
import org.viesti.scene.Stage;
import org.viesti.testkit.Await;
import org.viesti.testkit.Calls;
import org.viesti.testkit.Shows;
import org.viesti.testkit.Tokens;

/** What one client may send, and how it is told that this was too much. */
@Timeout(60)
class SendLimitsTest {
  private static final int DEVICE_BURST = 8;
  private static final int USER_BURST = 12;

  @TempDir static Path folder;
  static Stage stage;

  @BeforeAll
  static void start() {
    stage =
        Stage.set(
            folder,
            "limits.batch",
            3,
            "limits.message-bytes",
            300,
            "limits.device-rate",
            1,
            "limits.device-burst",
            DEVICE_BURST,
            "limits.user-rate",
            2,
            "limits.user-burst",
            USER_BURST);
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  @AfterEach
  void clear() {
    stage.clear();
  }

  @Test
  @Shows("limits.batch")
  void a_batch_that_is_too_large_is_refused_whole() {
    stage.group("batch", "ann");
    Link ann = stage.connect("ann", "phone");
    JsonNode welcome = ann.all("welcome").getFirst();
    assertThat(welcome.at("/limits/batch").asInt()).isEqualTo(3);
    List<Map<String, Object>> four =
        IntStream.range(0, 4)
            .<Map<String, Object>>mapToObj(
                i -> Map.of("id", "b" + i, "room", "batch", "payload", text("b" + i)))
            .toList();
    ann.send(frame("send_batch", "messages", four));
    for (int i = 0; i < 4; i++) {
      refused(ann.error("b" + i), "LIMIT_EXCEEDED", "viesti.limits.batch", "3");
    }
    ann.send(frame("send_batch", "messages", four.subList(0, 3)));
    for (int i = 0; i < 3; i++) {
      assertThat(ann.ack("b" + i).path("duplicate").asBoolean()).isFalse();
    }
    Calls calls = new Calls(stage.node.calls(), Tokens.of("ann", "laptop"));
    List<Map<String, Object>> items =
        four.stream()
            .<Map<String, Object>>map(
                item -> Map.of("client_id", "c", "room", "batch", "payload", text("over http")))
            .toList();
    refused(
        calls.call("POST", "/messages", Map.of("messages", items)).body(),
        "LIMIT_EXCEEDED",
        "viesti.limits.batch",
        "3");
  }

  @Test
  @Shows("limits.message-bytes")
  void a_payload_that_is_too_large_is_refused_by_any_door() {
    stage.group("large", "bea");
    Link bea = stage.connect("bea", "phone");
    assertThat(bea.all("welcome").getFirst().at("/limits/message_bytes").asInt()).isEqualTo(300);
    String large = "x".repeat(301);
    bea.send(frame("send", "id", "1", "room", "large", "payload", text(large)));
    refused(bea.error("1"), "TOO_LARGE", "viesti.limits.message-bytes", "300");
    long seq = bea.post("large", "2", "x".repeat(200));
    bea.send(frame("edit", "id", "3", "target", "large." + seq, "payload", text(large)));
    refused(bea.error("3"), "TOO_LARGE", "viesti.limits.message-bytes", "300");
    Calls calls = new Calls(stage.node.calls(), Tokens.of("bea", "laptop"));
    refused(
        calls.postText("large", "c", large).expect(413).body(),
        "TOO_LARGE",
        "viesti.limits.message-bytes",
        "300");
  }

  /** As many posts in one read. */
  private static void burst(Link link, String room, String ids, int count) {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < count; i++) {
      all.add(frame("send", "id", ids + i, "room", room, "payload", text(ids + i)));
    }
    link.send(all);
    Await.until(Stage.PATIENCE, () -> "answers: " + answers(link), () -> answers(link) == count);
  }

  private static int answers(Link link) {
    return link.all("send_ack").size() + link.all("error").size();
  }

  @Test
  @Shows({"limits.device-rate", "limits.device-burst"})
  void a_device_that_sends_too_fast_is_told_when_to_come_again() {
    stage.group("fast", "cia");
    Link phone = stage.connect("cia", "phone");
    burst(phone, "fast", "p", DEVICE_BURST + 1);
    assertThat(phone.all("send_ack")).hasSize(DEVICE_BURST);
    JsonNode refused = phone.error("p" + DEVICE_BURST);
    refused(refused, "RATE_LIMITED", "viesti.limits.device-rate", "");
    assertThat(refused.path("retry_after").asLong()).isBetween(1L, 1000L);
    // Another device has a rate of its own.
    stage.connect("cia", "tablet").post("fast", "t", "hei");
  }

  @Test
  @Shows({"limits.user-rate", "limits.user-burst"})
  void a_users_devices_share_one_rate() {
    stage.group("shared", "dea");
    burst(stage.connect("dea", "phone"), "shared", "p", DEVICE_BURST);
    Link tablet = stage.connect("dea", "tablet");
    burst(tablet, "shared", "t", DEVICE_BURST);
    // Within a second no more than two are there again.
    assertThat(tablet.all("send_ack").size())
        .isBetween(USER_BURST - DEVICE_BURST, DEVICE_BURST - 1);
    JsonNode refused = tablet.all("error").getLast();
    refused(refused, "RATE_LIMITED", "viesti.limits.user-rate", "");
    assertThat(refused.path("retry_after").asLong()).isBetween(1L, 500L);
    Calls calls = new Calls(stage.node.calls(), Tokens.of("dea", "laptop"));
    Calls.Answer answer = calls.postText("shared", "c", "hei").expect(429);
    refused(answer.body(), "RATE_LIMITED", "viesti.limits.user-rate", "");
    assertThat(answer.headers().firstValue("retry-after")).contains("1");
  }
}
