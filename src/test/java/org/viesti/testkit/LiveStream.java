package org.viesti.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket: whole JSON frames in, a queue of JSON frames out. A client that comes back makes
 * another.
 */
final class LiveStream implements WebSocket.Listener {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .executor(Executors.newVirtualThreadPerTaskExecutor())
          .build();
  private static final Duration HANDSHAKE = Duration.ofSeconds(5);

  /** RFC 6455 §7.4.1: the link broke without a close frame. */
  static final int BROKEN = 1006;

  private final URI node;
  private final BiConsumer<LiveStream, JsonNode> listener;
  private final CompletableFuture<JsonNode> welcome = new CompletableFuture<>();
  private final JsonNode hello;
  private final CompletableFuture<End> end = new CompletableFuture<>();
  private final CompletableFuture<End> ended;
  private final StringBuilder fragments = new StringBuilder();
  private volatile long heard = System.nanoTime();
  private @Nullable WebSocket socket;

  /** The JDK's WebSocket takes one frame at a time: each waits for the one before it. */
  private CompletableFuture<?> outgoing = CompletableFuture.completedFuture(null);

  /**
   * @param hello the first frame
   * @param listener is told each whole frame, one after the other; the welcome before {@link
   *     #welcome} completes
   */
  LiveStream(URI node, JsonNode hello, BiConsumer<LiveStream, JsonNode> listener) {
    this.node = node;
    this.hello = hello;
    this.listener = listener;
    this.ended =
        end.thenApply(
            how -> {
              welcome.completeExceptionally(new IllegalStateException(node + ": " + how));
              return how;
            });
  }

  URI node() {
    return node;
  }

  /** Fails if the stream ends before it. */
  CompletableFuture<JsonNode> welcome() {
    return welcome;
  }

  /**
   * Never fails: whatever goes wrong is an end. By then it is decided whether there was a welcome.
   */
  CompletableFuture<End> end() {
    return ended;
  }

  void open(String token) {
    HTTP.newWebSocketBuilder()
        .header("Authorization", "Bearer " + token)
        .subprotocols("viesti.v1.json")
        .connectTimeout(HANDSHAKE)
        .buildAsync(node, this)
        .whenComplete(
            (_, failure) -> {
              if (failure != null) {
                end(BROKEN, failure.toString());
              }
            });
  }

  @Override
  public void onOpen(WebSocket opened) {
    synchronized (this) {
      socket = opened;
    }
    if (end.isDone()) {
      opened.abort(); // given up during the handshake
    }
    send(hello);
    opened.request(1);
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    heard = System.nanoTime();
    fragments.append(data);
    if (last) {
      String text = fragments.toString();
      fragments.setLength(0);
      whole(text);
    }
    from.request(1);
    return null;
  }

  private void whole(String text) {
    try {
      JsonNode frame = JSON.readTree(text);
      listener.accept(this, frame);
      if (frame.path("type").asText().equals("welcome")) {
        welcome.complete(frame);
      }
    } catch (JsonProcessingException | RuntimeException e) {
      abort("cannot take " + text + ": " + e);
    }
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    end(code, reason);
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    end(BROKEN, error.toString());
  }

  /** Not in this thread, which may be sending: whoever hears of it may want to send as well. */
  private void end(int code, String reason) {
    end.completeAsync(() -> new End(code, reason));
  }

  /**
   * What cannot be sent is dropped, and the stream with it: the JDK's WebSocket does not always
   * tell its listener that writing failed.
   */
  synchronized void send(JsonNode frame) {
    WebSocket to = socket;
    if (to != null && !end.isDone()) {
      String text = frame.toString();
      outgoing =
          outgoing
              .handle((_, _) -> to)
              .thenCompose(ready -> ready.sendText(text, true))
              .whenComplete(
                  (_, failure) -> {
                    if (failure != null) {
                      abort("cannot send: " + failure);
                    }
                  });
    }
  }

  /**
   * Pings once a heartbeat, and gives up after two of silence: the node may be stopped, the link
   * cut.
   */
  void beat(long heartbeat) {
    Later.run(
        heartbeat,
        () -> {
          if (end.isDone()) {
            return;
          }
          if (System.nanoTime() - heard > TimeUnit.MILLISECONDS.toNanos(2 * heartbeat)) {
            abort("silent");
          } else {
            send(JsonNodeFactory.instance.objectNode().put("type", "ping"));
            beat(heartbeat);
          }
        });
  }

  /** Cuts the link, without a word to the server. */
  void abort(String why) {
    WebSocket cut;
    synchronized (this) {
      cut = socket;
    }
    if (cut != null) {
      cut.abort();
    }
    end(BROKEN, why);
  }

  /** Leaves with a close frame, after what was queued. */
  void close() {
    CompletableFuture<?> said = CompletableFuture.completedFuture(null);
    synchronized (this) {
      WebSocket to = socket;
      if (to != null && !end.isDone()) {
        said =
            outgoing
                .handle((_, _) -> to)
                .thenCompose(ready -> ready.sendClose(WebSocket.NORMAL_CLOSURE, ""))
                .orTimeout(HANDSHAKE.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
    said.whenComplete((_, _) -> abort("closed"));
  }
}
