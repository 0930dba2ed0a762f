package org.viesti.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.viesti.edge.SampleFrames.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.protocol.v1.ClientFrame;
import org.viesti.protocol.v1.Payload;
import org.viesti.protocol.v1.PayloadType;
import org.viesti.protocol.v1.ServerFrame;

class ProtoFramesTest {
  private static final ProtoFrames CODEC = new ProtoFrames();
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TestFactory
  Stream<DynamicTest> every_client_frame_decodes_as_from_json() {
    return SampleFrames.CLIENT.entrySet().stream()
        .map(
            sample ->
                DynamicTest.dynamicTest(
                    sample.getKey(),
                    () ->
                        assertThat(decode(client(sample.getKey(), new HashSet<>())))
                            .containsExactly(sample.getValue())));
  }

  @TestFactory
  Stream<DynamicTest> every_server_frame_says_what_its_json_says() {
    return SampleFrames.SERVER.entrySet().stream()
        .map(
            sample ->
                DynamicTest.dynamicTest(
                    sample.getKey(),
                    () ->
                        assertThat(
                                MAPPER.readTree(
                                    ProtoTree.tree(server(sample.getValue())).toString()))
                            .isEqualTo(MAPPER.readTree(json(sample.getKey())))));
  }

  @Test
  void the_samples_fill_every_field_of_the_schema() throws Exception {
    Set<String> filled = new HashSet<>();
    for (String sample : SampleFrames.CLIENT.keySet()) {
      client(sample, filled);
    }
    for (String sample : TopicFramesTest.PROTO) {
      client(sample, filled);
    }
    for (String sample : SampleFrames.SERVER.keySet()) {
      if (!sample.contains("'delivery'") && !sample.contains("'error'")) {
        ProtoTree.message(ServerFrame.newBuilder(), MAPPER.readTree(json(sample)), filled);
      }
    }
    Set<String> all = new TreeSet<>();
    fields(ClientFrame.getDescriptor(), all, new HashSet<>());
    assertThat(filled).containsAll(all);
  }

  private static void fields(Descriptor type, Set<String> all, Set<Descriptor> seen) {
    if (seen.add(type) && type.getFullName().startsWith("viesti.")) {
      for (FieldDescriptor field : type.getFields()) {
        if (!type.getOptions().getMapEntry()) {
          all.add(field.getFullName());
        }
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
          fields(field.getMessageType(), all, seen);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void every_error_code_is_in_the_schema(ErrorCode code) {
    assertThat(ProtoFrames.code(code).name()).isEqualTo("ERROR_CODE_" + code);
  }

  @ParameterizedTest
  @EnumSource(PayloadType.class)
  void a_type_that_is_not_the_filled_branch_is_refused(PayloadType type) {
    if (type == PayloadType.UNRECOGNIZED || type == PayloadType.PAYLOAD_TYPE_TEXT) {
      return;
    }
    Refusal refusal = refusal(send(text().setType(type)));
    assertThat(refusal.code()).isEqualTo(ErrorCode.PAYLOAD_MISMATCH);
    assertThat(refusal.detail()).contains(type.name(), "PAYLOAD_TYPE_TEXT");
  }

  @Test
  void a_type_without_a_body_is_refused() {
    Refusal refusal = refusal(send(Payload.newBuilder().setType(PayloadType.PAYLOAD_TYPE_TEXT)));
    assertThat(refusal.code()).isEqualTo(ErrorCode.PAYLOAD_MISMATCH);
  }

  @Test
  void a_send_without_a_payload_is_refused() {
    Refusal refusal =
        refusal(
            ClientFrame.newBuilder()
                .setSend(ClientFrame.Send.newBuilder().setId("1").setRoom("r"))
                .build());
    assertThat(refusal).isEqualTo(Refusal.of(ErrorCode.INVALID_ARGUMENT, "payload is missing"));
  }

  @Test
  void the_same_bounds_hold_as_in_json() {
    ClientFrame noId =
        send(text()).toBuilder().setSend(send(text()).getSend().toBuilder().clearId()).build();
    assertThat(refusal(noId).detail()).contains("id must have 1 to 64 characters");
  }

  @Test
  void an_empty_frame_is_refused() {
    assertThat(refusal(ClientFrame.getDefaultInstance()).code())
        .isEqualTo(ErrorCode.INVALID_ARGUMENT);
  }

  @Test
  void bytes_that_are_no_protobuf_are_refused() {
    Refusal refusal =
        catchThrowableOfType(Refused.class, () -> CODEC.decode(new byte[] {-1, -1, -1}, 0, 3))
            .refusal();
    assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(refusal.detail()).contains("not a ClientFrame");
  }

  @Test
  void whole_numbers_in_free_structures_stay_whole() throws Exception {
    JsonNode sample = MAPPER.readTree("{\"a\":1,\"b\":[-7,0.5],\"c\":9007199254740992}");
    var map = Structs.map(Structs.struct(MAPPER.convertValue(sample, java.util.Map.class)));
    assertThat(MAPPER.writeValueAsString(map))
        .isEqualTo("{\"a\":1,\"b\":[-7,0.5],\"c\":9007199254740992}");
  }

  private static Payload.Builder text() {
    return Payload.newBuilder()
        .setType(PayloadType.PAYLOAD_TYPE_TEXT)
        .setText(Payload.Text.newBuilder().setBody("hi"));
  }

  private static ClientFrame send(Payload.Builder payload) {
    return ClientFrame.newBuilder()
        .setSend(ClientFrame.Send.newBuilder().setId("1").setRoom("r").setPayload(payload))
        .build();
  }

  private static ClientFrame client(String sample, Set<String> filled) throws Exception {
    return (ClientFrame)
        ProtoTree.message(ClientFrame.newBuilder(), MAPPER.readTree(json(sample)), filled);
  }

  private static ServerFrame server(org.viesti.protocol.ServerFrame frame) throws Exception {
    return ServerFrame.parseFrom(CODEC.encode(frame));
  }

  private static List<org.viesti.protocol.ClientFrame> decode(ClientFrame frame) {
    byte[] bytes = frame.toByteArray();
    return CODEC.decode(bytes, 0, bytes.length);
  }

  private static Refusal refusal(ClientFrame frame) {
    return catchThrowableOfType(Refused.class, () -> decode(frame)).refusal();
  }
}
