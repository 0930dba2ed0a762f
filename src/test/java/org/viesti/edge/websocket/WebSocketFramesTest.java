package org.viesti.edge.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.edge.SampleFrames.json;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.viesti.connection.DeviceConnection.Frames;
import org.viesti.connection.DeviceConnection.Malformed;
import org.viesti.edge.ProtoFrames;
import org.viesti.edge.SampleFrames;
import org.viesti.edge.WebSocketBytes;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.ServerFrame;
import org.viesti.protocol.v1.Payload;
import org.viesti.protocol.v1.PayloadType;
import org.viesti.testkit.WireFrame;

/** What goes over an open WebSocket, in both subprotocols. */
class WebSocketFramesTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static LiveNode node;

  @BeforeAll
  static void start() {
    node = new LiveNode();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void every_client_frame_arrives_in_json() throws Exception {
    try (StockClient client = StockClient.connect(node, "ann", "viesti.v1.json")) {
      LiveNode.Stream stream = opened(client.send("{'type':'hello'}"));
      for (Map.Entry<String, ClientFrame> sample : SampleFrames.CLIENT.entrySet()) {
        client.send(sample.getKey());
        assertThat(stream.next()).isEqualTo(new Frames(List.of(sample.getValue())));
      }
    }
  }

  @Test
  void every_client_frame_arrives_in_protobuf() throws Exception {
    try (StockClient client = StockClient.connect(node, "ann", "viesti.v1.proto")) {
      byte[] ping = proto(new ClientFrame.Ping("n"));
      LiveNode.Stream stream = opened(client.send(ping));
      assertThat(stream.next()).isEqualTo(new Frames(List.of(new ClientFrame.Ping("n"))));
      assertThat(client.nextBytes()).isEqualTo(new ProtoFrames().encode(new ServerFrame.Pong("n")));
      for (Map.Entry<String, ClientFrame> sample : SampleFrames.CLIENT.entrySet()) {
        client.send(org.viesti.edge.ProtoSamples.client(sample.getKey()));
        assertThat(stream.next()).isEqualTo(new Frames(List.of(sample.getValue())));
      }
    }
  }

  @Test
  void every_server_frame_reaches_the_client_in_json() throws Exception {
    try (StockClient client = StockClient.connect(node, "ann")) {
      LiveNode.Stream stream = opened(client.send("{'type':'hello'}"));
      stream.wire().send(List.copyOf(SampleFrames.SERVER.values()));
      for (String sample : SampleFrames.SERVER.keySet()) {
        assertThat(MAPPER.readTree(json(client.next()))).isEqualTo(MAPPER.readTree(json(sample)));
      }
    }
  }

  @Test
  void every_server_frame_reaches_the_client_in_protobuf() throws Exception {
    try (StockClient client = StockClient.connect(node, "ann", "viesti.v1.proto")) {
      LiveNode.Stream stream =
          opened(client.send(proto(new ClientFrame.Hello(null, null, null, null))));
      stream.wire().send(List.copyOf(SampleFrames.SERVER.values()));
      for (ServerFrame sample : SampleFrames.SERVER.values()) {
        assertThat(org.viesti.protocol.v1.ServerFrame.parseFrom(client.nextBytes()))
            .isEqualTo(ProtoFrames.frame(sample));
      }
    }
  }

  @Test
  void the_first_subprotocol_known_here_is_taken() throws Exception {
    try (StockClient client =
        StockClient.connect(node, "ann", "other", "viesti.v1.proto", "viesti.v1.json")) {
      assertThat(client.socket().getSubprotocol()).isEqualTo("viesti.v1.proto");
    }
  }

  @Test
  void frames_of_every_length_arrive_whole() throws Exception {
    try (StockClient client = StockClient.connect(node, "ann")) {
      LiveNode.Stream stream = opened(client.send("{'type':'hello'}"));
      for (int length : new int[] {85, 90, 98, 99, 100, 130, 65_000, 65_508, 65_509, 70_000}) {
        String detail = "x".repeat(length);
        stream.wire().send(List.of(ServerFrame.Error.of(Refusal.of(ErrorCode.GONE, detail), null)));
        assertThat(client.next())
            .isEqualTo("{'type':'error','code':'GONE','detail':'" + detail + "'}");
      }
    }
  }

  @Test
  void the_frames_of_one_read_are_one_message() throws Exception {
    try (RawClient client = RawClient.upgraded(node)) {
      LiveNode.Stream stream = opened(client.text("{'type':'hello'}").write());
      client.text("{'type':'ping'}").write();
      stream.next();
      client.next(); // from here on the stream is surely open, and read without pause
      for (int i = 0; i < 20; i++) {
        client.text("{'type':'pong','nonce':'" + i + "'}");
      }
      client.write();
      assertThat(stream.next())
          .isInstanceOfSatisfying(Frames.class, told -> assertThat(told.frames()).hasSize(20));
    }
  }

  @Test
  void what_is_malformed_is_told_in_its_place_and_the_stream_goes_on() throws Exception {
    try (RawClient client = RawClient.upgraded(node)) {
      LiveNode.Stream stream = opened(client.text("{'type':'hello'}").write());
      client
          .text("{'type':'pong','nonce':'1'}")
          .text("nonsense")
          .text("{'type':'pong','nonce':'2'}")
          .write();
      assertThat(stream.next()).isEqualTo(new Frames(List.of(new ClientFrame.Pong("1"))));
      assertThat(stream.next())
          .isInstanceOfSatisfying(
              Malformed.class, told -> assertThat(told.refusal().detail()).contains("not JSON"));
      assertThat(stream.next()).isEqualTo(new Frames(List.of(new ClientFrame.Pong("2"))));
    }
  }

  @Test
  void a_payload_that_does_not_match_is_told_as_such() throws Exception {
    try (StockClient client = StockClient.connect(node, "ann", "viesti.v1.proto")) {
      LiveNode.Stream stream = opened(client.send(proto(new ClientFrame.Ping(null))));
      stream.next();
      client.send(
          org.viesti.protocol.v1.ClientFrame.newBuilder()
              .setSend(
                  org.viesti.protocol.v1.ClientFrame.Send.newBuilder()
                      .setId("1")
                      .setRoom("r")
                      .setPayload(
                          Payload.newBuilder()
                              .setType(PayloadType.PAYLOAD_TYPE_CALL)
                              .setText(Payload.Text.newBuilder().setBody("hi"))))
              .build()
              .toByteArray());
      assertThat(stream.next())
          .isInstanceOfSatisfying(
              Malformed.class,
              told -> assertThat(told.refusal().code()).isEqualTo(ErrorCode.PAYLOAD_MISMATCH));
    }
  }

  @Test
  void each_subprotocol_has_its_kind_of_message() throws Exception {
    try (StockClient client = StockClient.connect(node, "ann")) {
      LiveNode.Stream stream = opened(client.send("{'type':'hello'}"));
      client.send("{}".getBytes(UTF_8));
      assertThat(stream.next())
          .isEqualTo(
              new Malformed(
                  Refusal.of(ErrorCode.INVALID_ARGUMENT, "viesti.v1.json speaks in text messages"),
                  null));
    }
  }

  @Test
  void fragments_are_one_message() throws Exception {
    try (RawClient client = RawClient.upgraded(node)) {
      client.add(WebSocketBytes.TEXT, json("{'type':").getBytes(UTF_8));
      client.add(0, json("'hello','res").getBytes(UTF_8)).write();
      client.add(RawClient.FIN | WebSocketBytes.PING, new byte[] {7}).write();
      assertThat(client.next().content()).containsExactly(7);
      client.add(RawClient.FIN, json("ume':'r'}").getBytes(UTF_8)).write();
      assertThat(node.stream().hello().resume()).isEqualTo("r");
    }
  }

  @Test
  void a_control_ping_is_answered_and_both_kinds_show_life() throws Exception {
    try (RawClient client = RawClient.upgraded(node)) {
      LiveNode.Stream stream = opened(client.text("{'type':'hello'}").write());
      stream.wire().send(List.of(new ServerFrame.Ping("n")));
      assertThat(client.next().text()).isEqualTo(json("{'type':'ping','nonce':'n'}"));
      assertThat(client.next().first()).isEqualTo(RawClient.FIN | WebSocketBytes.PING);
      client.add(RawClient.FIN | WebSocketBytes.PONG, new byte[0]).write();
      assertThat(stream.next()).isEqualTo(new Frames(List.of(new ClientFrame.Pong(null))));
      client.add(RawClient.FIN | WebSocketBytes.PING, new byte[] {1, 2}).write();
      WireFrame pong = client.next();
      assertThat(pong.first()).isEqualTo(RawClient.FIN | WebSocketBytes.PONG);
      assertThat(pong.content()).containsExactly(1, 2);
      assertThat(stream.next()).isEqualTo(new Frames(List.of(new ClientFrame.Pong(null))));
    }
  }

  private static byte[] proto(ClientFrame frame) {
    return SampleFrames.CLIENT.entrySet().stream()
        .filter(sample -> sample.getValue().equals(frame))
        .map(sample -> org.viesti.edge.ProtoSamples.client(sample.getKey()))
        .findFirst()
        .orElseThrow();
  }

  /** The stream that opens by what was sent. */
  private static LiveNode.Stream opened(Object sent) throws Exception {
    return node.stream();
  }
}
