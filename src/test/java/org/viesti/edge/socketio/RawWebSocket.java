package org.viesti.edge.socketio;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** A WebSocket that says packets as they are, and keeps those that come. */
final class RawWebSocket implements WebSocket.Listener, AutoCloseable {
  static final String DIRECT = "/socket.io/?EIO=4&transport=websocket";

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final BlockingQueue<String> came = new LinkedBlockingQueue<>();
  private final StringBuilder part = new StringBuilder();
  private final WebSocket socket;

  private RawWebSocket(SocketNode node, String uri, @Nullable String origin) {
    WebSocket.Builder builder = HTTP.newWebSocketBuilder();
    if (origin != null) {
      builder.header("Origin", origin);
    }
    socket = builder.buildAsync(URI.create("ws://127.0.0.1:" + node.port() + uri), this).join();
  }

  static RawWebSocket to(SocketNode node, String uri) {
    return new RawWebSocket(node, uri, null);
  }

  static RawWebSocket from(String origin, SocketNode node) {
    return new RawWebSocket(node, DIRECT, origin);
  }

  /** One that has its open packet. */
  static RawWebSocket open(SocketNode node) throws InterruptedException {
    RawWebSocket link = to(node, DIRECT);
    link.next();
    return link;
  }

  /** One that is connected to the namespace. */
  static RawWebSocket connected(SocketNode node) throws InterruptedException {
    RawWebSocket link = open(node);
    link.say("40").next();
    return link;
  }

  /** Says a packet, with quotes for apostrophes. */
  RawWebSocket say(String packet) {
    socket.sendText(packet.replace('\'', '"'), true).join();
    return this;
  }

  RawWebSocket binary(byte... content) {
    socket.sendBinary(java.nio.ByteBuffer.wrap(content), true).join();
    return this;
  }

  /** A packet; or {@code closed} and the code. */
  String next() throws InterruptedException {
    return SocketNode.taken(came);
  }

  boolean quiet() {
    return came.isEmpty();
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    part.append(data);
    if (last) {
      came.add(part.toString());
      part.setLength(0);
    }
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    came.add("closed " + code);
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    came.add("closed by " + error);
  }

  @Override
  public void close() {
    socket.abort();
  }
}
