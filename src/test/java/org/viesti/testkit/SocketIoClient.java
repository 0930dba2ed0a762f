package org.viesti.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client of Socket.IO 4 by hand, over a WebSocket: it shows every packet. */
public final class SocketIoClient implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final long PATIENCE_S = 20;
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final WebSocket socket;
  private final LinkedBlockingQueue<String> came = new LinkedBlockingQueue<>();

  /** What the server said of the connection. */
  public final JsonNode open;

  /** What it said of the socket: {@code sid}, and {@code pid} to come back with. */
  public final JsonNode connected;

  /** Of the last event that had one. */
  public @Nullable String offset;

  private int acks;

  /**
   * @param live such as ws://127.0.0.1:8081
   * @param auth what CONNECT says; null: nothing
   */
  public SocketIoClient(URI live, @Nullable ObjectNode auth) {
    socket =
        HTTP.newWebSocketBuilder()
            .buildAsync(live.resolve("/socket.io/?EIO=4&transport=websocket"), new Listener())
            .orTimeout(PATIENCE_S, TimeUnit.SECONDS)
            .join();
    open = json(next().substring(1));
    send("40" + (auth == null ? "" : auth));
    String answer = next();
    if (!answer.startsWith("40")) {
      throw new AssertionError(answer);
    }
    connected = json(answer.substring(2));
  }

  /** Comes back to where another was. */
  public static SocketIoClient again(URI live, SocketIoClient before) {
    ObjectNode auth = JSON.createObjectNode().put("pid", before.connected.path("pid").asText());
    if (before.offset != null) {
      auth.put("offset", before.offset);
    }
    return new SocketIoClient(live, auth);
  }

  public static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError(text, e);
    }
  }

  /** Says an event that wants an answer; returns what the answer will be called. */
  public int emit(String event, @Nullable JsonNode payload) {
    int id = acks++;
    send("42" + id + event(event, payload));
    return id;
  }

  /** Says an event that wants none. */
  public void tell(String event, JsonNode payload) {
    send("42" + event(event, payload));
  }

  private static ArrayNode event(String event, @Nullable JsonNode payload) {
    return JSON.createArrayNode().add(event).add(payload); // null is JSON's
  }

  public void send(String packet) {
    socket.sendText(packet, true).orTimeout(PATIENCE_S, TimeUnit.SECONDS).join();
  }

  /** The next packet that is no ping; those are answered. */
  public String next() {
    while (true) {
      try {
        String packet = came.poll(PATIENCE_S, TimeUnit.SECONDS);
        if (packet == null) {
          throw new AssertionError("nothing came");
        }
        if (!packet.equals("2")) {
          return packet;
        }
        send("3");
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** What comes within a moment, left where it is; null: nothing. */
  public @Nullable String waiting() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
    while (came.peek() == null && System.nanoTime() < deadline) {
      Thread.sleep(5);
    }
    return came.peek();
  }

  /** The answer that comes next. */
  public JsonNode answer(int id) {
    String packet = next();
    if (!packet.startsWith("43" + id + "[")) {
      throw new AssertionError(packet);
    }
    return json(packet.substring(2 + String.valueOf(id).length())).path(0);
  }

  /** The answer, and not what comes before it. */
  public JsonNode nextAnswer(int id) {
    String packet = next();
    while (!packet.startsWith("43" + id + "[")) {
      packet = next();
    }
    return json(packet.substring(2 + String.valueOf(id).length())).path(0);
  }

  /** The payload of the event that comes next. */
  public JsonNode event(String name) {
    String packet = next();
    if (!packet.startsWith("42[\"" + name + "\"")) {
      throw new AssertionError(packet);
    }
    JsonNode all = json(packet.substring(2));
    if (all.path(2).isTextual()) {
      offset = all.path(2).textValue();
    }
    return all.path(1);
  }

  /** Breaks the connection without a word. */
  @Override
  public void close() {
    socket.abort();
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder part = new StringBuilder();

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
    public void onError(WebSocket from, Throwable failure) {
      came.add("closed " + failure);
    }
  }
}
