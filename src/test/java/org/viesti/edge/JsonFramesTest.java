package org.viesti.edge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.viesti.edge.SampleFrames.json;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Payload;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.protocol.ServerFrame;

class JsonFramesTest {
  private static final JsonFrames CODEC = new JsonFrames();
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TestFactory
  Stream<DynamicTest> every_client_frame_decodes() {
    return SampleFrames.CLIENT.entrySet().stream()
        .map(
            sample ->
                DynamicTest.dynamicTest(
                    sample.getKey(),
                    () -> assertThat(decode(sample.getKey())).containsExactly(sample.getValue())));
  }

  @TestFactory
  Stream<DynamicTest> every_server_frame_encodes() {
    return SampleFrames.SERVER.entrySet().stream()
        .map(
            sample ->
                DynamicTest.dynamicTest(
                    sample.getKey(),
                    () ->
                        assertThat(MAPPER.readTree(CODEC.encode(sample.getValue())))
                            .isEqualTo(MAPPER.readTree(json(sample.getKey())))));
  }

  @Test
  void the_samples_leave_no_frame_out() {
    assertThat(kinds(SampleFrames.CLIENT))
        .containsExactlyInAnyOrder(chat(ClientFrame.class.getPermittedSubclasses()));
    assertThat(kinds(SampleFrames.SERVER))
        .containsExactlyInAnyOrder(chat(ServerFrame.class.getPermittedSubclasses()));
    assertThat(kinds(SampleFrames.PAYLOADS))
        .containsExactlyInAnyOrder(Payload.class.getPermittedSubclasses());
  }

  /** Without those of topics, which have their own test. */
  private static Class<?>[] chat(Class<?>[] frames) {
    return Stream.of(frames)
        .filter(frame -> !TopicFramesTest.WRITTEN.contains(frame))
        .filter(frame -> !TopicFramesTest.NOT_WRITTEN.contains(frame))
        .toArray(Class<?>[]::new);
  }

  private static List<Class<?>> kinds(Map<String, ?> samples) {
    return samples.values().stream()
        .<Class<?>>map(Object::getClass)
        .distinct()
        .collect(Collectors.toList());
  }

  @Test
  void a_delivery_is_encoded_once_for_all_receivers() {
    ServerFrame delivery =
        SampleFrames.SERVER.values().stream()
            .filter(ServerFrame.Delivery.class::isInstance)
            .findFirst()
            .orElseThrow();
    assertThat(CODEC.encode(delivery)).isSameAs(CODEC.encode(delivery));
  }

  @Test
  void an_array_is_several_frames() {
    assertThat(decode(" [{'type':'ping'},{'type':'ping','nonce':'2'}]"))
        .containsExactly(new ClientFrame.Ping(null), new ClientFrame.Ping("2"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {                                                              | INVALID_ARGUMENT | not JSON
          nonsense                                                       | INVALID_ARGUMENT | not JSON
          `  `                                                           | INVALID_ARGUMENT | empty
          null                                                           | INVALID_ARGUMENT | a frame is null
          [null]                                                         | INVALID_ARGUMENT | a frame is null
          7                                                              | INVALID_ARGUMENT | type
          {'type':'ping'} {'type':'ping'}                                | INVALID_ARGUMENT | the frame
          {}                                                             | INVALID_ARGUMENT | type is missing in the frame
          {'type':'shout'}                                               | INVALID_ARGUMENT | type "shout" is not known
          {'type':'ping','colour':'red'}                                 | INVALID_ARGUMENT | colour is not a known field
          {'type':'ping','nonce':7}                                      | INVALID_ARGUMENT | nonce must be a string
          {'type':'read','room':'r'}                                     | INVALID_ARGUMENT | seq is missing
          {'type':'read','room':'r','seq':null}                          | INVALID_ARGUMENT | seq is missing
          {'type':'read','room':'r','seq':'7'}                           | INVALID_ARGUMENT | seq must be a whole number
          {'type':'read','room':'r','seq':7.5}                           | INVALID_ARGUMENT | seq must be a whole number
          {'type':'read','room':'r','seq':99999999999999999999}          | INVALID_ARGUMENT | seq
          {'type':'ping','nonce':'\\ud800x'}                              | INVALID_ARGUMENT | nonce holds half a surrogate pair
          {'type':'read','room':'r','seq':-1}                            | INVALID_ARGUMENT | seq must not be negative
          {'type':'read','room':'no spaces','seq':1}                     | INVALID_ARGUMENT | room id
          {'type':'typing','room':'r'}                                   | INVALID_ARGUMENT | typing is missing
          {'type':'typing','room':'r','typing':'yes'}                    | INVALID_ARGUMENT | typing must be true or false
          {'type':'ack'}                                                 | INVALID_ARGUMENT | positions is missing
          {'type':'ack','positions':[]}                                  | INVALID_ARGUMENT | positions must be an object
          {'type':'ack','positions':{'elsewhere':1}}                     | INVALID_ARGUMENT | topic must be
          {'type':'ack','positions':{'rooms/r':null}}                    | INVALID_ARGUMENT | positions of rooms/r is missing
          {'type':'ack','positions':{'rooms/r':-1}}                      | INVALID_ARGUMENT | positions of rooms/r must not be negative
          {'type':'watch'}                                               | INVALID_ARGUMENT | users is missing
          {'type':'watch','users':'ann'}                                 | INVALID_ARGUMENT | users must be a list
          {'type':'watch','users':[null]}                                | INVALID_ARGUMENT | user id
          {'type':'presence','status':'asleep'}                          | INVALID_ARGUMENT | status must be
          {'type':'presence'}                                            | INVALID_ARGUMENT | status must be
          {'type':'hello','positions':{'rooms/r':-1}}                    | INVALID_ARGUMENT | positions of rooms/r
          {'type':'hello','deflate':-1}                                  | INVALID_ARGUMENT | deflate must not be negative
          {'type':'redact','id':'1','target':'general'}                  | INVALID_ARGUMENT | target must be a message id
          {'type':'redact','target':'general.1'}                         | INVALID_ARGUMENT | id must have 1 to 64
          {'type':'react','id':'1','target':'r.1','reaction':'','add':true} | INVALID_ARGUMENT | reaction must have 1 to 64
          {'type':'react','id':'1','target':'r.1','reaction':'x'}        | INVALID_ARGUMENT | add is missing
          {'type':'send_batch','messages':[]}                            | INVALID_ARGUMENT | messages is empty
          {'type':'send_batch','messages':[null]}                        | INVALID_ARGUMENT | messages holds a null
          {'type':'send_batch','messages':[{'id':7}]}                    | INVALID_ARGUMENT | messages[0].id must be a string
          {'type':'send','id':'1','room':'r'}                            | INVALID_ARGUMENT | payload is missing
          {'type':'send','id':'','room':'r','payload':{'type':'text','body':'x'}} | INVALID_ARGUMENT | id must have 1 to 64
          {'type':'send','id':'1','room':'r','payload':{'type':'text','body':'x'},'reply_to':'r'} | INVALID_ARGUMENT | reply_to
          {'type':'send','id':'1','room':'r','payload':{'type':'text','body':'x'},'mentions':['a b']} | INVALID_ARGUMENT | user id
          """)
  void what_is_no_frame_is_refused_with_a_sentence(String text, ErrorCode code, String sentence) {
    Refusal refusal = refusal(text == null ? "  " : text);
    assertThat(refusal.code()).isEqualTo(code);
    assertThat(refusal.detail()).contains(sentence).doesNotContain("org.viesti", "java.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          'hi'                                                           | type is missing in payload
          {'body':'hi'}                                                  | type is missing in payload
          {'type':'song','body':'hi'}                                    | type "song" is not known in payload
          {'type':'text'}                                                | text.body is missing
          {'type':'text','uri':'https://files/1'}                        | payload.uri is not a known field
          {'type':'text','body':7}                                       | payload.body must be a string
          {'type':'text','body':'x','annotations':[null]}                | text.annotations holds a null
          {'type':'text','body':'x','annotations':[{'kind':'link','offset':0,'length':2}]} | annotation must lie inside
          {'type':'text','body':'\\udc00'}                                | text.body holds half a surrogate pair
          {'type':'data','data':{'a':['\\ud83d']}}                         | data.data holds half a surrogate pair
          {'type':'data','data':{'\\ud83d':1}}                             | data.data holds half a surrogate pair
          {'type':'attachment','body':'hi'}                              | payload.body is not a known field
          {'type':'attachment','uri':'u','previews':[{}]}                | attachment.previews.uri is missing
          {'type':'encrypted','algorithm':'olm','ciphertext':'?'}        | encrypted.ciphertext is not base64
          {'type':'call','call_id':'1'}                                  | call.action is missing
          {'type':'moderation','body':'x','targets':[null]}              | moderation.targets holds a null
          {'type':'data'}                                                | data.data is missing
          {'type':'data','data':{'n':1e999}}                             | data.data holds a number too large
          """)
  void a_payload_that_does_not_match_its_type_is_a_mismatch(String payload, String sentence) {
    Refusal refusal = refusal("{'type':'send','id':'1','room':'r','payload':" + payload + "}");
    assertThat(refusal.code()).isEqualTo(ErrorCode.PAYLOAD_MISMATCH);
    assertThat(refusal.detail()).contains(sentence);
  }

  @Test
  void a_free_structure_is_at_most_twenty_deep() {
    String head = "{'type':'send','id':'1','room':'r','payload':{'type':'data','data':";
    assertThat(decode(head + "{'a':".repeat(20) + "1" + "}".repeat(20) + "}}")).hasSize(1);
    assertThat(refusal(head + "{'a':".repeat(21) + "1" + "}".repeat(21) + "}}").detail())
        .contains("nested more than 20 deep");
    assertThat(refusal(head + "{'a':".repeat(5000) + "1" + "}".repeat(5000) + "}}").detail())
        .contains("nested too deep");
  }

  private static List<ClientFrame> decode(String sample) {
    byte[] bytes = ("??" + json(sample) + "?").getBytes(UTF_8);
    return CODEC.decode(bytes, 2, bytes.length - 3);
  }

  private static Refusal refusal(String sample) {
    return catchThrowableOfType(Refused.class, () -> decode(sample)).refusal();
  }
}
