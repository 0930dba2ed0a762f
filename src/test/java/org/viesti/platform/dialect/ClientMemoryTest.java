package org.viesti.platform.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.platform.dialect.Frames.json;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.viesti.platform.Activity;

/** What is remembered of a client, and that it is no other client's. */
class ClientMemoryTest {
  private final Middleware middleware = Frames.middleware();
  private final ClientMemory client = Frames.client();

  @Test
  void an_object_stands_for_its_id_in_the_middle_dialect() {
    assertThat(create("{\"id\":\"jane\",\"type\":\"person\",\"name\":\"Jane\"}").ack())
        .isEqualTo(json("null"));

    Activity request = job("{\"context\":\"dummy\",\"type\":\"echo\",\"actor\":\"jane\"}");

    assertThat(request.actor())
        .isEqualTo(json("{\"id\":\"jane\",\"type\":\"person\",\"name\":\"Jane\"}"));
  }

  @Test
  void an_object_stands_for_its_id_in_the_oldest_dialect() {
    create("{\"@id\":\"jane\",\"@type\":\"person\"}");

    Activity request =
        job("{\"context\":\"dummy\",\"@type\":\"echo\",\"actor\":\"jane\",\"target\":\"bob\"}");

    assertThat(request.actor())
        .isEqualTo(json("{\"id\":\"jane\",\"type\":\"person\",\"name\":\"jane\"}"));
    assertThat(request.target()).isEqualTo(json("{\"id\":\"bob\",\"name\":\"bob\"}"));
  }

  @Test
  void the_newest_dialect_knows_no_objects_by_their_ids() {
    create("{\"id\":\"jane\",\"type\":\"person\"}");

    assertThat(error("{\"@context\":CTX(dummy),\"type\":\"echo\",\"actor\":\"jane\"}"))
        .startsWith("[dummy] /actor: must match exactly one schema");
  }

  @Test
  void a_second_object_of_an_id_takes_the_place_of_the_first() {
    create("{\"id\":\"jane\",\"type\":\"person\",\"name\":\"Jane\"}");
    create("{\"id\":\"jane\",\"type\":\"service\"}");

    assertThat(job("{\"context\":\"dummy\",\"type\":\"echo\",\"actor\":\"jane\"}").actor())
        .isEqualTo(json("{\"id\":\"jane\",\"type\":\"service\"}"));
  }

  @Test
  void an_object_is_known_to_its_client_only() {
    create("{\"id\":\"jane\",\"type\":\"person\"}");

    Received other =
        middleware.receive(
            Frames.client(),
            "message",
            json("{\"context\":\"dummy\",\"type\":\"echo\",\"actor\":\"jane\"}"),
            true);

    assertThat(other).isInstanceOf(Received.Answer.class);
  }

  @Test
  void the_eldest_objects_make_room_for_new_ones() {
    for (int i = 0; i < 20; i++) {
      create("{\"id\":\"%d\",\"type\":\"person\",\"name\":\"%s\"}".formatted(i, "x".repeat(900)));
    }

    String echo = "{\"context\":\"dummy\",\"type\":\"echo\",\"actor\":\"%d\"}";
    assertThat(job(echo.formatted(19)).actorId()).isEqualTo("19");
    assertThat(job(echo.formatted(11)).actorId()).isEqualTo("11");
    assertThat(error(echo.formatted(9)))
        .isEqualTo("Error: [dummy] /actor: must have required property 'type'");
  }

  @Test
  void an_object_that_leaves_no_room_is_refused() {
    create("{\"id\":\"jane\",\"type\":\"person\"}");

    Told told =
        create("{\"id\":\"x\",\"type\":\"person\",\"name\":\"%s\"}".formatted("x".repeat(10_000)));

    assertThat(Frames.ack(told).path("error").asText())
        .isEqualTo("Error: activity object of more than the 10000 characters that are kept");
    assertThat(job("{\"context\":\"dummy\",\"type\":\"echo\",\"actor\":\"jane\"}").actorId())
        .isEqualTo("jane");
  }

  @Test
  void what_is_a_string_becomes_an_object() {
    Activity request =
        job(
            """
            {"@context":CTX(dummy),"type":"echo","actor":{"id":"jane","type":"person"},
            "object":"hi"}""");

    assertThat(request.object()).isEqualTo(json("{\"content\":\"hi\"}"));
    assertThat(
            client
                .expand(
                    Frames.activity("dummy", "{\"actor\":\"a\",\"target\":[\"b\",{\"id\":\"c\"}]}"),
                    false)
                .json())
        .isEqualTo(json("{\"actor\":{\"id\":\"a\"},\"target\":[{\"id\":\"b\"},{\"id\":\"c\"}]}"));
  }

  @Test
  void what_is_unasked_is_told_in_the_dialect_used_for_its_actor() {
    job("{\"context\":\"irc\",\"type\":\"connect\",\"actor\":{\"id\":\"b\",\"type\":\"person\"}}");
    job("{\"context\":\"irc\",\"@type\":\"join\",\"actor\":{\"@id\":\"a\",\"@type\":\"person\"}}");
    job(
        """
        {"@context":CTX(irc),"type":"connect","actor":{"id":"c","type":"person"}}""");

    assertThat(client.dialectOf("irc", "a")).isEqualTo(Dialect.A);
    assertThat(client.dialectOf("irc", "b")).isEqualTo(Dialect.B);
    assertThat(client.dialectOf("irc", "c")).isEqualTo(Dialect.C);
    assertThat(client.dialectOf("xmpp", "b")).as("the last of all").isEqualTo(Dialect.C);

    job("{\"context\":\"irc\",\"type\":\"connect\",\"actor\":{\"id\":\"c\",\"type\":\"person\"}}");
    assertThat(client.dialectOf("irc", "c")).isEqualTo(Dialect.B);
  }

  @Test
  void an_actor_of_a_long_name_is_not_remembered() {
    String name = "x".repeat(1001);
    client.speaks(Dialect.A, Frames.activity("irc", "{\"actor\":{\"id\":\"" + name + "\"}}"));

    assertThat(client.dialectOf("irc", name)).isEqualTo(Dialect.C);
  }

  @Test
  void the_actors_of_longest_ago_are_forgotten() {
    ClientMemory small = new ClientMemory(2, 0);
    for (String actor : new String[] {"a", "b", "c"}) {
      assertThat(small.dialectOf("irc", "a")).as(actor).isNotNull();
      small.speaks(Dialect.B, Frames.activity("irc", "{\"actor\":{\"id\":\"" + actor + "\"}}"));
    }

    assertThat(small.dialectOf("irc", "a")).as("asked for again").isEqualTo(Dialect.B);
    assertThat(small.dialectOf("irc", "b")).isEqualTo(Dialect.C);
    assertThat(small.dialectOf("irc", "c")).isEqualTo(Dialect.B);
  }

  private Told create(String object) {
    return ((Received.Answer) receive("activity-object", object)).told();
  }

  private Activity job(String message) {
    return ((Received.Job) receive("message", message)).request();
  }

  private @Nullable String error(String message) {
    JsonNode ack = ((Received.Answer) receive("message", message)).told().ack();
    return ack == null ? null : ack.path("error").asText();
  }

  private Received receive(String event, String input) {
    return middleware.receive(client, event, json(input), true);
  }
}
