package org.viesti.edge.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.viesti.SharedNode;
import org.viesti.TestNode;
import org.viesti.testkit.Await;
import org.viesti.testkit.Calls;
import org.viesti.testkit.Tokens;

/** What tests of REST calls share: a node, and users of their own. */
@ExtendWith(SharedNode.class)
class RestTest {
  static final Duration SOON = Duration.ofSeconds(10);

  TestNode node;
  String aliceId;
  String bobId;
  Calls alice;
  Calls bob;

  @BeforeEach
  void meet(TestNode shared) {
    node = shared;
    aliceId = SharedNode.fresh("alice");
    bobId = SharedNode.fresh("bob");
    alice = as(aliceId);
    bob = as(bobId);
  }

  Calls as(String user) {
    return as(user, "phone");
  }

  Calls as(String user, String device) {
    return new Calls(node.calls(), Tokens.of(user, device));
  }

  Calls operator() {
    return new Calls(
        node.calls(),
        Tokens.of(
            SharedNode.fresh("op"),
            "desk",
            Tokens.TENANT,
            List.of("operator"),
            Duration.ofHours(1)));
  }

  /** A group of alice's with bob in it; both know that they are. */
  String room() {
    String room = SharedNode.fresh("room");
    alice.createRoom(room, List.of(bobId));
    knows(alice, room);
    knows(bob, room);
    return room;
  }

  /** Waits until a user has been told that it is in a room. */
  static void knows(Calls user, String room) {
    Await.until(
        SOON,
        () -> "not told of " + room,
        () -> user.call("GET", "/rooms/" + room + "/settings", null).status() == 200);
  }

  static Map<String, Object> text(String body) {
    return Map.of("type", "text", "body", body);
  }

  static String post(Calls by, String room, String body) {
    return by.call("POST", "/rooms/" + room + "/messages", Map.of("payload", text(body)))
        .expect(201)
        .body()
        .required("event_id")
        .asText();
  }

  static void refused(Calls.Answer answer, int status, String code) {
    assertThat(answer.status()).as(answer.body().toString()).isEqualTo(status);
    assertThat(answer.body().path("code").asText()).isEqualTo(code);
    assertThat(answer.body().path("status").asInt()).isEqualTo(status);
    assertThat(answer.headers().firstValue("content-type").orElse(""))
        .startsWith("application/problem+json");
  }

  static List<String> texts(JsonNode list, String pointer) {
    List<String> texts = new ArrayList<>();
    list.forEach(item -> texts.add(item.at(pointer).asText()));
    return texts;
  }
}
