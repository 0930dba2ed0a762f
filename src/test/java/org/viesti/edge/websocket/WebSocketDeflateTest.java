package org.viesti.edge.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.edge.SampleFrames.json;

import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.viesti.connection.DeviceConnection.Frames;
import org.viesti.connection.DeviceConnection.Malformed;
import org.viesti.edge.WebSocketBytes;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.ServerFrame;
import org.viesti.testkit.WireFrame;

/** permessage-deflate: agreed, threshold, both directions. */
class WebSocketDeflateTest {
  private static final String OFFER =
      "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits";
  private static final int TEXT = RawClient.FIN | WebSocketBytes.TEXT;
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
  void only_frames_of_the_threshold_and_more_are_compressed() throws Exception {
    try (RawClient client = RawClient.upgraded(node, OFFER)) {
      client.text("{'type':'hello'}").write();
      LiveNode.Stream stream = node.stream();
      stream.wire().send(List.of(error(900), error(1000), error(900)));
      assertThat(client.next().first()).isEqualTo(TEXT);
      WireFrame compressed = client.next();
      assertThat(compressed.first()).isEqualTo(TEXT | WireFrame.COMPRESSED);
      assertThat(compressed.content().length).isLessThan(100);
      assertThat(plain(compressed)).isEqualTo(text(1000));
      assertThat(client.next().text()).isEqualTo(text(900));
    }
  }

  @Test
  void the_hello_can_set_another_threshold() throws Exception {
    try (RawClient client = RawClient.upgraded(node, OFFER)) {
      client.text("{'type':'hello','deflate':50}").write();
      node.stream().wire().send(List.of(error(100)));
      assertThat(plain(client.next())).isEqualTo(text(100));
    }
  }

  @Test
  void a_client_that_did_not_offer_is_spared() throws Exception {
    try (RawClient client = RawClient.upgraded(node)) {
      client.text("{'type':'hello','deflate':50}").write();
      node.stream().wire().send(List.of(error(2000)));
      assertThat(client.next().text()).isEqualTo(text(2000));
    }
  }

  @Test
  void a_compressed_frame_without_an_agreement_is_a_protocol_error() throws Exception {
    try (RawClient client = RawClient.upgraded(node)) {
      client.add(TEXT | WireFrame.COMPRESSED, Deflate.compress("{}".getBytes(UTF_8))).write();
      assertThat(client.next().text()).contains("not WebSocket");
      assertThat(client.closeCode()).isEqualTo(1002);
    }
  }

  @Test
  void a_client_may_compress_in_fragments_too() throws Exception {
    try (RawClient client = RawClient.upgraded(node, OFFER)) {
      client.text("{'type':'hello'}").write();
      LiveNode.Stream stream = node.stream();
      byte[] small = Deflate.compress(json("{'type':'pong','nonce':'1'}").getBytes(UTF_8));
      client.add(TEXT | WireFrame.COMPRESSED, small).write();
      assertThat(stream.next()).isEqualTo(new Frames(List.of(new ClientFrame.Pong("1"))));
      client
          .add(WebSocketBytes.TEXT | WireFrame.COMPRESSED, java.util.Arrays.copyOf(small, 5))
          .add(RawClient.FIN, java.util.Arrays.copyOfRange(small, 5, small.length))
          .write();
      assertThat(stream.next()).isEqualTo(new Frames(List.of(new ClientFrame.Pong("1"))));
    }
  }

  @Test
  void a_bomb_is_too_large() throws Exception {
    try (RawClient client = RawClient.upgraded(node, OFFER)) {
      byte[] bomb = Deflate.compress(new byte[1_000_000]);
      assertThat(bomb.length).isLessThan(16_384);
      client.add(TEXT | WireFrame.COMPRESSED, bomb).write();
      assertThat(client.next().text()).contains("TOO_LARGE");
      assertThat(client.closeCode()).isEqualTo(1009);
    }
  }

  @Test
  void what_is_not_deflated_is_malformed() throws Exception {
    try (RawClient client = RawClient.upgraded(node, OFFER)) {
      client.text("{'type':'hello'}").write();
      LiveNode.Stream stream = node.stream();
      client.add(TEXT | WireFrame.COMPRESSED, new byte[] {-1, -1, -1, -1}).write();
      assertThat(stream.next())
          .isInstanceOfSatisfying(
              Malformed.class,
              told -> assertThat(told.refusal().detail()).contains("not deflated"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "permessage-deflate, true",
    "permessage-deflate; server_no_context_takeover; client_max_window_bits=10, true",
    "permessage-deflate; server_max_window_bits=10, false",
    "'permessage-deflate; server_max_window_bits=10, permessage-deflate', true",
    "permessage-deflate; colour=red, false",
    "x-webkit-deflate-frame, false"
  })
  void only_what_can_be_kept_is_agreed_to(String offer, boolean agreed) throws Exception {
    try (RawClient client = new RawClient(node)) {
      String head = client.upgrade("/ws?access_token=ann", "Sec-WebSocket-Extensions: " + offer);
      assertThat(head).startsWith("HTTP/1.1 101 ");
      assertThat(
              head.contains(
                  "sec-websocket-extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover"))
          .isEqualTo(agreed);
      assertThat(head.contains("sec-websocket-extensions")).isEqualTo(agreed);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 59, 60, 61, 1000, 100_000})
  void what_is_compressed_comes_back(int length) {
    byte[] noise = new byte[length];
    new Random(length).nextBytes(noise);
    assertThat(Deflate.decompress(Unpooled.wrappedBuffer(Deflate.compress(noise)), length))
        .isEqualTo(noise);
  }

  private static ServerFrame error(int size) {
    return ServerFrame.Error.of(Refusal.of(ErrorCode.GONE, detail(size)), null);
  }

  private static String text(int size) {
    return json("{'type':'error','code':'GONE','detail':'" + detail(size) + "'}");
  }

  private static String detail(int size) {
    return "x".repeat(size - "{'type':'error','code':'GONE','detail':''}".length());
  }

  private static String plain(WireFrame frame) {
    assertThat(frame.first()).isEqualTo(TEXT | WireFrame.COMPRESSED);
    return new String(Deflate.decompress(Unpooled.wrappedBuffer(frame.content()), 100_000), UTF_8);
  }
}
