package org.viesti;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket of {@link Tail}, as blocking calls of one thread. What has arrived waits in a
 * queue: the server's window keeps it short.
 */
final class TailLink implements AutoCloseable {
  static final String SUBPROTOCOL = "viesti.v1.json";

  private static final JsonMapper JSON = new JsonMapper();

  /** The link is gone, and another may do better. */
  static final class Lost extends Exception {
    private static final long serialVersionUID = 1L;

    private final String why;

    Lost(String why) {
      super(why);
      this.why = why;
    }

    String why() {
      return why;
    }
  }

  private sealed interface Arrival {
    record Frame(JsonNode json) implements Arrival {}

    record End(String why) implements Arrival {}
  }

  private final BlockingQueue<Arrival> arrivals;
  private final HttpClient client;
  private final WebSocket socket;

  private TailLink(BlockingQueue<Arrival> arrivals, HttpClient client, WebSocket socket) {
    this.arrivals = arrivals;
    this.client = client;
    this.socket = socket;
  }

  /** Throws {@link Lost} where it may help to try again, {@link Failure} where it does not. */
  static TailLink open(URI url, String token) throws Lost {
    BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    HttpClient client = HttpClient.newHttpClient();
    try {
      WebSocket socket =
          client
              .newWebSocketBuilder()
              .connectTimeout(Duration.ofSeconds(10))
              .subprotocols(SUBPROTOCOL)
              .header("Authorization", "Bearer " + token)
              .buildAsync(url, new Listener(arrivals))
              .join();
      return new TailLink(arrivals, client, socket);
    } catch (CompletionException e) {
      client.shutdownNow();
      throw explained(url, e.getCause() == null ? e : e.getCause());
    }
  }

  private static Lost explained(URI url, Throwable e) {
    if (e instanceof IllegalArgumentException) {
      throw new Failure("cannot open " + url + ": " + e.getMessage(), e);
    }
    if (e instanceof WebSocketHandshakeException refused) {
      int status = refused.getResponse().statusCode();
      if (status == 401 || status == 403) {
        throw new Failure("the token was refused (HTTP " + status + ")", e);
      }
      if (status / 100 == 4 && status != 429) {
        throw new Failure("there is no WebSocket at " + url + " (HTTP " + status + ")", e);
      }
      return new Lost("cannot open " + url + " (HTTP " + status + ")");
    }
    return new Lost("cannot reach " + url);
  }

  /** The next frame; null if there is none by then. */
  @Nullable JsonNode receive(Duration patience) throws Lost, InterruptedException {
    return switch (arrivals.poll(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      case null -> null;
      case Arrival.Frame(JsonNode json) -> json;
      case Arrival.End(String why) -> throw new Lost(why);
    };
  }

  void send(Map<String, ?> frame) throws Lost {
    try {
      socket.sendText(JSON.writeValueAsString(frame), true).join();
    } catch (CompletionException e) {
      throw new Lost("the connection broke");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Says good-bye, and does not wait for an answer. */
  @Override
  public void close() {
    if (!socket.isOutputClosed()) {
      try {
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").orTimeout(2, TimeUnit.SECONDS).join();
      } catch (CompletionException e) {
        // it is gone already
      }
    }
    client.shutdownNow();
  }

  private static final class Listener implements WebSocket.Listener {
    private final BlockingQueue<Arrival> arrivals;
    private final StringBuilder text = new StringBuilder();

    Listener(BlockingQueue<Arrival> arrivals) {
      this.arrivals = arrivals;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        try {
          arrivals.add(new Arrival.Frame(JSON.readTree(text.toString())));
        } catch (JsonProcessingException e) {
          arrivals.add(new Arrival.End("the server sent what is no frame"));
        }
        text.setLength(0);
      }
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      arrivals.add(new Arrival.End(reason.isEmpty() ? "the server closed (" + code + ")" : reason));
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      arrivals.add(new Arrival.End("the connection broke"));
    }
  }
}
