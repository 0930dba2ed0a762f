package org.viesti.edge.mqtt;

import static java.util.concurrent.TimeUnit.SECONDS;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
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
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.protocol.ServerFrame;
import org.viesti.protocol.UserId;
import org.viesti.security.Authenticator;
import org.viesti.security.DeviceSecrets;
import org.viesti.security.Principal;
import org.viesti.security.SecretAuthenticator;
import org.viesti.security.SecuritySettings;

/**
 * MQTT before a connection that says welcome and keeps what it is told. The token {@code ann} is
 * for Ann's device {@code phone}; {@code expired} is expired; any other is wrong. Names without a
 * tenant are of {@code acme}.
 */
final class MqttNode implements Connections, AutoCloseable {
  private static final String SETTINGS =
      """
      port = 0, threads = 1, anonymous = on, connect-timeout = 20s, max-packet-bytes = 4KiB
      max-client-id = 100, keep-alive-max = 600s, session-expiry-max = 0s, reason-strings = on, receive-maximum = 3, topic-alias-maximum = 5, tls.port = 0
      """;

  /** A stream that was opened, and what its connection was told since. */
  record Stream(
      Principal principal,
      Wire wire,
      ClientFrame.Terms terms,
      BlockingQueue<DeviceConnection.Command> told) {
    DeviceConnection.Command next() throws InterruptedException {
      return taken(told);
    }

    /** The frames of one read. */
    List<ClientFrame> frames() throws InterruptedException {
      return next() instanceof DeviceConnection.Frames(var frames) ? frames : List.of();
    }

    /** The only frame of a read. */
    ClientFrame frame() throws InterruptedException {
      List<ClientFrame> frames = frames();
      if (frames.size() != 1) {
        throw new AssertionError(frames);
      }
      return frames.getFirst();
    }

    void send(ServerFrame... frames) {
      wire.send(List.of(frames));
    }
  }

  private final ActorTestKit actors = ActorTestKit.create();
  private final MqttServer server;
  private final LiveServer live;
  final BlockingQueue<Stream> streams = new LinkedBlockingQueue<>();

  /** Until when streams may stay that were renewed. */
  final BlockingQueue<Instant> renewed = new LinkedBlockingQueue<>();

  /** A door behind which nothing opens. */
  static final Connections NOBODY =
      new Connections() {
        @Override
        public CompletionStage<ActorRef<DeviceConnection.Command>> open(
            Principal principal, Wire wire, ClientFrame.Hello hello) {
          return new CompletableFuture<>();
        }

        @Override
        public void renew(ActorRef<DeviceConnection.Command> stream, Instant expires) {}
      };

  /** What opening waits for; why it is refused, if it is; and whether there was a session. */
  volatile CompletionStage<?> gate = CompletableFuture.completedFuture(null);

  volatile @Nullable Refusal refusal;
  volatile boolean resumed;

  /** Secrets, by device. */
  final Map<String, String> secrets = new ConcurrentHashMap<>();

  MqttNode() {
    this("");
  }

  /**
   * @param change of settings
   */
  MqttNode(String change) {
    MqttSettings settings = settings(SETTINGS + "\n" + change);
    MqttAuthenticator authenticator =
        authenticator(MqttNode::authenticate, settings, device -> secrets.get(device.key()));
    MqttEdge edge = new MqttEdge(settings, authenticator, this, new MqttTraffic());
    server = MqttServer.start(edge).orElseThrow();
    live =
        LiveServer.start(
            new LiveSettings(
                "127.0.0.1",
                0,
                1,
                16_384,
                Duration.ofSeconds(20),
                Duration.ofSeconds(10),
                false,
                0,
                null),
            List.of(edge));
  }

  /** By these tokens and secrets, of which three wrong ones are too many. */
  static MqttAuthenticator authenticator(
      Authenticator tokens, MqttSettings settings, Function<DeviceId, @Nullable String> secrets) {
    return new MqttAuthenticator(
        tokens,
        new SecretAuthenticator(
            device ->
                CompletableFuture.completedFuture(
                    Optional.ofNullable(secrets.apply(device))
                        .map(secret -> DeviceSecrets.fingerprint(device, secret))),
            SecuritySettings.of(
                ConfigFactory.parseString("viesti.auth.wrong-secrets = 3")
                    .withFallback(ConfigFactory.parseResources("reference.conf"))),
            InstantSource.system()),
        "acme",
        settings);
  }

  /** Those of the reference but for these. */
  static MqttSettings settings(String change) {
    return MqttSettings.from(
        ConfigFactory.parseString("viesti.mqtt {" + change + "}")
            .withFallback(ConfigFactory.parseResources("reference.conf")));
  }

  int port() {
    return server.address().getPort();
  }

  int securePort() {
    return server.secureAddress().getPort();
  }

  int livePort() {
    return live.address().getPort();
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
      default ->
          CompletableFuture.failedFuture(
              new Refused(ErrorCode.UNAUTHENTICATED, "the token is not valid"));
    };
  }

  @Override
  public void renew(ActorRef<DeviceConnection.Command> stream, Instant expires) {
    renewed.add(expires);
  }

  @Override
  public CompletionStage<ActorRef<DeviceConnection.Command>> open(
      Principal principal, Wire wire, ClientFrame.Hello hello) {
    Refusal no = refusal;
    if (no != null) {
      return CompletableFuture.failedFuture(new Refused(no));
    }
    if (hello.terms() == null) {
      throw new AssertionError("an MQTT client has terms");
    }
    Stream stream = new Stream(principal, wire, hello.terms(), new LinkedBlockingQueue<>());
    ActorRef<DeviceConnection.Command> connection =
        actors.spawn(
            Behaviors.receiveMessage(
                command -> {
                  stream.told().add(command);
                  return Behaviors.same();
                }));
    streams.add(stream);
    return gate.thenApply(
        opened -> {
          stream.send(
              new ServerFrame.Welcome(
                  "s", principal.user().id(), principal.device(), "", resumed, 0, Map.of()));
          return connection;
        });
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
    live.unbind().toCompletableFuture().join();
    live.stop().toCompletableFuture().join();
    actors.shutdownTestKit();
  }
}
