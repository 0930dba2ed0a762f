package org.viesti.edge.websocket;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's WebSocket client, which keeps what it receives as text: messages, and {@code close 4401
 * REASON}.
 */
final class StockClient implements WebSocket.Listener, AutoCloseable {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
  private final BlockingQueue<byte[]> receivedBytes = new LinkedBlockingQueue<>();
  private final StringBuilder text = new StringBuilder();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private @Nullable WebSocket socket;

  /** Connects with a bearer token, or none if it is empty. */
  static StockClient connect(LiveNode node, String token, String... subprotocols) {
    return connect(HTTP, URI.create("ws://127.0.0.1:" + node.port() + "/ws"), token, subprotocols);
  }

  static StockClient connect(HttpClient http, URI uri, String token, String... subprotocols) {
    StockClient client = new StockClient();
    WebSocket.Builder builder = http.newWebSocketBuilder();
    if (!token.isEmpty()) {
      builder.header("Authorization", "Bearer " + token);
    }
    if (subprotocols.length > 0) {
      builder.subprotocols(
          subprotocols[0], Arrays.copyOfRange(subprotocols, 1, subprotocols.length));
    }
    client.socket = builder.buildAsync(uri, client).join();
    return client;
  }

  WebSocket socket() {
    return Objects.requireNonNull(socket);
  }

  StockClient send(String message) {
    socket().sendText(message.replace('\'', '"'), true).join();
    return this;
  }

  StockClient send(byte[] message) {
    socket().sendBinary(ByteBuffer.wrap(message), true).join();
    return this;
  }

  String next() throws InterruptedException {
    return LiveNode.taken(received).replace('"', '\'');
  }

  byte[] nextBytes() throws InterruptedException {
    return LiveNode.taken(receivedBytes);
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
    text.append(data);
    if (last) {
      received.add(text.toString());
      text.setLength(0);
    }
    socket.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
    byte[] part = new byte[data.remaining()];
    data.get(part);
    bytes.writeBytes(part);
    if (last) {
      receivedBytes.add(bytes.toByteArray());
      received.add(bytes.toString(StandardCharsets.ISO_8859_1));
      bytes.reset();
    }
    socket.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    received.add("close " + code + " " + reason);
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    received.add("error " + error);
  }

  @Override
  public void close() {
    socket().abort();
  }
}
