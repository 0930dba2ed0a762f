package org.viesti;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Topic;

/**
 * Follows what a device receives, over as many connections as it takes.
 *
 * <p>Lines go to the output before they are acknowledged, and what comes again after a lost
 * acknowledgement is not printed again: so everything is printed once, as long as this runs.
 */
final class Tail {
  /** Until a welcome says how often something is to be heard. */
  private static final Duration HELLO_PATIENCE = Duration.ofSeconds(15);

  /** With these, no new connection helps. */
  private static final Set<String> FINAL =
      Set.of(
          ErrorCode.UNAUTHENTICATED.name(),
          ErrorCode.DEVICE_REVOKED.name(),
          ErrorCode.CONNECTED_ELSEWHERE.name());

  private final URI url;
  private final Supplier<String> token;
  private final boolean tokenRenews;
  private final @Nullable String onlyTopic;
  private final PrintWriter out;
  private final PrintWriter err;
  private final Backoff backoff = new Backoff(ThreadLocalRandom.current());

  /** What was printed, by topic; and what of it the server does not know yet. */
  private final Map<String, Long> positions = new HashMap<>();

  private final Map<String, Long> unacknowledged = new HashMap<>();
  private @Nullable String resume;
  private long left;
  private Duration silence = HELLO_PATIENCE;
  private Duration notBefore = Duration.ZERO;

  /**
   * @param token asked for one for each connection
   * @param tokenRenews whether the next token may be better than one that has expired
   * @param room prints this room's messages only
   * @param lines after which it ends
   */
  Tail(
      URI url,
      Supplier<String> token,
      boolean tokenRenews,
      @Nullable String room,
      long lines,
      PrintWriter out,
      PrintWriter err) {
    this.url = url;
    this.token = token;
    this.tokenRenews = tokenRenews;
    this.onlyTopic = room == null ? null : Topic.ROOMS + room;
    this.left = lines;
    this.out = out;
    this.err = err;
  }

  /**
   * Ends when all lines are printed or nobody reads them; throws {@link Failure} when no new
   * connection helps.
   */
  void run() throws InterruptedException {
    while (left > 0 && !out.checkError()) {
      silence = HELLO_PATIENCE;
      notBefore = Duration.ZERO;
      try (TailLink link = TailLink.open(url, token.get())) {
        follow(link);
      } catch (TailLink.Lost lost) {
        failIfFinal(lost.why().split("\\W", 2)[0], lost.why());
        Duration pause = notBefore.plus(backoff.next());
        err.println("viesti: " + lost.why() + "; again in " + pause.toMillis() + " ms");
        Thread.sleep(pause);
      }
    }
  }

  private void follow(TailLink link) throws TailLink.Lost, InterruptedException {
    link.send(hello());
    while (left > 0) {
      JsonNode frame = link.receive(Duration.ZERO);
      if (frame == null) {
        // All that came is printed: one acknowledgement for it, and wait.
        acknowledge(link);
        frame = link.receive(silence);
      }
      if (frame == null) {
        throw new TailLink.Lost("nothing was heard for " + silence.toMillis() + " ms");
      }
      take(frame, link);
    }
    acknowledge(link);
  }

  private Map<String, Object> hello() {
    Map<String, Object> hello = new HashMap<>();
    hello.put("type", "hello");
    if (resume != null) {
      hello.put("resume", resume);
    }
    if (!positions.isEmpty()) {
      hello.put("positions", positions);
    }
    return hello;
  }

  private void take(JsonNode frame, TailLink link) throws TailLink.Lost {
    switch (frame.path("type").asText()) {
      case "welcome" -> {
        resume = frame.path("resume").asText(null);
        silence =
            longer(
                Duration.ofMillis(2 * frame.path("heartbeat_ms").asLong()), Duration.ofSeconds(1));
        backoff.reset();
      }
      case "delivery" -> deliver(frame);
      case "reset" -> reset(frame);
      case "ping" -> link.send(pong(frame));
      case "drain" -> {
        notBefore = Duration.ofMillis(frame.path("reconnect_after_ms").asLong());
        acknowledge(link);
        throw new TailLink.Lost("the node is leaving");
      }
      case "error" -> refused(frame);
      default -> {} // typing, presence and receipts are not for a tail
    }
  }

  private void deliver(JsonNode frame) {
    String topic = frame.path("topic").asText();
    long seq = frame.path("seq").asLong();
    long printed = positions.getOrDefault(topic, 0L);
    if (seq > printed && (onlyTopic == null || onlyTopic.equals(topic))) {
      out.println(TailLine.of(frame));
      left--;
    }
    moveTo(topic, Math.max(seq, printed));
  }

  private void reset(JsonNode frame) {
    String topic = frame.path("topic").asText();
    long head = frame.path("head").asLong();
    moveTo(topic, head);
    err.printf(
        "viesti: %s goes on after %d (%s); what lies before is in its history%n",
        topic, head, frame.path("reason").asText());
  }

  /** Also by what is not printed: unacknowledged, it would fill the window and hold up the rest. */
  private void moveTo(String topic, long seq) {
    positions.put(topic, seq);
    unacknowledged.put(topic, seq);
  }

  private void acknowledge(TailLink link) throws TailLink.Lost {
    if (!unacknowledged.isEmpty() && !out.checkError()) {
      link.send(Map.of("type", "ack", "positions", unacknowledged));
      unacknowledged.clear();
    }
  }

  private void refused(JsonNode error) {
    String code = error.path("code").asText();
    String detail = error.path("detail").asText();
    failIfFinal(code, detail);
    if (code.equals(ErrorCode.RESUME_REJECTED.name())) {
      resume = null;
    }
    notBefore = Duration.ofMillis(error.path("retry_after").asLong());
    err.println("viesti: " + code + ": " + detail);
  }

  /** An edge may tell why it closes in an error frame or in the close frame's reason. */
  private void failIfFinal(String code, String detail) {
    boolean expired = code.equals(ErrorCode.TOKEN_EXPIRED.name()) && !tokenRenews;
    if (expired || FINAL.contains(code)) {
      throw new Failure(detail.startsWith(code) ? detail : code + ": " + detail);
    }
  }

  private static Map<String, String> pong(JsonNode ping) {
    String nonce = ping.path("nonce").asText(null);
    return nonce == null ? Map.of("type", "pong") : Map.of("type", "pong", "nonce", nonce);
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }
}
