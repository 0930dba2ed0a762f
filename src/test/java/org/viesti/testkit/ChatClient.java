package org.viesti.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A device, as a careful app would be written: it keeps its positions, drops repeats, acknowledges
 * lazily, repeats an unanswered send under the same id, and finds another node when its own is
 * gone.
 *
 * <pre>
 *              connect              welcome
 *   offline ------------> opening -----------> live --- link lost ---> offline
 *      ^                     |                                            |
 *      +--- no welcome ------+            roaming: the next node, after a pause
 * </pre>
 */
public final class ChatClient implements AutoCloseable {
  /** An opening stream without a welcome is given up after this. */
  private static final long WELCOME_MS = 10_000;

  /**
   * A send without any answer is repeated after this: a node answers for an owner that is lost well
   * before.
   */
  private static final long RESEND_MS = 10_000;

  /** Between two attempts to connect, and as much again at random. */
  private static final long PAUSE_MS = 100;

  /** After these a device must not come back by itself. */
  private static final Set<String> FINAL =
      Set.of("CONNECTED_ELSEWHERE", "TOKEN_EXPIRED", "DEVICE_REVOKED", "UNAUTHENTICATED");

  /** What a client brings when it comes back. */
  public enum Resume {
    /** Its own positions. */
    POSITIONS,
    /**
     * The last welcome's token alone: the server remembers, perhaps a little less than the client
     * knows.
     */
    TOKEN
  }

  private final String user;
  private final String device;
  private final String token;
  private final Resume by;
  private final Inbox inbox = new Inbox();
  private final Sends sends = new Sends();

  /**
   * Topics of which something came since the last ack, were it but repeats: they, too, fill the
   * server's window.
   */
  private final Set<String> unacknowledged = new HashSet<>();

  private final List<JsonNode> frames = new ArrayList<>();
  private final WaysBack waysBack = new WaysBack();
  private final List<String> violations = new ArrayList<>();
  private List<URI> nodes = List.of();
  private int nextNode;
  private int ackEvery = 20;
  private int sinceAck;
  private long lastId;
  private String resumeToken = "";
  private boolean closed;

  /** The present stream; {@code live} once it has been welcomed. */
  private @Nullable LiveStream stream;

  private @Nullable LiveStream live;

  public ChatClient(String user, String device, Resume by) {
    this(user, device, Tokens.of(user, device), by);
  }

  public ChatClient(String user, String device, String token, Resume by) {
    this.user = user;
    this.device = device;
    this.token = token;
    this.by = by;
  }

  /** Acknowledges after so many deliveries; 20 unless told. */
  public synchronized ChatClient ackEvery(int deliveries) {
    ackEvery = deliveries;
    return this;
  }

  /**
   * Opens a stream, in place of the one there may be.
   *
   * @param node such as {@code ws://127.0.0.1:8081/ws}
   * @return the welcome frame
   */
  public CompletableFuture<JsonNode> connect(URI node) {
    LiveStream opening;
    LiveStream old;
    synchronized (this) {
      opening = new LiveStream(node, hello(), this::take);
      old = stream;
      stream = opening;
      live = null;
      inbox.newStream();
    }
    if (old != null) {
      old.abort("replaced");
    }
    opening.end().thenAccept(_ -> lost(opening));
    opening.open(token);
    Later.run(WELCOME_MS, () -> giveUpWithoutWelcome(opening));
    return opening.welcome();
  }

  private static void giveUpWithoutWelcome(LiveStream opening) {
    if (!opening.welcome().isDone()) {
      opening.abort("no welcome within " + WELCOME_MS + " ms");
    }
  }

  /**
   * Connects to the first of these nodes, from {@code start} on, that takes it; and to the next
   * whenever a link is lost.
   */
  public CompletableFuture<JsonNode> roam(List<URI> among, int start) {
    synchronized (this) {
      nodes = List.copyOf(among);
      nextNode = start;
    }
    return comeBack();
  }

  private CompletableFuture<JsonNode> comeBack() {
    URI node;
    synchronized (this) {
      if (closed || nodes.isEmpty()) {
        return CompletableFuture.failedFuture(new IllegalStateException(this + " is not roaming"));
      }
      node = nodes.get(Math.floorMod(nextNode++, nodes.size()));
    }
    return connect(node).exceptionallyComposeAsync(_ -> comeBack(), Later.after(pause()));
  }

  /** Each client at its own time. */
  private static long pause() {
    return PAUSE_MS + ThreadLocalRandom.current().nextLong(PAUSE_MS);
  }

  private ObjectNode hello() {
    ObjectNode hello = frame("hello");
    if (by == Resume.TOKEN && !resumeToken.isEmpty()) {
      hello.put("resume", resumeToken);
    } else if (!inbox.positions().isEmpty()) {
      inbox.positions().forEach(hello.putObject("positions")::put);
    }
    return hello;
  }

  private static ObjectNode frame(String type) {
    return JsonNodeFactory.instance.objectNode().put("type", type);
  }

  private synchronized void take(LiveStream from, JsonNode frame) {
    if (from == stream) {
      try {
        takeFrame(from, frame);
      } catch (RuntimeException e) {
        violations.add("cannot take " + frame + ": " + e);
        throw e;
      }
    }
  }

  private void takeFrame(LiveStream from, JsonNode frame) {
    switch (frame.required("type").textValue()) {
      case "welcome" -> welcomed(from, frame);
      case "delivery" -> delivered(from, Delivery.read(frame));
      case "send_ack" -> sends.acked(frame);
      case "ping" -> from.send(frame("pong").set("nonce", frame.get("nonce")));
      case "reset" -> {
        frames.add(frame);
        inbox.reset(
            frame.required("topic").textValue(),
            frame.required("head").longValue(),
            frame.required("reason").textValue());
      }
      case "error" -> {
        frames.add(frame);
        sends.refused(frame).ifPresent(pause -> Later.run(pause, () -> resend(idOf(frame))));
        if (FINAL.contains(frame.required("code").textValue())) {
          nodes = List.of();
        }
      }
      case "drain" -> {
        frames.add(frame);
        if (!nodes.isEmpty()) {
          Later.run(frame.path("reconnect_after_ms").asLong(), () -> from.abort("drained"));
        }
      }
      default -> frames.add(frame);
    }
  }

  private static String idOf(JsonNode frame) {
    return frame.path("id").asText();
  }

  private void welcomed(LiveStream from, JsonNode welcome) {
    frames.add(welcome);
    live = from;
    resumeToken = welcome.required("resume").textValue();
    waysBack.welcomed(from.node());
    from.beat(welcome.required("heartbeat_ms").longValue());
    sends.unanswered().forEach(this::resend);
  }

  private void delivered(LiveStream from, Delivery delivery) {
    if (inbox.accept(delivery)) {
      waysBack.received(delivery.arrived());
    }
    unacknowledged.add(delivery.topic());
    if (++sinceAck >= ackEvery) {
      ack(from);
    }
  }

  /** Acknowledges everything received so far. */
  public synchronized void ackNow() {
    if (stream != null) {
      ack(stream);
    }
  }

  private void ack(LiveStream to) {
    ObjectNode ack = frame("ack");
    ObjectNode positions = ack.putObject("positions");
    unacknowledged.forEach(topic -> positions.put(topic, inbox.position(topic)));
    unacknowledged.clear();
    sinceAck = 0;
    to.send(ack);
  }

  private void lost(LiveStream ended) {
    boolean back;
    synchronized (this) {
      boolean live = ended.welcome().isDone() && !ended.welcome().isCompletedExceptionally();
      back = ended == stream && live && !closed && !nodes.isEmpty();
      if (back) {
        waysBack.lost(ended.node());
      }
    }
    if (back) {
      Later.run(pause(), this::comeBack);
    }
  }

  /**
   * Posts a text; the answer comes when it is committed, after however many attempts that takes.
   */
  public CompletableFuture<Ack> send(String room, String text) {
    String id;
    synchronized (this) {
      id = device + "-" + ++lastId;
    }
    CompletableFuture<Ack> answer = sends.add(id, room, text);
    resend(id);
    return answer;
  }

  /**
   * Without a live stream there is nothing to do: the next welcome resends whatever is unanswered.
   */
  private void resend(String id) {
    LiveStream to;
    synchronized (this) {
      to = live;
    }
    if (to == null || to.end().isDone()) {
      return;
    }
    Sends.Attempt attempt = sends.attempt(id);
    if (attempt != null) {
      to.send(attempt.frame());
      Later.run(
          RESEND_MS,
          () -> {
            if (sends.nothingCameOf(id, attempt)) {
              resend(id);
            }
          });
    }
  }

  /** Cuts the link, without a word to the server. */
  public void cut() {
    LiveStream now;
    synchronized (this) {
      now = stream;
    }
    if (now != null) {
      now.abort("cut");
    }
  }

  /** The end of the present stream, when it comes. */
  public synchronized CompletableFuture<End> end() {
    return stream == null ? new CompletableFuture<>() : stream.end().copy();
  }

  /** What this device has received. */
  public Inbox inbox() {
    return inbox;
  }

  /** The answers so far, by the id of the send. */
  public Map<String, Ack> acks() {
    return sends.acks();
  }

  /** Ids of sends without an answer. */
  public List<String> unanswered() {
    return sends.unanswered();
  }

  /** Sends that were answered as recorded before. */
  public long duplicates() {
    return sends.duplicates();
  }

  /** All frames of a type, other than deliveries, acks and pings. */
  public synchronized List<JsonNode> frames(String type) {
    return frames.stream().filter(frame -> frame.path("type").asText().equals(type)).toList();
  }

  /** Every loss of a link that was followed by a new message. */
  public List<Return> returns() {
    return waysBack.all();
  }

  /** Broken promises of either direction, as sentences. */
  public synchronized List<String> violations() {
    List<String> all = new ArrayList<>(violations);
    all.addAll(inbox.violations());
    all.addAll(sends.violations());
    return all;
  }

  public String user() {
    return user;
  }

  /** Leaves for good. */
  @Override
  public void close() {
    LiveStream now;
    synchronized (this) {
      closed = true;
      now = stream;
    }
    if (now != null) {
      now.close();
    }
  }

  /** Where it stands, for the message of a failed assertion. */
  public synchronized String standing() {
    return "%s (%s, at %s, %d frames other than deliveries, the last %s; broken: %s)"
        .formatted(
            this,
            stream == null
                ? "never connected"
                : stream.end().isDone() ? stream.end().join() : "live on " + stream.node(),
            inbox.positions(),
            frames.size(),
            frames.isEmpty() ? "none" : frames.getLast(),
            violations());
  }

  @Override
  public String toString() {
    return user + "/" + device;
  }
}
