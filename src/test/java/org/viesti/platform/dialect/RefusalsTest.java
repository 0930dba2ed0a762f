package org.viesti.platform.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.platform.dialect.Frames.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is refused, and in which words. The rows are frames that a Sockethub of the dialect was
 * sent, and what it answered; # stands for an actor that is right.
 */
class RefusalsTest {
  private static final String N =
      "platform context URL not registered with this Sockethub instance. ";
  private static final String URL = "https://sockethub.org/ns/context/platform/";
  private static final String ONE_OF = "must match exactly one schema in oneOf: ";
  private static final String L1 = ONE_OF + "person, room, service, feed, website";
  private static final String L2 =
      ONE_OF + "feed, person, room, service, website, address, calendar, addressBook";
  private static final String L3 =
      ONE_OF
          + "credentials, feed, message, me, person, room, service, website, attendance,"
          + " presence, relationship, topic, address";

  private final Middleware middleware = Frames.middleware();
  private final ClientMemory client = Frames.client();

  private record Row(String event, String input, String text) {
    @Override
    public String toString() {
      return event + " " + input;
    }

    JsonNode sent() {
      return json(input.replace("#", "{\"id\":\"jane\",\"type\":\"person\"}").replace('\'', '"'));
    }
  }

  private static Row message(String input, String text) {
    return new Row("message", input, text);
  }

  private static Row credentials(String input, String text) {
    return new Row("credentials", input, text);
  }

  static Stream<Row> newest() {
    return Stream.of(
        message("{'type':'echo','actor':#}", "activity stream must contain an @context array."),
        message(
            "{'@context':[1],'type':'echo','actor':#}",
            "activity stream must contain an @context array."),
        message(
            "{'@context':CTX(dummy),'actor':#}", "activity stream must contain a type property."),
        message(
            "{'@context':CTX(dummy),'type':1,'actor':#}",
            "activity stream must contain a type property."),
        message(
            "{'@context':CTX(dummy),'type':'echo'}",
            "activity stream must contain an actor property."),
        message(
            """
            {'@context':['https://www.w3.org/ns/activitystreams',\
            'https://sockethub.org/ns/context/v1.jsonld'],'type':'echo','actor':#}""",
            N + "No platform @context values were provided."),
        message(
            "{'@context':CTX(nope),'type':'echo','actor':#}",
            N + "Unregistered platform @context value: " + URL + "nope/v1.jsonld"),
        message(
            """
            {'@context':['https://www.w3.org/ns/activitystreams',\
            'https://sockethub.org/ns/context/v1.jsonld',\
            'https://sockethub.org/ns/context/platform/dummy/v1.jsonld',\
            'https://sockethub.org/ns/context/platform/feeds/v1.jsonld'],\
            'type':'echo','actor':#}""",
            N
                + "Multiple platform @context values were provided: "
                + (URL + "dummy/v1.jsonld, ")
                + (URL + "feeds/v1.jsonld.")),
        message(
            "{'@context':CTX(caldav),'type':'echo','actor':#}",
            "platform caldav resolved from @context is not enabled in this Sockethub instance."),
        message(
            "{'@context':['https://sockethub.org/ns/context/platform/dummy/v1.jsonld'],"
                + "'type':'echo','actor':#}",
            "[dummy] /@context: must NOT have fewer than 3 items"),
        credentials(
            "{'@context':CTX(dummy),'type':'foo','actor':#,'object':{}}",
            "credential activity streams must have credentials set as type"),
        message(
            "{'@context':CTX(dummy),'type':'echo','actor':#,'foo':1}",
            "[dummy] activity stream: must NOT have additional properties: foo"),
        message(
            "{'@context':CTX(dummy),'type':'echo','actor':#,'foo':1,'bar':2}",
            "[dummy] activity stream: must NOT have additional properties: bar"),
        message(
            "{'@context':CTX(dummy),'type':'echo','actor':{'id':'x','type':'robot'}}",
            "[dummy] /actor: " + L1),
        message(
            "{'@context':CTX(dummy),'type':'echo','actor':{'id':'x'}}", "[dummy] /actor: " + L1),
        message(
            "{'@context':CTX(dummy),'type':'echo','actor':'jane','object':'hi'}",
            "[dummy] /actor: " + L1),
        message(
            "{'@context':CTX(dummy),'type':'echo','actor':{'type':'person'}}",
            "[dummy] /actor: must have required property 'id'"),
        message(
            "{'@context':CTX(dummy),'type':'dance','actor':#}",
            "[dummy] /type: must be equal to one of the allowed values"),
        message(
            "{'@context':CTX(dummy),'type':'echo','actor':#,'published':'yesterday'}",
            "[dummy] /published: must match format \"date-time\""),
        message(
            "{'@context':CTX(irc),'type':'send','actor':#,'object':{'type':'zzz'}}",
            "[irc] /object: " + L2),
        message(
            "{'@context':CTX(irc),'type':'send','actor':#,'object':'hi'}", "[irc] /object: " + L2),
        message(
            "{'@context':CTX(xmpp),'type':'send','actor':#,'object':{}}", "[xmpp] /object: " + L2),
        message(
            "{'@context':CTX(irc),'type':'join','actor':#,'target':{'id':'x','type':'robot'}}",
            "[irc] /target: " + L1 + ", address, calendar, addressBook"),
        message(
            "{'@context':CTX(irc),'id':5,'type':'send','actor':#}", "[irc] /id: must be string"),
        message(
            "{'@context':CTX(irc),'type':'send','actor':{'id':5,'type':'person'}}",
            "[irc] /actor/id: must be string"),
        message(
            "{'@context':CTX(irc),'type':'send','actor':#,'object':5}",
            "[irc] /object: must be object"),
        message(
            "{'@context':CTX(irc),'type':'send','actor':#,'object':{'type':'message','content':5}}",
            "[irc] /object/content: must be string"),
        message(
            "{'@context':CTX(irc),'type':'send','actor':#,'object':{'type':'message'}}",
            "[irc] /object: must have required property 'content'"),
        message(
            "{'@context':CTX(irc),'type':'send','actor':#,"
                + "'object':{'type':'message','content':'x','foo':1}}",
            "[irc] /object: must NOT have additional properties: foo"),
        message(
            "{'@context':CTX(irc),'type':'send','actor':#,'object':{'type':'message','foo':1}}",
            "[irc] /object: must have required property 'content'"),
        message(
            "{'@context':CTX(irc),'type':'send','actor':#,"
                + "'object':{'type':'message','content':1,'foo':1}}",
            "[irc] /object/content: must be string"),
        message(
            "{'@context':CTX(dummy),'type':'credentials','actor':#}",
            "[dummy] /type: must be equal to one of the allowed values"),
        message(
            "{'@context':CTX(xmpp),'type':'update','actor':#,"
                + "'object':{'type':'presence','presence':'sleepy'}}",
            "[xmpp] /object/presence: must be equal to one of the allowed values:"
                + " away, chat, dnd, xa, offline, online"),
        message(
            "{'@context':CTX(feeds),'type':'fetch','actor':#,'object':{'limit':0}}",
            "[feeds] /object/limit: must be >= 1"),
        message(
            "{'@context':CTX(feeds),'type':'fetch','actor':#,'object':{'foo':1}}",
            "[feeds] /object: must NOT have additional properties: foo"),
        message(
            "{'@context':CTX(feeds),'type':'fetch','actor':{'id':'not a url','type':'feed'}}",
            "[feeds] /actor/id: must match format \"iri\""),
        message(
            "{'@context':CTX(metadata),'type':'fetch','actor':#,'object':{'type':'page'}}",
            "[metadata] /object: boolean schema is false"),
        credentials(
            "{'@context':CTX(feeds),'type':'credentials','actor':#}",
            "platform type credentials not supported by feeds platform. (types: fetch)"));
  }

  @ParameterizedTest
  @MethodSource({"newest", "credentialsOfNewest"})
  void the_newest_dialect_is_refused_in_its_words(Row row) {
    JsonNode sent = row.sent();

    Told told = answer(row.event(), sent);

    ObjectNode expected = ((ObjectNode) row.sent()).put("error", row.text());
    assertThat(told.ack()).isEqualTo(expected);
    assertThat(told.event()).isEqualTo(new Event("failure", expected));
    assertThat(sent).as("as it came").isEqualTo(row.sent());
  }

  static Stream<Row> credentialsOfNewest() {
    return Stream.of(
        irc("{'type':'credentials','server':'h'}", "/object: must have required property 'nick'"),
        irc("{'type':'credentials'}", "/object: must have required property 'server'"),
        irc("{'type':'credentials','server':'h','port':'1'}", "/object/port: must be number"),
        irc(
            "{'type':'credentials','nick':'j','server':'h','foo':1}",
            "/object: must NOT have additional properties: foo"),
        irc(
            "{'type':'credentials','nick':'j','server':'h','password':'a','token':'b'}",
            "/object: must NOT be valid"),
        irc(
            "{'type':'credentials','nick':'j','server':'h','saslMechanism':'PLAIN'}",
            "/object: must match a schema in anyOf"),
        irc(
            "{'type':'credentials','nick':'j','server':'h','password':'a',"
                + "'saslMechanism':'OAUTHBEARER'}",
            "/object: must match a schema in anyOf"),
        irc(
            "{'type':'credentials','nick':'j','server':'h','saslMechanism':'FOO'}",
            "/object/saslMechanism: must be equal to one of the allowed values"),
        irc(
            "{'type':'credentials','nick':'j','server':'h','port':'1'}",
            "/object/port: must be number"),
        irc(
            "{'type':'credentials','nick':'j','server':'h','password':''}",
            "/object/password: must NOT have fewer than 1 characters"),
        credentials(
            "{'@context':CTX(irc),'type':'credentials','actor':#}",
            "[irc] activity stream: must have required property 'object'"),
        credentials(
            "{'@context':CTX(xmpp),'type':'credentials','actor':#,'object':"
                + "{'type':'credentials','userAddress':'a@h','password':'x'}}",
            "[xmpp] /object: must have required property 'resource'"));
  }

  private static Row irc(String object, String mistake) {
    return credentials(
        "{'@context':CTX(irc),'type':'credentials','actor':#,'object':" + object + "}",
        "[irc] " + mistake);
  }

  static Stream<Row> middle() {
    return Stream.of(
        message("{'type':'echo','actor':#}", "activity stream must contain a context property"),
        message("{'context':'dummy','actor':#}", "activity stream must contain a type property."),
        message(
            "{'context':'dummy','type':'echo'}", "activity stream must contain an actor property."),
        message(
            "{'context':'nope','type':'echo','actor':#}",
            "platform context nope not registered with this Sockethub instance."),
        credentials(
            "{'context':'dummy','type':'foo','actor':#,'object':{}}",
            "credential activity streams must have credentials set as type"),
        message(
            "{'context':'dummy','type':'echo','actor':{'id':'x','type':'robot'}}",
            "[dummy] /actor: " + L3),
        message(
            "{'context':'dummy','type':'echo','actor':{'id':'x'}}",
            "[dummy] /actor: must have required property 'type'"),
        message(
            "{'context':'dummy','type':'echo','actor':'nobody'}",
            "[dummy] /actor: must have required property 'type'"),
        message(
            "{'context':'dummy','type':'echo','actor':{'type':'person'}}",
            "[dummy] /actor: must have required property 'id'"),
        message(
            "{'context':'xmpp','type':'credentials','actor':#}",
            "platform type credentials not supported by xmpp platform. (types: credentials,"
                + " connect, join, leave, send, update, request-friend, remove-friend,"
                + " make-friend, query, disconnect)"),
        message(
            "{'context':'feeds','type':'dance','actor':#}",
            "platform type dance not supported by feeds platform. (types: fetch)"),
        message(
            "{'context':'dummy','type':'dance','actor':#}",
            "platform type dance not supported by dummy platform. (types: credentials, echo, fail,"
                + " throw, greet, exit0, exit1, throwTypeError, throwReferenceError, sigterm,"
                + " sigkill, hang)"),
        message(
            "{'context':'irc','type':'dance','actor':#}",
            "platform type dance not supported by irc platform. (types: credentials, connect,"
                + " update, join, leave, send, query, announce, disconnect)"),
        message(
            "{'context':'dummy','type':'echo','actor':#,'published':'yesterday'}",
            "[dummy] /published: must match format \"date-time\""),
        message(
            "{'context':'dummy','type':'echo','actor':#,'object':{'type':'zzz','content':'x'}}",
            "[dummy] /object: " + L3),
        message(
            "{'context':'irc','type':'send','actor':#,'object':{'content':'x'}}",
            "[irc] /object: must have required property 'type'"),
        message(
            "{'context':'irc','type':'join','actor':#,'target':{'id':'x','type':'robot'}}",
            "[irc] /target: " + L3),
        message("{'context':'irc','id':5,'type':'send','actor':#}", "[irc] /id: must be string"),
        message(
            "{'context':'irc','type':'send','actor':{'id':5,'type':'person'}}",
            "[irc] /actor/id: must be string"),
        message(
            "{'context':'irc','type':'send','actor':#,'object':5}",
            "[irc] /object: must be object"),
        message(
            "{'context':'irc','type':'send','actor':#,'object':{'type':'message','content':5}}",
            "[irc] /object/content: must be string"),
        message(
            "{'context':'irc','type':'send','actor':#,'object':{'type':'message'}}",
            "[irc] /object: must have required property 'content'"),
        message(
            "{'context':'irc','type':'update','actor':#,'object':{'type':'topic','foo':1}}",
            "[irc] /object: must NOT have additional properties: foo"),
        message(
            "{'context':'xmpp','type':'update','actor':#,"
                + "'object':{'type':'presence','presence':'sleepy'}}",
            "[xmpp] /object/presence: must be equal to one of the allowed values:"
                + " away, chat, dnd, xa, offline, online"),
        credentials(
            "{'context':'irc','type':'credentials','actor':#,"
                + "'object':{'type':'credentials','server':'h'}}",
            "[irc] /object: must have required property 'nick'"),
        credentials(
            "{'context':'irc','type':'credentials','actor':#,"
                + "'object':{'type':'credentials','nick':'j','server':'h','port':'1'}}",
            "[irc] /object/port: must be number"),
        credentials(
            "{'context':'irc','type':'credentials','actor':#}",
            "[irc] activity stream: must have required property 'object'"),
        credentials(
            "{'context':'xmpp','type':'credentials','actor':#,'object':"
                + "{'type':'credentials','userAddress':'a@h','password':'x'}}",
            "[xmpp] /object: must have required property 'resource'"),
        new Row("activity-object", "{'id':'x'}", "/object: must have required property 'type'"),
        new Row("activity-object", "{'id':'x','type':'robot'}", "/object: " + L3),
        new Row(
            "activity-object", "{'type':'person'}", "/object: must have required property 'id'"),
        message("'x'", "message received is not an object."),
        message("[1]", "message received is not an object."),
        message("null", "message received is not an object."));
  }

  @ParameterizedTest
  @MethodSource("middle")
  void the_middle_dialect_is_refused_in_its_words(Row row) {
    client.speaks(Dialect.B);

    Told told = answer(row.event(), row.sent());

    ObjectNode expected =
        Wire.object().put("context", "error").put("error", "Error: " + row.text());
    expected.set("content", row.sent());
    assertThat(told).isEqualTo(new Told(expected, new Event("failure", expected)));
  }

  static Stream<Row> oldest() {
    return Stream.of(
        message("'x'", "message received is not an object."),
        message("{'@type':'send'}", "message must contain a context property"),
        message(
            "{'context':'nope','@type':'send','actor':'jane'}",
            "platform context nope not registered with this sockethub instance."),
        message(
            "{'context':'dummy','actor':{'@id':'jane','@type':'person'}}",
            "message must contain a @type property."),
        message(
            "{'context':'dummy','@type':'echo'}",
            "actvity-stream schema validation failed: /actor: must be object"),
        message(
            "{'context':'dummy','@type':'dance','actor':'jane'}",
            "actvity-stream schema validation failed: /@type:"
                + " must be equal to one of the allowed values"),
        credentials(
            "{'context':'feeds','actor':{'@id':'jane'},'object':{'@type':'credentials'}}",
            "no credentials schema found for feeds context"),
        credentials(
            "{'context':'irc','actor':{'@id':'zed@h'},"
                + "'object':{'@type':'credentials','server':'h'}}",
            "credentials schema validation failed: /object = must have required property 'nick'"),
        new Row(
            "activity-object",
            "{'@id':'jane'}",
            "activity-object schema validation failed: /object = must have required property"
                + " '@type'"));
  }

  @ParameterizedTest
  @MethodSource("oldest")
  void the_oldest_dialect_is_refused_by_an_event_that_says_why(Row row) {
    client.speaks(Dialect.A);
    JsonNode sent = row.sent();

    Told told = answer(row.event(), sent);

    assertThat(told.ack()).isEqualTo(json("{}"));
    assertThat(Frames.event(told).name()).isEqualTo("failure");
    JsonNode failure = Frames.event(told).payload();
    assertThat(failure.path("@type").asText()).isEqualTo("failure");
    assertThat(failure.path("error").asText()).isEqualTo(row.text());
    assertThat(failure.at("/object/content").asText()).isEqualTo(row.text());
    assertThat(failure.path("context")).isEqualTo(sent.path("context"));
  }

  @Test
  void a_refusal_in_the_oldest_dialect_bears_whose_it_is() {
    Told told =
        answer(
            "message",
            json(
                """
                {"@id":"m-9","context":"dummy","@type":"dance","actor":{"@id":"jane"}}"""));

    String text =
        "actvity-stream schema validation failed: /@type: must be equal to one of the allowed"
            + " values";
    assertThat(told.event())
        .isEqualTo(
            new Event(
                "failure",
                json(
                    """
                    {"@id":"m-9","context":"dummy","@type":"failure","actor":{"@id":"jane"},
                    "object":{"@type":"error","content":"%s"},"error":"%s"}"""
                        .formatted(text, text))));
  }

  @Test
  void what_is_no_object_is_echoed_as_one() {
    assertThat(answer("message", json("\"str\"")).ack())
        .isEqualTo(
            json(
                """
                {"0":"s","1":"t","2":"r","error":"message received is not an object."}"""));
    assertThat(answer("message", json("[1]")).ack())
        .isEqualTo(json("{\"0\":1,\"error\":\"message received is not an object.\"}"));
    assertThat(answer("message", json("null")).ack()).isEqualTo(json("{}"));
    assertThat(answer("message", null).ack()).isEqualTo(json("{}"));
    assertThat(answer("credentials", json("7")).ack())
        .isEqualTo(json("{\"error\":\"message received is not an object.\"}"));
  }

  @Test
  void a_long_text_that_is_no_object_is_not_echoed_whole() {
    JsonNode ack = answer("message", json("\"" + "x".repeat(10_000) + "\"")).ack();

    assertThat(ack).hasSize(257);
  }

  /** Each has all the mistakes of those after it. */
  @Test
  void of_several_mistakes_the_first_in_the_order_of_the_checks_is_told() {
    String[] inputs = {
      "{'@context':'x','type':1,'foo':1}",
      "{'@context':CTX(nope),'type':1,'foo':1}",
      "{'@context':CTX(nope),'type':'dance','foo':1}",
      "{'@context':CTX(nope),'type':'dance','actor':#,'foo':1}",
      "{'@context':CTX(caldav),'type':'dance','actor':#,'foo':1}",
      "{'@context':CTX(feeds),'type':'dance','actor':#,'foo':1}",
      "{'@context':CTX(feeds),'type':'credentials','actor':#,'foo':1}",
      "{'@context':CTX(feeds),'type':'credentials','actor':#}"
    };
    String[] texts = {
      "activity stream must contain an @context array.",
      "activity stream must contain a type property.",
      "activity stream must contain an actor property.",
      N + "Unregistered platform @context value: " + URL + "nope/v1.jsonld",
      "platform caldav resolved from @context is not enabled in this Sockethub instance.",
      "credential activity streams must have credentials set as type",
      "[feeds] activity stream: must NOT have additional properties: foo",
      "platform type credentials not supported by feeds platform. (types: fetch)"
    };
    for (int i = 0; i < inputs.length; i++) {
      Row row = credentials(inputs[i], texts[i]);
      assertThat(Frames.ack(answer("credentials", row.sent())).path("error").asText())
          .as(inputs[i])
          .isEqualTo(texts[i]);
    }
  }

  @Test
  void what_every_message_must_be_like_is_checked_before_what_the_platform_wants() {
    Row row =
        message("{'@context':CTX(dummy),'type':'dance','actor':{'id':'jane','type':'x'}}", "");

    assertThat(Frames.ack(answer("message", row.sent())).path("error").asText())
        .isEqualTo("[dummy] /actor: " + L1);
  }

  private Told answer(String event, @Nullable JsonNode input) {
    Received received = middleware.receive(client, event, input, true);
    assertThat(received).isInstanceOf(Received.Answer.class);
    return ((Received.Answer) received).told();
  }
}
