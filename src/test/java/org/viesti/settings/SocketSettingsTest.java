package org.viesti.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.scene.Link.frame;
import static org.viesti.scene.Link.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.Metrics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.Payload;
import org.viesti.scene.Link;
import org.viesti.scene.Stage;
import org.viesti.testkit.Await;
import org.viesti.testkit.Calls;
import org.viesti.testkit.Shows;
import org.viesti.testkit.Tokens;
import org.viesti.testkit.WireFrame;

/** Who serves a socket, how long it may take to say who it is, and what goes over it. */
@Timeout(60)
class SocketSettingsTest {
  /** Not what a machine of any size would have by itself. */
  private static final int THREADS = Runtime.getRuntime().availableProcessors() + 1;

  private static final int FRAME_BYTES = 2048;
  private static final int DEFLATE_FROM = 400;
  private static final int EPHEMERAL = 8;
  private static final Duration GRACE = Duration.ofMillis(2500);
  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  @TempDir static Path folder;
  static Stage stage;

  /** Of nodes that other tests may have running. */
  static Set<Thread> others;

  @BeforeAll
  static void start() {
    others = liveThreads();
    stage =
        Stage.set(
            folder,
            "live.threads",
            THREADS,
            "live.max-frame-bytes",
            FRAME_BYTES,
            "live.hello-grace",
            GRACE,
            "live.hello-timeout",
            TIMEOUT,
            "live.deflate-threshold",
            DEFLATE_FROM,
            "auth.clock-skew",
            "30s",
            "connection.cursor-interval",
            "100ms",
            "connection.max-ephemeral",
            EPHEMERAL,
            "connection.receipt-interval",
            "0s",
            "connection.window-bytes",
            "16MiB");
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  @AfterEach
  void clear() {
    stage.clear();
  }

  private static Set<Thread> liveThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("viesti-live-"))
        .collect(Collectors.toSet());
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  @Test
  @Shows("live.threads")
  void so_many_threads_serve_all_sockets() {
    for (int i = 0; i < 3 * THREADS; i++) {
      stage.connect("thread" + i, "phone");
    }
    Set<Thread> own = liveThreads();
    own.removeAll(others);
    assertThat(own).hasSize(THREADS);
  }

  @Test
  @Shows("live.max-frame-bytes")
  void a_frame_is_no_larger_than_it_may_be() {
    stage.group("frames", "fay");
    Link fay = stage.connect("fay", "phone");
    fay.send(post("whole", FRAME_BYTES));
    fay.ack("whole");
    fay.send(post("larger", FRAME_BYTES + 1));
    JsonNode error = fay.next("error");
    assertThat(Stage.code(error)).isEqualTo("TOO_LARGE");
    assertThat(error.path("limit").asText()).isEqualTo("viesti.live.max-frame-bytes");
    assertThat(error.path("detail").asText()).contains(String.valueOf(FRAME_BYTES));
    assertThat(fay.awaitEnd().code()).isEqualTo(1009);
  }

  /** A post whose frame has so many bytes. */
  private static ObjectNode post(String id, int bytes) {
    ObjectNode post = frame("send", "id", id, "room", "frames", "payload", text(""));
    int rest = bytes - post.toString().getBytes(StandardCharsets.UTF_8).length;
    return post.set("payload", text("x".repeat(rest)));
  }

  @Test
  @Shows({"live.hello-grace", "live.hello-timeout"})
  void who_has_shown_a_token_may_be_silent_for_a_while_and_who_has_not_for_another()
      throws Exception {
    long start = System.nanoTime();
    try (BareSocket dumb = new BareSocket(stage.node)) {
      Link known = stage.link("gus", "phone");
      known.next("welcome");
      assertThat(since(start)).isGreaterThanOrEqualTo(GRACE);
      assertThat(dumb.isClosed()).isTrue();
      // By default it is ten seconds.
      assertThat(since(start)).isBetween(TIMEOUT, Duration.ofSeconds(9));
      known.settle();
    }
  }

  @Test
  @Shows("live.deflate-threshold")
  void what_is_small_is_not_compressed() throws Exception {
    stage.group("deflate", "dora");
    Calls dora = new Calls(stage.node.calls(), Tokens.of("dora", "laptop"));
    for (int length : List.of(50, 300, 350, 400, 450, 600)) {
      dora.postText("deflate", "p" + length, "x".repeat(length)).expect(201);
    }
    List<WireFrame> frames = new ArrayList<>();
    try (BareSocket socket = new BareSocket(stage.node)) {
      assertThat(socket.upgrade(Tokens.of("dora", "phone"))).contains("permessage-deflate");
      socket.send("{'type':'hello'}");
      do {
        frames.add(socket.next());
      } while (!frames.getLast().text().contains("caught_up"));
    }
    assertThat(frames)
        .allSatisfy(
            frame ->
                assertThat(frame.compressed())
                    .as(frame.text())
                    .isEqualTo(frame.plain().length >= DEFLATE_FROM))
        // By default neither would be.
        .anyMatch(frame -> frame.compressed() && frame.plain().length < 1024)
        .anyMatch(frame -> !frame.compressed() && frame.text().contains("xxx"));
  }

  @Test
  @Shows("auth.clock-skew")
  void an_issuers_clock_may_be_off_by_so_much() {
    // By default five seconds are too late.
    Calls late = new Calls(stage.node.calls(), expired(12));
    late.call("GET", "/me", null).expect(200);
    stage.link(expired(12), Link.Form.JSON, 0).hello();
    Calls tooLate = new Calls(stage.node.calls(), expired(31));
    assertThat(tooLate.call("GET", "/me", null).expect(401).body().path("code").asText())
        .isEqualTo("TOKEN_EXPIRED");
  }

  private static String expired(int seconds) {
    return Tokens.of("lou", "phone", Tokens.TENANT, List.of(), Duration.ofSeconds(-seconds));
  }

  @Test
  @Shows("connection.cursor-interval")
  void what_is_acknowledged_is_written_soon() {
    stage.group("cursors", "ann-c", "bob-c");
    Link ann = stage.connect("ann-c", "phone");
    Link bob = stage.connect("bob-c", "phone");
    long start = System.nanoTime();
    for (int i = 0; i < 3; i++) {
      long seq = ann.post("cursors", "p" + i, "post " + i);
      bob.delivery("cursors", "post " + i);
      bob.acknowledge("rooms/cursors", seq);
      Await.until(
          Stage.PATIENCE,
          () -> "the cursor is at " + cursor("bob-c"),
          () -> cursor("bob-c") == seq);
    }
    // By default each takes five seconds from its acknowledgement.
    assertThat(since(start)).isLessThan(Duration.ofSeconds(9));
  }

  private static long cursor(String user) {
    return Stage.now(stage.node.devices().get(Stage.device(user, "phone")))
        .cursors()
        .getOrDefault("rooms/cursors", 0L);
  }

  @Test
  @Shows("connection.max-ephemeral")
  void of_what_is_in_no_log_so_much_waits_for_a_slow_client() {
    stage.group("noise", "ann-n", "bob-n");
    Link bob = stage.connect("bob-n", "phone");
    Link deaf = stage.link(Tokens.of("ann-n", "phone"), Link.Form.JSON, 4096);
    Stage.caughtUp(deaf).reading(false);
    // More than a socket's buffers hold.
    Payload large = Payload.Text.of("€".repeat(10_000));
    List<ClientFrame.Send> posts =
        IntStream.range(0, 200)
            .mapToObj(i -> new ClientFrame.Send("p" + i, "noise", large, null, null))
            .toList();
    long last = Stage.now(stage.node.rooms().post(Stage.by("bob-n"), posts)).getLast().seq();
    bob.next("delivery", delivery -> delivery.path("seq").asLong() == last);
    double before = dropped();
    int receipts = 5 * EPHEMERAL;
    for (int i = receipts - 1; i >= 0; i--) {
      bob.send(frame("read", "room", "noise", "seq", last - i));
    }
    Await.until(
        Stage.PATIENCE,
        () -> "dropped: " + (dropped() - before),
        () -> dropped() - before == receipts - EPHEMERAL);
    Stage.acking(deaf).reading(true);
    deaf.next("receipt", receipt -> receipt.path("seq").asLong() == last);
    assertThat(deaf.all("receipt"))
        .extracting(receipt -> receipt.path("seq").asLong())
        .containsExactlyElementsOf(
            LongStream.rangeClosed(last - EPHEMERAL + 1, last).boxed().toList());
  }

  private static double dropped() {
    return Metrics.counter("viesti.deliver.dropped", "reason", "ephemeral-overflow").count();
  }
}
