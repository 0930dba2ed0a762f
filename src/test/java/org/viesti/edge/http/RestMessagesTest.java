package org.viesti.edge.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.viesti.SharedNode;
import org.viesti.testkit.Await;
import org.viesti.testkit.Calls;
import org.viesti.testkit.ChatClient;

class RestMessagesTest extends RestTest {

  @Test
  void a_post_is_recorded_once_however_often_it_is_sent() {
    String room = room();
    Map<String, Object> post = Map.of("client_id", "c1", "payload", text("hello"));
    Calls.Answer answer = alice.call("POST", "/rooms/" + room + "/messages", post).expect(201);
    JsonNode first = answer.body();
    assertThat(first.path("duplicate").asBoolean(true)).isFalse();
    assertThat(first.path("event_id").asText()).isEqualTo(room + "." + first.path("seq").asLong());
    assertThat(first.path("at").asLong()).isPositive();
    assertThat(answer.headers().firstValue("location"))
        .contains("/api/v1/messages/" + first.path("event_id").asText());
    JsonNode second = alice.call("POST", "/rooms/" + room + "/messages", post).body();
    assertThat(second.path("duplicate").asBoolean()).isTrue();
    assertThat(second.path("seq")).isEqualTo(first.path("seq"));
  }

  @Test
  void a_batch_over_several_rooms_has_a_result_for_each_message() {
    String one = room();
    String two = room();
    JsonNode results =
        alice
            .call(
                "POST",
                "/messages",
                Map.of(
                    "messages",
                    List.of(
                        Map.of("client_id", "a", "room", one, "payload", text("1")),
                        Map.of("client_id", "b", "room", "no-such-room", "payload", text("2")),
                        Map.of("client_id", "c", "room", two, "payload", text("3")),
                        Map.of("client_id", "d", "room", two))))
            .expect(200)
            .body()
            .required("results");
    assertThat(results.at("/0/event_id").asText()).startsWith(one + ".");
    assertThat(results.at("/1/error/code").asText()).isEqualTo("NOT_FOUND");
    assertThat(results.at("/2/event_id").asText()).startsWith(two + ".");
    assertThat(results.at("/3/error/code").asText()).isEqualTo("INVALID_ARGUMENT");
    assertThat(results.at("/3/error/detail").asText()).contains("payload");
  }

  @Test
  void a_batch_past_the_limit_is_refused_with_the_limits_name() {
    List<Map<String, Object>> many = new ArrayList<>();
    for (int i = 0; i <= 50; i++) {
      many.add(Map.of("room", "any", "payload", text("x")));
    }
    Calls.Answer answer = alice.call("POST", "/messages", Map.of("messages", many));
    refused(answer, 422, "LIMIT_EXCEEDED");
    assertThat(answer.body().path("limit").asText()).isEqualTo("viesti.limits.batch");
    refused(
        alice.call("POST", "/messages", Map.of("messages", List.of())), 400, "INVALID_ARGUMENT");
  }

  @Test
  void history_is_read_both_ways_by_cursor_position_and_time() throws InterruptedException {
    String room = room();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ids.add(post(alice, room, "old " + i));
    }
    // Times are whole milliseconds: the next post must have a later one.
    TimeUnit.MILLISECONDS.sleep(5);
    long noon = System.currentTimeMillis();
    TimeUnit.MILLISECONDS.sleep(5);
    for (int i = 0; i < 3; i++) {
      ids.add(post(alice, room, "new " + i));
    }
    String messages = "/rooms/" + room + "/messages";
    JsonNode newest = bob.call("GET", messages + "?limit=2", null).expect(200).body();
    assertThat(bodies(newest)).containsExactly("new 2", "new 1");
    JsonNode older =
        bob.call("GET", messages + "?limit=2&cursor=" + newest.path("older").asText(), null).body();
    assertThat(bodies(older)).containsExactly("new 0", "old 2");
    JsonNode newer =
        bob.call("GET", messages + "?limit=2&cursor=" + older.path("newer").asText(), null).body();
    assertThat(bodies(newer)).containsExactly("new 1", "new 2");
    post(alice, room, "late");
    JsonNode late =
        bob.call("GET", messages + "?cursor=" + newer.path("newer").asText(), null).body();
    assertThat(bodies(late)).containsExactly("late");

    long third = seq(ids.get(2));
    assertThat(bodies(bob.call("GET", messages + "?limit=2&before=" + third, null).body()))
        .containsExactly("old 1", "old 0");
    assertThat(bodies(bob.call("GET", messages + "?limit=2&after=" + third, null).body()))
        .containsExactly("new 0", "new 1");
    assertThat(bodies(bob.call("GET", messages + "?limit=1&at=" + noon, null).body()))
        .containsExactly("new 0");
    assertThat(
            bodies(
                bob.call("GET", messages + "?limit=1&at=" + Instant.ofEpochMilli(noon), null)
                    .body()))
        .containsExactly("new 0");
    assertThat(bodies(bob.call("GET", messages + "?limit=1&order=newest&at=" + noon, null).body()))
        .containsExactly("old 2");
    JsonNode first = bob.call("GET", messages + "?limit=1&order=oldest", null).body();
    assertThat(first.at("/entries/0/message/body/kind").asText()).isEqualTo("room_change");
    assertThat(first.at("/entries/0/message/body/action").asText()).isEqualTo("created");
  }

  @Test
  void two_places_to_begin_at_are_refused() {
    String messages = "/rooms/" + room() + "/messages";
    for (String query :
        List.of(
            "before=3&after=1",
            "cursor=zz&at=5",
            "before=3&order=oldest",
            "order=random",
            "before=0",
            "at=yesterday",
            "cursor=***",
            "limit=x",
            "limit=0")) {
      refused(
          alice.call("GET", messages + "?" + query.replace("*", "%2A"), null),
          400,
          "INVALID_ARGUMENT");
    }
    Calls.Answer tooMany = alice.call("GET", messages + "?limit=101", null);
    refused(tooMany, 422, "LIMIT_EXCEEDED");
    assertThat(tooMany.body().path("limit").asText()).isEqualTo("viesti.http.page-max");
  }

  @Test
  void an_edit_keeps_the_versions_before_it() {
    String room = room();
    String id = post(alice, room, "helo");
    JsonNode edited =
        alice.call("PATCH", "/messages/" + id, Map.of("payload", text("hello"))).expect(200).body();
    assertThat(edited.path("seq").asLong()).isGreaterThan(seq(id));
    JsonNode whole = bob.call("GET", "/messages/" + id, null).expect(200).body();
    assertThat(whole.at("/message/body/payload/body").asText()).isEqualTo("hello");
    assertThat(whole.at("/message/sender").asText()).isEqualTo(aliceId);
    assertThat(whole.at("/message/device").asText()).isEqualTo("phone");
    assertThat(whole.path("edits").asInt()).isEqualTo(1);
    assertThat(texts(whole.path("versions"), "/payload/body")).containsExactly("helo", "hello");
    refused(
        bob.call("PATCH", "/messages/" + id, Map.of("payload", text("mine"))),
        403,
        "PERMISSION_DENIED");
    refused(alice.call("PATCH", "/messages/" + id, Map.of()), 400, "INVALID_ARGUMENT");
  }

  @Test
  void redacted_content_is_gone_from_every_read() {
    String room = room();
    String id = post(alice, room, "my-secret");
    alice.call("PATCH", "/messages/" + id, Map.of("payload", text("my-secret-2"))).expect(200);
    alice.call("DELETE", "/messages/" + id + "?reason=slip", null).expect(200);
    JsonNode whole = bob.call("GET", "/messages/" + id, null).expect(200).body();
    assertThat(whole.path("redacted").asBoolean()).isTrue();
    assertThat(whole.toString()).doesNotContain("my-secret");
    JsonNode history = bob.call("GET", "/rooms/" + room + "/messages", null).body();
    assertThat(history.toString()).doesNotContain("my-secret");
    Await.until(
        SOON,
        () -> "still there to be redacted",
        () -> alice.call("DELETE", "/messages/" + id, null).status() == 404);
  }

  @Test
  void reactions_are_a_set_of_users_each() {
    String id = post(alice, room(), "hello");
    String thumb = "/messages/" + id + "/reactions/%F0%9F%91%8D";
    alice.call("PUT", thumb, null).expect(200);
    alice.call("PUT", thumb, null).expect(200);
    bob.call("PUT", thumb, null).expect(200);
    bob.call("PUT", "/messages/" + id + "/reactions/a%2Fb", null).expect(200);
    JsonNode seen = bob.call("GET", "/messages/" + id, null).body().path("reactions");
    assertThat(seen.toString())
        .isEqualTo(
            "[{\"reaction\":\"👍\",\"count\":2,\"mine\":true},"
                + "{\"reaction\":\"a/b\",\"count\":1,\"mine\":true}]");
    bob.call("DELETE", thumb, null).expect(200);
    JsonNode after = bob.call("GET", "/messages/" + id, null).body().path("reactions");
    assertThat(after.at("/0/count").asInt()).isEqualTo(1);
    assertThat(after.at("/0/mine").asBoolean()).isFalse();
    refused(
        bob.call("PUT", "/messages/" + id + "/reactions/" + "x".repeat(65), null),
        400,
        "INVALID_ARGUMENT");
  }

  @Test
  void pins_are_found_the_last_pinned_first_until_they_are_taken_away_or_redacted() {
    String room = room();
    String first = post(alice, room, "first");
    String second = post(alice, room, "second");
    String third = post(alice, room, "third");
    for (String id : List.of(second, third, first, third)) {
      alice.call("PUT", "/messages/" + id + "/pin", null).expect(200);
    }
    assertThat(pins(room)).containsExactly("third", "first", "second");
    assertThat(bob.call("GET", "/messages/" + first, null).body().path("pinned").asBoolean())
        .isTrue();
    JsonNode told =
        bob.call("GET", "/rooms/" + room + "/messages?limit=1", null)
            .body()
            .at("/entries/0/message/body");
    assertThat(told.path("action").asText()).isEqualTo("message_pinned");
    assertThat(told.at("/details/message").asText()).isEqualTo(third);
    alice.call("DELETE", "/messages/" + first + "/pin", null).expect(200);
    alice.call("DELETE", "/messages/" + third, null).expect(200);
    assertThat(pins(room)).containsExactly("second");
    refused(alice.call("PUT", "/messages/" + room + ".999/pin", null), 404, "NOT_FOUND");
  }

  private List<String> pins(String room) {
    return bob.call("GET", "/rooms/" + room + "/pins", null)
        .expect(200)
        .body()
        .path("entries")
        .valueStream()
        .map(entry -> entry.at("/message/body/payload/body").asText())
        .toList();
  }

  @Test
  void replies_are_read_page_by_page_each_once() {
    String room = room();
    String id = post(alice, room, "question");
    List<String> said = List.of("one", "two", "three", "four", "five");
    for (String reply : said) {
      post(bob, room, "no reply");
      bob.call(
              "POST",
              "/rooms/" + room + "/messages",
              Map.of("payload", text(reply), "reply_to", id))
          .expect(201);
    }
    List<String> read = new ArrayList<>();
    String pages = "/messages/" + id + "/replies?limit=2";
    JsonNode page = alice.call("GET", pages, null).expect(200).body();
    while (page.has("next")) {
      assertThat(bodies(page)).hasSize(2);
      read.addAll(bodies(page));
      page = alice.call("GET", pages + "&cursor=" + page.path("next").asText(), null).body();
    }
    read.addAll(bodies(page));
    assertThat(read).isEqualTo(said);
    // The last page is full, and says that it is the last.
    page = alice.call("GET", "/messages/" + id + "/replies?limit=5", null).expect(200).body();
    assertThat(bodies(page)).isEqualTo(said);
    assertThat(page.has("next")).isFalse();
    refused(alice.call("GET", pages + "&cursor=!", null), 400, "INVALID_ARGUMENT");
    String older =
        alice
            .call("GET", "/rooms/" + room + "/messages?limit=2", null)
            .body()
            .path("older")
            .asText();
    refused(alice.call("GET", pages + "&cursor=" + older, null), 400, "INVALID_ARGUMENT");
  }

  @Test
  void replies_are_found_below_what_they_answer() {
    String room = room();
    String id = post(alice, room, "question");
    for (String reply : List.of("one", "two")) {
      bob.call(
              "POST",
              "/rooms/" + room + "/messages",
              Map.of("payload", text(reply), "reply_to", id))
          .expect(201);
    }
    JsonNode replies = alice.call("GET", "/messages/" + id + "/replies", null).expect(200).body();
    assertThat(bodies(replies)).containsExactly("one", "two");
    assertThat(replies.at("/entries/0/message/body/reply_to").asText()).isEqualTo(id);
    assertThat(replies.has("next")).isFalse();
    refused(
        bob.call(
            "POST",
            "/rooms/" + room + "/messages",
            Map.of("payload", text("x"), "reply_to", room + ".9999")),
        404,
        "NOT_FOUND");
  }

  @Test
  void every_payload_goes_out_as_it_came_in() {
    String room = room();
    List<Map<String, Object>> payloads =
        List.of(
            Map.of("type", "text", "body", "**hi**", "format", "markdown", "lang", "en"),
            Map.of("type", "attachment", "uri", "https://example.org/a.png", "size", 12),
            Map.of("type", "encrypted", "algorithm", "olm", "ciphertext", "c2VjcmV0"),
            Map.of("type", "call", "call_id", "c", "action", "offer", "sdp", "v=0"),
            Map.of("type", "moderation", "body", "be nice"),
            Map.of("type", "data", "data", Map.of("temperature", 21.5, "tags", List.of("a"))));
    for (Map<String, Object> payload : payloads) {
      String id =
          alice
              .call("POST", "/rooms/" + room + "/messages", Map.of("payload", payload))
              .expect(201)
              .body()
              .path("event_id")
              .asText();
      JsonNode read = bob.call("GET", "/messages/" + id, null).body().at("/message/body/payload");
      assertThat(read)
          .isEqualTo(new com.fasterxml.jackson.databind.ObjectMapper().valueToTree(payload));
    }
    refused(
        alice.call(
            "POST",
            "/rooms/" + room + "/messages",
            Map.of("payload", Map.of("type", "text", "uri", "x"))),
        422,
        "PAYLOAD_MISMATCH");
  }

  @Test
  void deliveries_say_how_far_a_message_has_come_to_each_receiver() throws Exception {
    String room = room();
    String id = post(alice, room, "hello");
    assertThat(state(id)).isEqualTo("queued");
    try (ChatClient phone =
        new ChatClient(bobId, "phone", ChatClient.Resume.POSITIONS).ackEvery(1)) {
      phone.connect(node.live()).get(10, TimeUnit.SECONDS);
      Await.until(SOON, () -> state(id), () -> state(id).equals("delivered"));
    }
    bob.call("PUT", "/rooms/" + room + "/read", Map.of("seq", seq(id))).expect(200);
    assertThat(state(id)).isEqualTo("read");
    String second = post(alice, room, "and again");
    assertThat(state(second)).isEqualTo("queued");
    String late = SharedNode.fresh("late");
    alice
        .call(
            "POST", "/rooms/" + room + "/members", Map.of("members", List.of(Map.of("user", late))))
        .expect(200);
    knows(as(late), room);
    JsonNode page = alice.call("GET", "/messages/" + id + "/deliveries", null).body();
    assertThat(texts(page.path("deliveries"), "/user")).containsExactly(bobId);
  }

  private String state(String id) {
    return alice
        .call("GET", "/messages/" + id + "/deliveries?limit=10", null)
        .expect(200)
        .body()
        .at("/deliveries/0/state")
        .asText();
  }

  @Test
  void what_is_not_there_is_not_found() {
    String room = room();
    refused(alice.call("GET", "/messages/" + room + ".999", null), 404, "NOT_FOUND");
    refused(alice.call("GET", "/messages/nonsense", null), 400, "INVALID_ARGUMENT");
    refused(alice.call("DELETE", "/messages/" + room + ".999", null), 404, "NOT_FOUND");
    Calls stranger = as(SharedNode.fresh("stranger"));
    String id = post(alice, room, "private");
    for (String path : List.of("", "/replies", "/deliveries")) {
      refused(stranger.call("GET", "/messages/" + id + path, null), 404, "NOT_FOUND");
    }
    refused(stranger.call("GET", "/rooms/" + room + "/messages", null), 404, "NOT_FOUND");
  }

  private static List<String> bodies(JsonNode page) {
    return texts(page.required("entries"), "/message/body/payload/body");
  }

  private static long seq(String id) {
    return Long.parseLong(id.substring(id.lastIndexOf('.') + 1));
  }
}
