package org.viesti.edge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.viesti.edge.SampleFrames.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Publication;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.protocol.ServerFrame;

/**
 * The frames of topics in both forms. They hold bytes: text in JSON where they are text, so that a
 * frame is not the same in both, and one by one is compared.
 */
class TopicFramesTest {
  /** Only edges that number deliveries make and take these. */
  static final Set<Class<?>> NOT_WRITTEN =
      Set.of(
          ClientFrame.Received.class,
          ClientFrame.Done.class,
          ClientFrame.Release.class,
          ClientFrame.Leave.class,
          ServerFrame.Released.class,
          ServerFrame.Release.class);

  /** Those of this test. */
  static final Set<Class<?>> WRITTEN =
      Set.of(
          ClientFrame.Publish.class,
          ClientFrame.Subscribe.class,
          ClientFrame.Unsubscribe.class,
          ServerFrame.Published.class,
          ServerFrame.PublishAck.class,
          ServerFrame.Subscribed.class,
          ServerFrame.Unsubscribed.class);

  private static final String PROPERTIES =
      "'properties':{'utf8':true,'content_type':'text/plain','response_topic':'r/1','correlation':'AQI=','user':[{'name':'k','value':'v'}]}";

  private static final String PUBLISH =
      "{'type':'publish','id':'1','topic':'a/b','payload':'aGVp','qos':2,'retain':true,'expiry':60,"
          + PROPERTIES
          + "}";

  private static final String SUBSCRIBE =
      "{'type':'subscribe','id':'1','filters':[{'filter':'a/+','qos':1,'no_local':true,'as_published':true,'retained':2,'identifier':7,'from':{'time':1700}},{'filter':'b','from':{'positions':{'streams/0':7}}}]}";

  private static final String UNSUBSCRIBE = "{'type':'unsubscribe','id':'1','filters':['a/+','b']}";

  /** As protobuf's JSON has them, at their fullest. */
  static final List<String> PROTO = List.of(PUBLISH, SUBSCRIBE, UNSUBSCRIBE);

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Publication.Properties ALL =
      new Publication.Properties(
          true, "text/plain", "r/1", new byte[] {1, 2}, List.of(new Publication.Pair("k", "v")));

  private static Publication publication(
      byte[] payload, Publication.@Nullable Properties properties) {
    return new Publication("acme", "a/b", payload, 1, true, 1700, 0, "ann", properties);
  }

  private static ClientFrame fromJson(String sample) {
    byte[] bytes = json(sample).getBytes(UTF_8);
    return new JsonFrames().decode(bytes, 0, bytes.length).getFirst();
  }

  private static ClientFrame fromProto(String sample) throws Exception {
    byte[] bytes =
        ProtoTree.message(
                org.viesti.protocol.v1.ClientFrame.newBuilder(),
                MAPPER.readTree(json(sample)),
                new HashSet<>())
            .toByteArray();
    return new ProtoFrames().decode(bytes, 0, bytes.length).getFirst();
  }

  private static JsonNode toJson(ServerFrame frame) throws Exception {
    return MAPPER.readTree(new JsonFrames().encode(frame));
  }

  private static JsonNode toProto(ServerFrame frame) throws Exception {
    return MAPPER.readTree(
        ProtoTree.tree(
                org.viesti.protocol.v1.ServerFrame.parseFrom(new ProtoFrames().encode(frame)))
            .toString());
  }

  private static void isTheFullest(ClientFrame frame) {
    ClientFrame.Publish publish = (ClientFrame.Publish) frame;
    assertThat(publish.id()).isEqualTo("1");
    assertThat(publish.topic()).isEqualTo("a/b");
    assertThat(publish.bytes()).isEqualTo("hei".getBytes(UTF_8));
    assertThat(publish.qos()).isEqualTo(2);
    assertThat(publish.retain()).isTrue();
    assertThat(publish.expiry()).isEqualTo(60);
    assertThat(publish.properties()).usingRecursiveComparison().isEqualTo(ALL);
  }

  @Test
  void a_publish_is_read_in_both_forms() throws Exception {
    isTheFullest(fromProto(PUBLISH));
    isTheFullest(fromJson(PUBLISH.replace("'aGVp'", "'hei'")));
    isTheFullest(fromJson(PUBLISH.replace("'payload'", "'base64'")));
  }

  @Test
  void a_publish_needs_no_more_than_a_topic() throws Exception {
    for (String bare : List.of("{'type':'publish','topic':'a'}")) {
      for (ClientFrame frame : List.of(fromJson(bare), fromProto(bare))) {
        ClientFrame.Publish publish = (ClientFrame.Publish) frame;
        assertThat(publish.id()).isNull();
        assertThat(publish.bytes()).isEmpty();
        assertThat(publish.qos()).isZero();
        assertThat(publish.retain()).isFalse();
        assertThat(publish.expiry()).isNull();
        assertThat(publish.properties()).isNull();
      }
    }
  }

  @Test
  void filters_are_read_in_both_forms() throws Exception {
    ClientFrame.Subscribe full =
        new ClientFrame.Subscribe(
            "1",
            List.of(
                new ClientFrame.Wanted(
                    "a/+", 1, true, true, 2, 7, new ClientFrame.From(1700L, null)),
                new ClientFrame.Wanted(
                    "b",
                    0,
                    false,
                    false,
                    0,
                    0,
                    new ClientFrame.From(null, Map.of("streams/0", 7L)))));
    assertThat(fromJson(SUBSCRIBE)).isEqualTo(full);
    assertThat(fromProto(SUBSCRIBE)).isEqualTo(full);
    assertThat(fromJson("{'type':'subscribe','id':'1','filters':[{'filter':'#'}]}"))
        .isEqualTo(
            new ClientFrame.Subscribe(
                "1", List.of(new ClientFrame.Wanted("#", 0, false, false, 0, 0))));
    ClientFrame.Unsubscribe not = new ClientFrame.Unsubscribe("1", List.of("a/+", "b"));
    assertThat(fromJson(UNSUBSCRIBE)).isEqualTo(not);
    assertThat(fromProto(UNSUBSCRIBE)).isEqualTo(not);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'publish','topic':'a/+'}",
        "{'type':'publish','topic':''}",
        "{'type':'publish','id':'1'}",
        "{'type':'publish','topic':'a','qos':1}",
        "{'type':'publish','topic':'a','qos':3,'id':'1'}",
        "{'type':'publish','topic':'a','expiry':-1}",
        "{'type':'publish','topic':'a','payload':'x','base64':'eA=='}",
        "{'type':'subscribe','id':'1','filters':[]}",
        "{'type':'subscribe','filters':[{'filter':'a'}]}",
        "{'type':'subscribe','id':'1','filters':[{'filter':'a#'}]}",
        "{'type':'subscribe','id':'1','filters':[{'filter':'a','retained':3}]}",
        "{'type':'subscribe','id':'1','filters':[{'filter':'a','identifier':268435456}]}",
        "{'type':'unsubscribe','id':'1','filters':['a+']}",
        "{'type':'done','delivery':1}",
      })
  void what_is_wrong_is_refused(String sample) {
    assertThatThrownBy(() -> fromJson(sample))
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> assertThat(refused.refusal().code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
  }

  @Test
  void a_publication_is_text_in_json_if_it_is_text() throws Exception {
    ServerFrame.Published text =
        new ServerFrame.Published(
            publication("hei".getBytes(UTF_8), ALL), 0, 1, true, false, new int[] {7});
    String expected =
        "{'type':'published','topic':'a/b','payload':'hei','qos':1,'retain':true,'at':1700,"
            + PROPERTIES
            + ",'identifiers':[7]}";
    assertThat(toJson(text)).isEqualTo(MAPPER.readTree(json(expected)));
    assertThat(toProto(text)).isEqualTo(MAPPER.readTree(json(expected.replace("'hei'", "'aGVp'"))));

    ServerFrame.Published bytes =
        new ServerFrame.Published(
            publication(new byte[] {(byte) 0xff}, null), 0, 0, false, false, new int[0]);
    assertThat(toJson(bytes))
        .isEqualTo(
            MAPPER.readTree(
                json(
                    "{'type':'published','topic':'a/b','base64':'/w==','qos':0,'retain':false,'at':1700}")));
  }

  @Test
  void where_it_is_recorded_goes_with_a_publication() throws Exception {
    ServerFrame.Published recorded =
        new ServerFrame.Published(
            publication("hei".getBytes(UTF_8), null),
            0,
            1,
            false,
            false,
            new int[0],
            "streams/0",
            65_536);
    String place = ",'stream':'streams/0','position':65536}";
    String expected =
        "{'type':'published','topic':'a/b','payload':'hei','qos':1,'retain':false,'at':1700"
            + place;
    assertThat(toJson(recorded)).isEqualTo(MAPPER.readTree(json(expected)));
    assertThat(toProto(recorded).path("stream").asText()).isEqualTo("streams/0");
    assertThat(toProto(recorded).path("position").asLong()).isEqualTo(65_536);
  }

  @Test
  void where_a_subscription_begins_is_told_in_both_forms() throws Exception {
    ServerFrame.Subscribed subscribed =
        new ServerFrame.Subscribed(
            "1", List.of(new ServerFrame.Grant(1, null, Map.of("streams/0", 7L))));
    for (JsonNode written : List.of(toJson(subscribed), toProto(subscribed))) {
      assertThat(written.path("grants").get(0).path("positions").path("streams/0").asLong())
          .isEqualTo(7);
    }
  }

  @Test
  void answers_are_the_same_in_both_forms() throws Exception {
    same("{'type':'publish_ack','id':'1','matched':true}", new ServerFrame.PublishAck("1", true));
    same(
        "{'type':'unsubscribed','id':'1','existed':[true,true]}",
        new ServerFrame.Unsubscribed("1", List.of(true, true)));
    ServerFrame.Subscribed subscribed =
        new ServerFrame.Subscribed(
            "1",
            List.of(
                new ServerFrame.Grant(1, null),
                new ServerFrame.Grant(2, Refusal.of(ErrorCode.PERMISSION_DENIED, "no"))));
    for (JsonNode written : List.of(toJson(subscribed), toProto(subscribed))) {
      JsonNode grants = written.path("grants");
      assertThat(grants.get(0).path("qos").asInt()).isEqualTo(1);
      assertThat(grants.get(0).has("refused")).isFalse();
      assertThat(grants.get(1).path("refused").path("code").asText()).endsWith("PERMISSION_DENIED");
      assertThat(grants.get(1).path("refused").path("detail").asText()).isEqualTo("no");
    }
  }

  private static void same(String expected, ServerFrame frame) throws Exception {
    assertThat(toJson(frame)).isEqualTo(MAPPER.readTree(json(expected)));
    assertThat(toProto(frame)).isEqualTo(MAPPER.readTree(json(expected)));
  }
}
