package org.viesti.platform.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.platform.dialect.Frames.ack;
import static org.viesti.platform.dialect.Frames.activity;
import static org.viesti.platform.dialect.Frames.event;
import static org.viesti.platform.dialect.Frames.json;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viesti.platform.Activity;

/** One inner form, three ways to say it. */
class DialectTest {
  private static final String ECHO_IN_C =
      """
      {"@context":CTX(dummy),"id":"m-1","type":"echo","actor":{"id":"jane","type":"person"},
      "object":{"type":"message","content":"hello"}}""";
  private static final String ECHO_IN_B =
      """
      {"id":"m-1","context":"dummy","type":"echo","actor":{"id":"jane","type":"person"},
      "object":{"type":"message","content":"hello"}}""";
  private static final String ECHO_IN_A =
      """
      {"@id":"m-1","context":"dummy","@type":"echo",
      "actor":{"@id":"jane","@type":"person","displayName":"Jane"},
      "object":{"@type":"message","content":"hello"}}""";

  private final Middleware middleware = Frames.middleware();
  private final ClientMemory client = Frames.client();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "C | {'@context':['x']}",
        "C | {'@context':['x'],'context':'dummy','@type':'echo'}",
        "A | {'context':'dummy','@type':'echo'}",
        "A | {'context':'dummy','type':'echo','actor':{'@id':'x'}}",
        "A | {'context':'dummy','actor':{'@type':'person'}}",
        "A | {'context':'irc','actor':'x','object':{'@type':'credentials'}}",
        "B | {'context':'dummy','type':'echo','actor':{'id':'x'}}",
        "B | {'context':'dummy'}",
        "  | {'context':['dummy'],'@type':'echo'}",
        "  | {'@context':'dummy'}",
        "  | 'text'",
        "  | null"
      })
  void each_message_shows_its_dialect(@Nullable Dialect expected, String input) {
    assertThat(Dialect.shownBy(json(input.replace('\'', '"')))).isEqualTo(expected);
  }

  @Test
  void a_message_that_shows_none_is_of_the_dialect_last_seen() {
    assertThat(ack(refusal("{}")).has("context")).isFalse();

    middleware.receive(client, "message", json(ECHO_IN_B), true);
    assertThat(ack(refusal("{}")).path("context").asText()).isEqualTo("error");

    middleware.receive(client, "message", json(ECHO_IN_A), true);
    assertThat(event(refusal("{}")).name()).isEqualTo("failure");

    middleware.receive(client, "schemas", null, true);
    assertThat(ack(refusal("{}")).has("context")).isFalse();
  }

  private Told refusal(String input) {
    return ((Received.Answer) middleware.receive(client, "message", json(input), true)).told();
  }

  @Test
  void all_dialects_come_to_one_inner_form() {
    String inner =
        """
        {"id":"m-1","type":"echo","actor":{"id":"jane","type":"person"},
        "object":{"type":"message","content":"hello"}}""";

    assertThat(job(ECHO_IN_C)).isEqualTo(new Received.Job(activity("dummy", inner), Dialect.C));
    assertThat(job(ECHO_IN_B)).isEqualTo(new Received.Job(activity("dummy", inner), Dialect.B));
    assertThat(job(ECHO_IN_A).request().without("actor"))
        .isEqualTo(activity("dummy", inner).without("actor"));
  }

  @Test
  void a_message_may_mix_the_keys_of_two_dialects() {
    Received.Job job =
        job(
            "{\"context\":\"dummy\",\"type\":\"echo\",\"actor\":{\"@id\":\"j\",\"type\":\"person\"}}");

    assertThat(job.dialect()).isEqualTo(Dialect.A);
    assertThat(job.request())
        .isEqualTo(
            activity(
                "dummy",
                """
                {"type":"echo","actor":{"id":"j","type":"person","name":"j"}}"""));
  }

  @Test
  void received_credentials_do_not_print_their_secrets() {
    Activity credentials =
        activity(
            "irc",
            """
            {"actor":{"id":"zoe@h"},"object":{"password":"secret"}}""");

    assertThat(new Received.Credentials(credentials, Dialect.C))
        .hasToString("Credentials[irc:zoe@h]");
  }

  private Received.Job job(String input) {
    return (Received.Job) middleware.receive(client, "message", json(input), true);
  }

  @Test
  void a_result_is_acked_in_the_dialect_of_its_request() {
    Received.Job c = job(ECHO_IN_C);
    Received.Job b = job(ECHO_IN_B);
    JsonNode inC =
        json(
            """
            {"@context":CTX(dummy),"id":"m-1","type":"echo",
            "actor":{"id":"dummy","type":"platform"},
            "object":{"type":"message","content":"hello"},"target":{"id":"jane","type":"person"}}""");
    JsonNode inB =
        json(
            """
            {"context":"dummy","id":"m-1","type":"echo",
            "actor":{"id":"dummy","type":"platform"},
            "object":{"type":"message","content":"hello"},"target":{"id":"jane","type":"person"}}""");

    assertThat(c.dialect().completed(c.request(), echo(c.request())))
        .isEqualTo(new Told(inC, new Event("completed", inC)));
    assertThat(b.dialect().completed(b.request(), echo(b.request())))
        .isEqualTo(new Told(inB, new Event("completed", inB)));
    assertThat(c.dialect().queued()).isEqualTo(new Told(null, null));
  }

  /** As dummy does it. */
  private static Activity echo(Activity request) {
    return request
        .with("target", request.json().path("actor"))
        .with("actor", json("{\"id\":\"dummy\",\"type\":\"platform\"}"));
  }

  @Test
  void a_request_that_is_its_own_result_comes_back_with_the_whole_context() {
    Activity join =
        activity(
            "irc",
            """
            {"type":"join","actor":{"id":"zoe@h","type":"person"},"id":7,"extra":1}""");

    assertThat(Dialect.B.completed(join, null).ack()).isEqualTo(join.with("context", "irc").json());
    assertThat(Dialect.C.completed(join, null).ack())
        .isEqualTo(join.with("@context", json("CTX(irc)")).json());
  }

  @Test
  void a_failure_is_the_request_with_its_error() {
    Received.Job c = job(ECHO_IN_C);
    Received.Job b = job(ECHO_IN_B);
    JsonNode inC = json(ECHO_IN_C.replace("\"hello\"}}", "\"hello\"},\"error\":\"Error: boo\"}"));
    JsonNode inB = json(ECHO_IN_B.replace("\"hello\"}}", "\"hello\"},\"error\":\"Error: boo\"}"));

    assertThat(c.dialect().failed(c.request(), "Error: boo"))
        .isEqualTo(new Told(inC, new Event("failure", inC)));
    assertThat(b.dialect().failed(b.request(), "Error: boo"))
        .isEqualTo(new Told(inB, new Event("failure", inB)));
  }

  @Test
  void the_oldest_dialect_is_acked_at_once_and_told_the_rest_by_events() {
    Received.Job job = job(ECHO_IN_A);

    assertThat(job.dialect().queued()).isEqualTo(new Told(json("null"), null));
    assertThat(job.dialect().completed(job.request(), echo(job.request())))
        .isEqualTo(new Told(null, new Event("completed", json(ECHO_IN_A))));
    assertThat(job.dialect().failed(job.request(), "Error: boo"))
        .isEqualTo(
            new Told(
                null,
                new Event(
                    "failed",
                    json(
                        """
                        {"@id":"m-1","context":"dummy","@type":"echo",
                        "actor":{"@id":"jane","@type":"person","displayName":"Jane"},
                        "object":{"@type":"error","content":"boo"},"error":"boo"}"""))));
  }

  @Test
  void credentials_come_back_in_the_newest_dialect_only() {
    String credentials =
        """
        {%s"type":"credentials","actor":{"id":"zoe@h","type":"person"},
        "object":{"type":"credentials","nick":"zoe","server":"h","password":"x"}}""";
    JsonNode inC = json(credentials.formatted("\"@context\":CTX(irc),"));

    Received c = middleware.receive(client, "credentials", inC, true);
    Received b =
        middleware.receive(
            client, "credentials", json(credentials.formatted("\"context\":\"irc\",")), true);

    Activity inner = activity("irc", credentials.formatted(""));
    assertThat(c).isEqualTo(new Received.Credentials(inner, Dialect.C));
    assertThat(b).isEqualTo(new Received.Credentials(inner, Dialect.B));
    assertThat(Dialect.C.accepted(inner)).isEqualTo(new Told(inC, null));
    assertThat(Dialect.B.accepted(inner)).isEqualTo(new Told(json("null"), null));
    assertThat(Dialect.A.accepted(inner)).isEqualTo(new Told(json("null"), null));
  }

  @Test
  void credentials_of_the_oldest_dialect_need_no_type_of_their_own() {
    Received received =
        middleware.receive(
            client,
            "credentials",
            json(
                """
                {"context":"xmpp","actor":{"@id":"a@h","@type":"person"},"object":
                {"@type":"credentials","username":"a@h","password":"x","resource":"web"}}"""),
            false);

    assertThat(received)
        .isEqualTo(
            new Received.Credentials(
                activity(
                    "xmpp",
                    """
                    {"type":"credentials","actor":{"id":"a@h","type":"person","name":"a@h"},
                    "object":{"type":"credentials","userAddress":"a@h","password":"x",
                    "resource":"web"}}"""),
                Dialect.A));
  }

  @ParameterizedTest
  @CsvSource({
    "jane, jane",
    "irc://zed@127.0.0.1, zed",
    "http://h/#me, me",
    "http://h/feed.xml, /feed.xml",
    "not a uri, not a uri"
  })
  void the_oldest_dialect_names_whoever_has_no_name(String id, String name) {
    Received.Job job =
        job(
            """
            {"context":"dummy","@type":"echo","actor":{"@id":"%s","@type":"person"}}"""
                .formatted(id));

    assertThat(job.request().text("actor", "name")).isEqualTo(name);
  }

  @Test
  void the_oldest_dialect_says_observe_for_query() {
    Received.Job job =
        job(
            """
            {"context":"irc","@type":"observe","actor":{"@id":"zed@h","@type":"person"},
            "target":{"@id":"h/#test","@type":"room","displayName":"#test"},
            "object":{"@type":"attendance"}}""");

    assertThat(job.request().type()).isEqualTo("query");
    assertThat(job.request().text("target", "name")).isEqualTo("#test");
    JsonNode told = event(job.dialect().completed(job.request(), null)).payload();
    assertThat(told.path("@type").asText()).isEqualTo("observe");
    assertThat(told.at("/object/@type").asText()).isEqualTo("attendance");
  }

  @Test
  void the_oldest_dialect_asks_for_a_feed_by_its_target() {
    Received.Job job =
        job(
            """
            {"context":"feeds","@type":"fetch",
            "actor":{"@id":"jane","@type":"person","displayName":"Jane"},
            "target":{"@id":"http://h/feed.xml","@type":"feed","displayName":"f"},
            "object":{"@type":"parameters","limit":10,"property":"date","after":1704153600000}}""");

    assertThat(job.request().actorId()).isEqualTo("http://h/feed.xml");
    assertThat(job.request().object())
        .isEqualTo(json("{\"limit\":10,\"since\":\"2024-01-02T00:00:00Z\"}"));

    Activity posts =
        activity(
            "feeds",
            """
            {"id":null,"type":"collection","summary":"News","totalItems":1,"items":[
            {"type":"post","actor":{"id":"http://h/feed.xml","type":"feed","name":"News"},
            "object":{"type":"note","title":"Two","id":"http://h/2","content":"<p>t</p>",
            "contentType":"html","url":"http://h/2","published":"2024-01-02T00:00:00.000Z",
            "datenum":1704153600000}}]}""");
    assertThat(event(job.dialect().completed(job.request(), posts)).payload())
        .isEqualTo(
            json(
                """
                {"context":"feeds","@type":"fetch",
                "actor":{"@id":"jane","@type":"person","displayName":"Jane"},
                "target":{"@id":"http://h/feed.xml","@type":"feed","displayName":"f"},
                "object":{"@type":"result","content":[{"@type":"post","status":true,
                "actor":{"@id":"http://h/feed.xml","@type":"feed","displayName":"News"},
                "object":{"@type":"feedEntry","@id":"http://h/2","displayName":"Two",
                "title":"Two","date":"2024-01-02T00:00:00.000Z","datenum":1704153600000,
                "html":"<p>t</p>","url":"http://h/2"}}]}}"""));
  }

  @Test
  void each_item_of_a_collection_says_whose_it_is() {
    Activity posts = activity("feeds", "{\"type\":\"collection\",\"items\":[{\"type\":\"post\"}]}");

    assertThat(ack(Dialect.C.completed(posts, posts)).at("/items/0"))
        .isEqualTo(json("{\"@context\":CTX(feeds),\"type\":\"post\"}"));
    assertThat(ack(Dialect.B.completed(posts, posts)).at("/items/0"))
        .isEqualTo(json("{\"context\":\"feeds\",\"type\":\"post\"}"));
  }

  @Test
  void an_event_is_told_in_each_dialect() {
    Activity event =
        activity(
            "irc",
            """
            {"type":"add","actor":{"type":"person","id":"bob@h","name":"bob"},
            "object":{"type":"relationship","relationship":"role",
            "subject":{"type":"presence","role":"owner"},
            "object":{"type":"room","id":"h/#open","name":"#open"}},
            "published":"2026-11-21T03:44:31.141Z"}""");

    assertThat(Dialect.C.unsolicited(event))
        .isEqualTo(new Event("message", event.with("@context", json("CTX(irc)")).json()));
    assertThat(Dialect.B.unsolicited(event))
        .isEqualTo(
            new Event(
                "message", event.with("context", "irc").with("published", "1795232671141").json()));
    assertThat(Dialect.A.unsolicited(event).payload())
        .isEqualTo(
            json(
                """
                {"context":"irc","@type":"add",
                "actor":{"@type":"person","@id":"bob@h","displayName":"bob"},
                "object":{"@type":"relationship","relationship":"role",
                "subject":{"@type":"presence","role":"owner"},
                "object":{"@type":"room","@id":"h/#open","displayName":"#open"}},
                "published":"1795232671141"}"""));
  }

  @Test
  void only_an_event_of_irc_says_when_it_was_in_milliseconds() {
    Activity event =
        activity("xmpp", "{\"type\":\"send\",\"published\":\"2026-11-21T03:44:31.141Z\"}");

    assertThat(Dialect.B.unsolicited(event).payload().path("published").asText())
        .isEqualTo("2026-11-21T03:44:31.141Z");
  }

  @Test
  void a_crash_is_told_in_each_dialect() {
    Activity crash =
        activity(
            "irc",
            """
            {"type":"error","actor":{"id":"kim@h","type":"service"},"error":"TypeError: x"}""");

    assertThat(Dialect.C.unsolicited(crash).payload())
        .isEqualTo(crash.with("@context", json("CTX(irc)")).json());
    assertThat(Dialect.B.unsolicited(crash).payload().path("actor"))
        .isEqualTo(json("{\"id\":\"kim@h\",\"type\":\"unknown\"}"));
    assertThat(Dialect.A.unsolicited(crash).payload())
        .isEqualTo(
            json(
                """
                {"context":"irc","@type":"error","actor":"kim@h",
                "object":{"@type":"error","content":"TypeError: x"}}"""));
  }

  @Test
  void a_topic_of_the_oldest_dialect_has_its_text_elsewhere() {
    String topic =
        """
        {"context":"irc","@type":"update",
        "actor":{"@id":"zed@h","@type":"person","displayName":"zed"},
        "object":{"@type":"topic","topic":"loops"}}""";
    Received.Job job = job(topic);

    assertThat(job.request().text("object", "content")).isEqualTo("loops");
    assertThat(event(job.dialect().completed(job.request(), null)).payload())
        .isEqualTo(json(topic));
  }

  @Test
  void an_id_is_returned_as_it_came_and_equal_ids_are_two_jobs() {
    Received.Job first = job(ECHO_IN_C);
    Received.Job second = job(ECHO_IN_C);

    for (Received.Job job : new Received.Job[] {first, second}) {
      assertThat(ack(job.dialect().completed(job.request(), null)).path("id").asText())
          .isEqualTo("m-1");
      assertThat(ack(job.dialect().failed(job.request(), "x")).path("id").asText())
          .isEqualTo("m-1");
    }
    assertThat(first.request()).isEqualTo(second.request()).isNotSameAs(second.request());
  }

  @Test
  void missing_credentials_are_named_as_the_dialect_knows_them() {
    Activity connect = activity("irc", "{\"type\":\"connect\",\"actor\":{\"id\":\"jane@h\"}}");

    assertThat(Dialect.C.credentialsNotFound(connect))
        .isEqualTo("credentials not found for irc:jane@h");
    assertThat(Dialect.B.credentialsNotFound(connect))
        .isEqualTo("credentials not found for jane@h");
  }

  @Test
  void a_client_that_sends_too_much_is_told_in_the_newest_dialect() {
    assertThat(Event.error("rate limit exceeded, temporarily blocked"))
        .isEqualTo(
            new Event(
                "error",
                json(
                    """
                    {"type":"Error","@context":CTX(error),
                    "actor":{"type":"Application","name":"sockethub-server"},
                    "summary":"rate limit exceeded, temporarily blocked"}""")));
  }

  @Test
  void an_event_that_is_not_known_is_ignored() {
    assertThat(middleware.receive(client, "nosuch", json("1"), true))
        .isEqualTo(new Received.Ignored());
  }

  @Test
  void what_a_platform_tells_is_held_against_its_responses() {
    Activity news =
        activity(
            "irc",
            """
            {"type":"send","actor":{"type":"person","id":"bob@h","name":"bob"},
            "target":{"type":"room","id":"h/#t","name":"#t"},
            "object":{"type":"message","content":"hi"},"published":"2026-11-21T03:43:15.146Z"}""");

    assertThat(middleware.misfit(news)).isNull();
    assertThat(middleware.misfit(news.with("foo", "x")))
        .isEqualTo("activity stream: must NOT have additional properties: foo");
    assertThat(middleware.misfit(news.with("foo", "x").with("error", "no"))).isNull();
    assertThat(middleware.misfit(news.with("type", "error"))).isNull();
    assertThat(middleware.misfit(activity("dummy", "{\"foo\":1}"))).isNull();
  }
}
