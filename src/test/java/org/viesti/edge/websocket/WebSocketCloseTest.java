package org.viesti.edge.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.viesti.connection.CloseCause;
import org.viesti.connection.DeviceConnection.Closed;
import org.viesti.connection.DeviceConnection.Frames;
import org.viesti.connection.DeviceConnection.Writable;
import org.viesti.connection.Wire;
import org.viesti.edge.WebSocketBytes;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.ServerFrame;
import org.viesti.testkit.Await;

/** How streams end, and how a full or slow one is held. */
class WebSocketCloseTest {
  private static final Duration TEN_SECONDS = Duration.ofSeconds(10);

  private static LiveNode node;

  @BeforeAll
  static void start() {
    node = new LiveNode();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  static Stream<Arguments> causes() {
    return Stream.of(
        Arguments.of(new CloseCause.TakenOver(), 4409, "CONNECTED_ELSEWHERE"),
        Arguments.of(new CloseCause.TokenExpired(), 4401, "TOKEN_EXPIRED"),
        Arguments.of(new CloseCause.Revoked(), 4403, "DEVICE_REVOKED"),
        Arguments.of(new CloseCause.Silent(), 1013, "UNAVAILABLE"),
        Arguments.of(new CloseCause.Drained(), 1001, "DRAINING"),
        Arguments.of(
            new CloseCause.Rejected(Refusal.of(ErrorCode.RESUME_REJECTED, "forged")),
            4412,
            "RESUME_REJECTED"));
  }

  @ParameterizedTest
  @MethodSource("causes")
  void a_close_follows_what_was_sent_and_an_error_that_says_why(
      CloseCause cause, int code, String name) throws Exception {
    try (StockClient client = StockClient.connect(node, "ann")) {
      client.send("{'type':'hello'}");
      LiveNode.Stream stream = node.stream();
      stream.wire().send(List.of(new ServerFrame.CaughtUp()));
      stream.wire().close(cause);
      stream.wire().send(List.of(new ServerFrame.CaughtUp()));
      assertThat(client.next()).isEqualTo("{'type':'caught_up'}");
      assertThat(client.next())
          .isEqualTo(
              "{'type':'error','code':'"
                  + name
                  + "','detail':'"
                  + cause.refusal().detail().replace('"', '\'')
                  + "'}");
      assertThat(client.next()).isEqualTo("close " + code + " " + name);
      assertThat(stream.next()).isEqualTo(new Closed());
    }
  }

  @Test
  void a_client_that_is_gone_gets_no_error() throws Exception {
    try (StockClient client = StockClient.connect(node, "ann")) {
      client.send("{'type':'hello'}");
      node.stream().wire().close(new CloseCause.ClientGone());
      assertThat(client.next()).startsWith("close 1000");
    }
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void every_close_code_may_be_sent(ErrorCode code) {
    assertThat(CloseCodes.of(code))
        .satisfiesAnyOf(
            own -> assertThat(own).isBetween(4400, 4499),
            standard -> assertThat(standard).isIn(1001, 1009, 1011, 1013));
  }

  @Test
  void a_client_told_to_stay_away_can_tell_so_by_the_code_alone() {
    Set<ErrorCode> away =
        Arrays.stream(ErrorCode.values())
            .filter(code -> CloseCodes.of(code) == 4409)
            .collect(Collectors.toSet());
    assertThat(away).containsExactly(ErrorCode.CONNECTED_ELSEWHERE);
  }

  @Test
  void what_a_client_said_before_its_close_is_heard() throws Exception {
    try (RawClient client = RawClient.upgraded(node)) {
      CompletableFuture<Void> gate = new CompletableFuture<>();
      node.gate = gate;
      client
          .text("{'type':'ping'}")
          .add(RawClient.FIN | WebSocketBytes.CLOSE, new byte[] {3, (byte) 0xe8})
          .write();
      assertThat(client.closeCode()).isEqualTo(1000);
      assertThat(client.closedByServer()).isTrue();
      gate.complete(null);
      LiveNode.Stream stream = node.stream();
      assertThat(stream.next()).isEqualTo(new Frames(List.of(new ClientFrame.Ping(null))));
      assertThat(stream.next()).isEqualTo(new Closed());
    } finally {
      node.gate = CompletableFuture.completedFuture(null);
    }
  }

  @Test
  void a_broken_link_is_told() throws Exception {
    RawClient client = RawClient.upgraded(node);
    client.text("{'type':'hello'}").write();
    LiveNode.Stream stream = node.stream();
    client.close();
    assertThat(stream.next()).isEqualTo(new Closed());
  }

  @Test
  void a_frame_too_large_closes_the_stream() throws Exception {
    try (StockClient client = StockClient.connect(node, "ann")) {
      client.send("{'type':'hello'}");
      LiveNode.Stream stream = node.stream();
      client.send(" ".repeat(20_000));
      assertThat(client.next())
          .isEqualTo(
              "{'type':'error','code':'TOO_LARGE','detail':'a frame may have 16384 bytes','limit':'viesti.live.max-frame-bytes'}");
      assertThat(client.next()).isEqualTo("close 1009 TOO_LARGE");
      assertThat(stream.next()).isEqualTo(new Closed());
    }
  }

  @Test
  void fragments_that_are_too_large_together_close_the_stream() throws Exception {
    try (RawClient client = RawClient.upgraded(node)) {
      client.add(WebSocketBytes.TEXT, new byte[10_000]).add(0, new byte[10_000]).write();
      assertThat(client.next().text()).contains("TOO_LARGE");
      assertThat(client.closeCode()).isEqualTo(1009);
    }
  }

  @Test
  void a_frame_without_a_mask_is_a_protocol_error() throws Exception {
    try (RawClient client = RawClient.upgraded(node)) {
      client.bytes(new byte[] {(byte) (RawClient.FIN | WebSocketBytes.TEXT), 2, '{', '}'}).write();
      assertThat(client.next().text()).contains("not WebSocket");
      assertThat(client.closeCode()).isEqualTo(1002);
    }
  }

  @Test
  void what_stops_being_read_waits_in_the_kernel() throws Exception {
    try (RawClient client = RawClient.upgraded(node)) {
      client.text("{'type':'hello'}").write();
      LiveNode.Stream stream = node.stream();
      stream.wire().reading(false);
      // A write of the server's own comes after reading(false) took effect on the channel's thread.
      stream.wire().send(List.of(new ServerFrame.CaughtUp()));
      client.next();
      client.text("{'type':'pong','nonce':'1'}").write();
      assertThat(stream.told().poll(200, java.util.concurrent.TimeUnit.MILLISECONDS)).isNull();
      stream.wire().reading(true);
      assertThat(stream.next()).isEqualTo(new Frames(List.of(new ClientFrame.Pong("1"))));
    }
  }

  @Test
  void a_slow_reader_is_seen_and_seen_to_recover() throws Exception {
    try (RawClient client = RawClient.upgraded(node)) {
      client.text("{'type':'hello'}").write();
      LiveNode.Stream stream = node.stream();
      assertThatAllComes(client, filled(stream.wire()));
      assertThat(stream.next()).isEqualTo(new Writable());
      assertThat(stream.wire().writable()).isTrue();
    }
  }

  /** A connection's actor speaks before the session has heard of it: the welcome, and a backlog. */
  @Test
  void a_reader_that_recovers_while_its_stream_opens_is_seen_too() throws Exception {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    node.gate = gate;
    try (RawClient client = RawClient.upgraded(node)) {
      client.text("{'type':'hello'}").write();
      LiveNode.Stream stream = node.stream();
      assertThatAllComes(client, filled(stream.wire()));
      Await.until(TEN_SECONDS, () -> "the wire is full", stream.wire()::writable);
      gate.complete(null);
      assertThat(stream.next()).isEqualTo(new Writable());
    } finally {
      node.gate = CompletableFuture.completedFuture(null);
    }
  }

  /** Sends until the wire takes no more; returns how many frames that were. */
  private static int filled(Wire wire) {
    String big = "x".repeat(60_000);
    int sent = 0;
    while (wire.writable()) {
      wire.send(List.of(ServerFrame.Error.of(Refusal.of(ErrorCode.GONE, big), null)));
      sent++;
      assertThat(sent).isLessThan(10_000);
    }
    return sent;
  }

  private static void assertThatAllComes(RawClient client, int frames) throws IOException {
    for (int i = 0; i < frames; i++) {
      assertThat(client.next().content().length).isGreaterThan(60_000);
    }
  }
}
