package org.viesti.edge.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.viesti.testkit.Tokens;

/** A stock WebSocket client that keeps every frame it hears. */
final class ReceiptListener implements WebSocket.Listener, AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<JsonNode> frames = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> caughtUp = new CompletableFuture<>();
  private final StringBuilder fragments = new StringBuilder();
  private final CompletableFuture<WebSocket> socket = new CompletableFuture<>();

  /** One that has caught up: what happens from now on is heard. */
  static ReceiptListener of(URI live, String user) throws Exception {
    ReceiptListener listener = new ReceiptListener();
    HttpClient.newHttpClient()
        .newWebSocketBuilder()
        .header("Authorization", "Bearer " + Tokens.of(user, "listener"))
        .subprotocols("viesti.v1.json")
        .buildAsync(live, listener)
        .get(10, TimeUnit.SECONDS);
    listener.caughtUp.get(10, TimeUnit.SECONDS);
    return listener;
  }

  List<JsonNode> frames() {
    return frames;
  }

  @Override
  public void onOpen(WebSocket opened) {
    socket.complete(opened);
    opened.sendText("{\"type\":\"hello\"}", true);
    opened.request(1);
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    fragments.append(data);
    if (last) {
      try {
        JsonNode frame = JSON.readTree(fragments.toString());
        frames.add(frame);
        if (frame.path("type").asText().equals("caught_up")) {
          caughtUp.complete(null);
        }
      } catch (JsonProcessingException e) {
        caughtUp.completeExceptionally(e);
      }
      fragments.setLength(0);
    }
    from.request(1);
    return null;
  }

  @Override
  public void close() {
    socket.join().abort();
  }
}
