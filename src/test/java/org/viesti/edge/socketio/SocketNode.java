package org.viesti.edge.socketio;

import static java.util.concurrent.TimeUnit.SECONDS;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.viesti.edge.LivePath;
import org.viesti.edge.LiveServer;
import org.viesti.edge.LiveSettings;

/**
 * A live listener with Socket.IO, before one who serves clients by keeping what they say. An event
 * {@code echo} is answered with its argument, as are those of Sockethub; {@code tell} comes back as
 * {@code told}, and {@code go} disconnects.
 */
final class SocketNode implements Clients, AutoCloseable {
  private static final Config REFERENCE = ConfigFactory.parseResources("reference.conf");

  /** What Sockethub's clients ask for first. */
  private static final JsonNode REGISTRY = registry();

  private static JsonNode registry() {
    try {
      return new ObjectMapper()
          .readTree(
              """
              {"fingerprint":"f1","version":"5",
               "contexts":{"as":"https://www.w3.org/ns/activitystreams",
                 "sockethub":"https://sockethub.org/ns/context/v1.jsonld"},
               "platforms":[{"id":"dummy","version":"1",
                 "contextUrl":"https://sockethub.org/ns/context/platform/dummy/v1.jsonld",
                 "types":["credentials","echo","connect","join","leave"],
                 "schemas":{"credentials":{},"messages":{"required":["type"],
                   "properties":{"type":{"enum":["echo","connect","join","leave"]}}}}}]}
              """);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A client that connected. */
  record Client(
      SocketIo socket,
      JsonNode auth,
      BlockingQueue<List<Incoming>> batches,
      BlockingQueue<String> closed,
      AtomicInteger writables)
      implements Served {

    @Override
    public void events(List<Incoming> events) {
      batches.add(events);
      List<SocketIo.Outgoing> answers = new ArrayList<>();
      for (Incoming event : events) {
        switch (event.event()) {
          case "echo" ->
              answers.add(new SocketIo.Outgoing.Ack(event.ack(), event.args().getFirst()));
          case "schemas" -> answers.add(new SocketIo.Outgoing.Ack(event.ack(), schemas(event)));
          case "credentials", "message" -> {
            if (event.ack() >= 0) {
              answers.add(new SocketIo.Outgoing.Ack(event.ack(), event.args().getFirst()));
            }
          }
          case "tell" -> answers.add(new SocketIo.Outgoing.Event("told", event.args()));
          default -> {}
        }
      }
      if (!answers.isEmpty()) {
        socket.send(answers);
      }
      if (events.getLast().event().equals("go")) {
        socket.disconnect();
      }
    }

    private static JsonNode schemas(Incoming event) {
      return event.args().getFirst().asText().equals("f1")
          ? JsonNodeFactory.instance.objectNode().put("fingerprint", "f1").put("unchanged", true)
          : REGISTRY;
    }

    @Override
    public void writable() {
      writables.incrementAndGet();
    }

    @Override
    public void closed(String reason) {
      closed.add(reason);
    }

    /** What it says next, all that came at once. */
    List<Incoming> said() throws InterruptedException {
      return taken(batches);
    }

    String ended() throws InterruptedException {
      return taken(closed);
    }
  }

  final SocketIoSettings settings;
  private final LiveServer server;
  private final BlockingQueue<Client> clients = new LinkedBlockingQueue<>();
  private final AtomicInteger connects = new AtomicInteger();

  /** What connecting waits for; whoever fails it refuses. */
  volatile CompletionStage<?> gate = CompletableFuture.completedFuture(null);

  volatile @Nullable String pid;

  SocketNode() {
    this("");
  }

  /**
   * @param settings of viesti.gateway.socket
   */
  SocketNode(String settings) {
    this(settings, "");
  }

  /**
   * @param live settings of viesti.live
   */
  SocketNode(String socket, String live) {
    Config config =
        ConfigFactory.parseString(
                "viesti.gateway.socket {" + socket + "}\nviesti.live { port = 0\n" + live + "}")
            .withFallback(REFERENCE);
    settings = SocketIoSettings.from(config);
    List<LivePath> paths = new ArrayList<>(new SocketIoEdge(settings, this).paths());
    paths.addAll(Pages.all());
    server = LiveServer.start(LiveSettings.from(config), paths);
  }

  @Override
  public CompletionStage<Accepted> connect(SocketIo socket, JsonNode auth) {
    Client client =
        new Client(
            socket,
            auth,
            new LinkedBlockingQueue<>(),
            new LinkedBlockingQueue<>(),
            new AtomicInteger());
    clients.add(client);
    String sid = "s" + connects.incrementAndGet();
    return gate.thenApply(open -> new Accepted(sid, pid, client));
  }

  /** The next that connects. */
  Client client() throws InterruptedException {
    return taken(clients);
  }

  int port() {
    return server.address().getPort();
  }

  String http(String path) {
    return "http://127.0.0.1:" + port() + path;
  }

  static <T> T taken(BlockingQueue<T> queue) throws InterruptedException {
    T taken = queue.poll(10, SECONDS);
    if (taken == null) {
      throw new AssertionError("nothing came in 10 s");
    }
    return taken;
  }

  @Override
  public void close() {
    server.unbind().toCompletableFuture().join();
    server.stop().toCompletableFuture().join();
  }
}
