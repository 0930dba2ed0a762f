package org.viesti.edge.websocket;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;
import org.viesti.connection.Connections;
import org.viesti.connection.DeviceConnection;
import org.viesti.connection.Wire;
import org.viesti.edge.LiveServer;
import org.viesti.edge.LiveSettings;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.protocol.ServerFrame;
import org.viesti.protocol.UserId;
import org.viesti.security.Authenticator;
import org.viesti.security.Principal;

/**
 * A live listener before a connection that keeps what it is told and answers pings. The token
 * {@code ann} is Ann's; {@code expired} is expired; any other is wrong.
 */
final class LiveNode implements Connections, AutoCloseable {
  static final LiveSettings SETTINGS =
      new LiveSettings(
          "127.0.0.1",
          0,
          1,
          16_384,
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          true,
          1000,
          null);

  /** A stream that was opened, and what its connection was told since. */
  record Stream(
      Principal principal,
      Wire wire,
      ClientFrame.Hello hello,
      BlockingQueue<DeviceConnection.Command> told) {
    DeviceConnection.Command next() throws InterruptedException {
      return taken(told);
    }
  }

  private final ActorTestKit actors = ActorTestKit.create();
  private final LiveServer server;
  final BlockingQueue<Stream> streams = new LinkedBlockingQueue<>();

  /** What opening waits for; and why it is refused, if it is. */
  volatile CompletionStage<?> gate = CompletableFuture.completedFuture(null);

  volatile @Nullable Refusal refusal;

  LiveNode() {
    this(UnaryOperator.identity());
  }

  LiveNode(UnaryOperator<LiveSettings> change) {
    LiveSettings settings = change.apply(SETTINGS);
    Authenticator authenticator = LiveNode::authenticate;
    server = LiveServer.start(settings, List.of(new WebSocketEdge(authenticator, this, settings)));
  }

  int port() {
    return server.address().getPort();
  }

  Stream stream() throws InterruptedException {
    return taken(streams);
  }

  private static CompletionStage<Principal> authenticate(String token) {
    return switch (token) {
      case "ann" ->
          CompletableFuture.completedFuture(
              new Principal(new UserId("acme", "ann"), "phone", Set.of(), Instant.MAX));
      case "expired" ->
          CompletableFuture.failedFuture(
              new Refused(ErrorCode.TOKEN_EXPIRED, "the token's time is over"));
      case "broken" -> CompletableFuture.failedFuture(new IllegalStateException("key store"));
      default ->
          CompletableFuture.failedFuture(
              new Refused(ErrorCode.UNAUTHENTICATED, "the token is not valid"));
    };
  }

  @Override
  public void renew(ActorRef<DeviceConnection.Command> stream, Instant expires) {}

  @Override
  public CompletionStage<ActorRef<DeviceConnection.Command>> open(
      Principal principal, Wire wire, ClientFrame.Hello hello) {
    Refusal no = refusal;
    if (no != null) {
      return CompletableFuture.failedFuture(new Refused(no));
    }
    Stream stream = new Stream(principal, wire, hello, new LinkedBlockingQueue<>());
    ActorRef<DeviceConnection.Command> connection =
        actors.spawn(
            Behaviors.receiveMessage(
                command -> {
                  stream.told().add(command);
                  if (command instanceof DeviceConnection.Frames(var frames)) {
                    List<ServerFrame> pongs =
                        frames.stream()
                            .filter(ClientFrame.Ping.class::isInstance)
                            .<ServerFrame>map(
                                f -> new ServerFrame.Pong(((ClientFrame.Ping) f).nonce()))
                            .toList();
                    wire.send(pongs);
                  }
                  return Behaviors.same();
                }));
    streams.add(stream);
    return gate.thenApply(opened -> connection);
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
    actors.shutdownTestKit();
  }
}
