package org.viesti;

import com.typesafe.config.Config;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viesti.connection.Admission;
import org.viesti.connection.LiveConnections;
import org.viesti.connection.TopicDesk;
import org.viesti.connection.TopicPublisher;
import org.viesti.device.Devices;
import org.viesti.edge.Calls;
import org.viesti.edge.LivePath;
import org.viesti.edge.LiveServer;
import org.viesti.edge.RoomPayloads;
import org.viesti.edge.bridge.Bridges;
import org.viesti.edge.grpc.GrpcEdge;
import org.viesti.edge.http.CallServer;
import org.viesti.edge.http.RestEdge;
import org.viesti.edge.mqtt.BrokerTopics;
import org.viesti.edge.mqtt.MqttAuthenticator;
import org.viesti.edge.mqtt.MqttEdge;
import org.viesti.edge.mqtt.MqttServer;
import org.viesti.edge.mqtt.MqttTraffic;
import org.viesti.edge.socketio.Gateway;
import org.viesti.edge.socketio.Pages;
import org.viesti.edge.socketio.SocketIoEdge;
import org.viesti.edge.websocket.WebSocketEdge;
import org.viesti.journal.Database;
import org.viesti.journal.History;
import org.viesti.journal.WakeUps;
import org.viesti.ops.BridgeRoutes;
import org.viesti.ops.DeadLetterRoutes;
import org.viesti.ops.ManagementServer;
import org.viesti.ops.MetricsRoutes;
import org.viesti.platform.GatewaySessions;
import org.viesti.platform.Platforms;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.StreamId;
import org.viesti.protocol.UserId;
import org.viesti.room.Rooms;
import org.viesti.routing.ClusterRoutes;
import org.viesti.routing.DurableFilters;
import org.viesti.routing.Exchange;
import org.viesti.routing.Retained;
import org.viesti.routing.Router;
import org.viesti.routing.SystemTopics;
import org.viesti.routing.Tails;
import org.viesti.routing.Waker;
import org.viesti.security.Authenticator;
import org.viesti.security.DeviceSecrets;
import org.viesti.security.ResumeTokens;
import org.viesti.security.SecretAuthenticator;
import org.viesti.security.TokenAuthenticator;
import org.viesti.stream.Streams;
import org.viesti.user.DeadLetters;
import org.viesti.user.PushFacts;
import org.viesti.user.PushNeeds;
import org.viesti.user.PushSender;
import org.viesti.user.Users;

/** One node of the cluster, wired from the bottom up. */
public final class Node implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Node.class);

  private final ActorSystem<Void> system;
  private final Database database;
  private final LiveServer live;
  private final Optional<MqttServer> mqtt;
  private final CallServer calls;

  private final Owned owned;

  /** The doors to what this node holds, for tests that need no edge. */
  record Owned(
      Rooms rooms,
      Users users,
      Devices devices,
      LiveConnections connections,
      GatewaySessions gateway,
      DeadLetters letters) {}

  private Node(
      ActorSystem<Void> system,
      Database database,
      LiveServer live,
      Optional<MqttServer> mqtt,
      CallServer calls,
      Owned owned) {
    this.system = system;
    this.database = database;
    this.live = live;
    this.mqtt = mqtt;
    this.calls = calls;
    this.owned = owned;
  }

  /**
   * Runs a node until it is told to stop. Throws {@link Failure} and its like if it cannot start.
   */
  static void run(Config config) {
    Settings settings = Settings.of(config);
    Node node = start(settings);
    System.out.println(Greeting.text(settings, node));
    node.awaitStop();
  }

  /** Starts a node: when this returns it is ready. */
  public static Node start(Config config) {
    return start(Settings.of(config));
  }

  private static Node start(Settings settings) {
    Settings.DatabaseSettings db = settings.database();
    Database database = new Database(db.url(), db.user(), db.password(), db.readConnections());
    ActorSystem<Void> system = null;
    try {
      system = ActorSystem.create(Behaviors.empty(), "viesti", settings.config());
      return start(settings, database, system);
    } catch (RuntimeException e) {
      if (system != null) {
        system.terminate();
      }
      database.close();
      throw e;
    }
  }

  private static Node start(Settings settings, Database database, ActorSystem<Void> system) {
    Clock clock = Clock.systemUTC();
    if (settings.security().usesDevelopmentKey()) {
      log.warn(
          "tokens are signed with a development key; set viesti.auth.secret or viesti.auth.jwks");
    }
    join(settings, system);

    // journal
    History history = new History(database);

    // routing, security
    ClusterRoutes routes = new ClusterRoutes();
    Owners owners = new Owners();
    Tails tails = new Tails(settings.routing().tailMessages(), settings.routing().tailBytes());
    ActorRef<Router.Command> router =
        system.systemActorOf(
            Router.create(routes, owners, history, tails), "router", Props.empty());
    Authenticator authenticator = TokenAuthenticator.of(settings.security(), clock);
    ResumeTokens resumeTokens = ResumeTokens.of(settings.security(), clock);
    DeviceSecrets secrets = new DeviceSecrets(database, clock);

    Exchange exchange = Exchange.start(system, owners, settings.routing());
    SystemTopics systemTopics = new SystemTopics(exchange);
    Retained retained = new Retained(database, systemTopics);
    DurableFilters filters = DurableFilters.start(system, database, exchange);

    // owners
    WakeUps wakeUps = new WakeUps(database, settings.waker().grace());
    Rooms rooms = Rooms.start(system, settings.room(), routes, owners, history, wakeUps, clock);
    Streams streams =
        Streams.start(system, settings.stream(), settings.routing().retention(), history, exchange);
    TopicPublisher publisher = new TopicPublisher(exchange, streams, retained);
    Devices devices =
        Devices.start(
            system, settings.device(), history, wakeUps, filters, publisher::publish, clock);
    PushNeeds push = push(system, settings, database, new Introductions(rooms, devices));
    Users users =
        Users.start(system, settings.user(), push, routes, owners, history, wakeUps, clock);
    owners.are(rooms, users, devices, streams);
    Waker.start(system, settings.waker(), wakeUps, owners, clock);

    // connections
    Admission admission = new Admission(rooms, settings.connection());
    LiveConnections connections =
        LiveConnections.start(
            system,
            settings.connection(),
            rooms,
            users,
            devices,
            admission,
            history,
            resumeTokens,
            router,
            tails,
            new TopicDesk.Needs(publisher, filters, devices, settings.topics()),
            new RoomPayloads());

    // foreign networks
    Platforms platforms = Platforms.load(settings.gateway());
    GatewaySessions sessions =
        GatewaySessions.start(system, settings.gateway(), platforms, database, history);

    // edges
    MqttAuthenticator mqttClients =
        new MqttAuthenticator(
            authenticator,
            new SecretAuthenticator(secrets::fingerprint, settings.security(), clock),
            settings.security().tenant(),
            settings.mqtt());
    MqttTraffic traffic = new MqttTraffic();
    MqttEdge mqttEdge = new MqttEdge(settings.mqtt(), mqttClients, connections, traffic);
    SocketIoEdge socketIo =
        new SocketIoEdge(
            settings.socketIo(), Gateway.start(system, sessions, platforms, settings.gateway()));
    List<LivePath> paths = new ArrayList<>(Pages.all());
    paths.addAll(socketIo.paths());
    Optional<LiveServer> sockethub =
        SocketIoEdge.listen(settings.socketIo(), settings.live(), paths);
    paths.add(new WebSocketEdge(authenticator, connections, settings.live()));
    paths.add(mqttEdge);
    LiveServer live = LiveServer.start(settings.live(), paths);
    Optional<MqttServer> mqtt = MqttServer.start(mqttEdge);
    Calls answers =
        Calls.over(settings.calls(), authenticator, rooms, users, devices, secrets, admission);
    RestEdge rest = new RestEdge(system, settings.calls(), answers, liveDoor(settings, live));
    GrpcEdge grpc = new GrpcEdge(system, settings.calls(), settings.live(), answers, connections);
    CallServer calls = CallServer.start(system, settings.calls(), rest::handle, grpc::handle);
    Bridges bridges = Bridges.start(system, settings.bridges(), connections, devices);

    // operators
    BrokerTopics.start(
        system, settings.mqtt().sysInterval(), traffic, exchange, retained, systemTopics);
    ManagementServer management =
        await(
            ManagementServer.start(
                system,
                settings.managementHost(),
                settings.managementPort(),
                List.of(
                    new MetricsRoutes(traffic).route(),
                    new DeadLetterRoutes(push.letters(), users).route(),
                    new BridgeRoutes(bridges::list).route())),
            "cannot listen for management; see viesti.management.host and viesti.management.port");

    warmUp(users, devices, streams);
    Shutdown shutdown = new Shutdown(system);
    shutdown.first("say-so-to-health-checks", grpc::leave);
    shutdown.door("live", live::unbind, live::stop);
    sockethub.ifPresent(server -> shutdown.door("sockethub", server::unbind, server::stop));
    mqtt.ifPresent(server -> shutdown.door("mqtt", server::unbind, server::stop));
    shutdown.door("calls", calls::unbind, () -> calls.stop(Duration.ofSeconds(3)));
    shutdown.drain("connections", connections::drain);
    shutdown.close("management", management::stop);
    shutdown.last("platforms", platforms::close);
    return new Node(
        system,
        database,
        live,
        mqtt,
        calls,
        new Owned(rooms, users, devices, connections, sessions, push.letters()));
  }

  /** The first client is not to wait for what is made when it is first used. */
  private static void warmUp(Users users, Devices devices, Streams streams) {
    UserId nobody = new UserId("viesti", "nobody");
    CompletableFuture.allOf(
            users.get(nobody).toCompletableFuture(),
            devices.get(new DeviceId(nobody, "nothing")).toCompletableFuture(),
            streams.head(new StreamId("viesti", null, 0)).toCompletableFuture())
        .handle((done, failure) -> Done.getInstance()) // then it is slower, and no worse
        .join();
  }

  private static PushNeeds push(
      ActorSystem<Void> system, Settings settings, Database database, PushFacts facts) {
    PushSender sender = new PushSender(settings.push());
    new Shutdown(system).last("pushing", sender::close);
    return new PushNeeds(settings.push(), sender, new DeadLetters(database), facts);
  }

  private static RestEdge.LiveDoor liveDoor(Settings settings, LiveServer live) {
    return new RestEdge.LiveDoor(
        settings.live().tls() == null ? "ws" : "wss", live.address().getPort());
  }

  private static void join(Settings settings, ActorSystem<Void> system) {
    Cluster cluster = Cluster.get(system);
    if (settings.clusterOfOne()) {
      cluster.manager().tell(Join.create(cluster.selfMember().address()));
    }
    CompletableFuture<Done> up = new CompletableFuture<>();
    org.apache.pekko.cluster.Cluster.get(system)
        .registerOnMemberUp(() -> up.complete(Done.getInstance()));
    await(up, "the cluster did not let this node in; see viesti.cluster");
  }

  private static <T> T await(CompletionStage<T> stage, String otherwise) {
    try {
      return stage.toCompletableFuture().orTimeout(40, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      throw new Failure(otherwise + " (" + cause.getMessage() + ")", cause);
    }
  }

  /** The port of live connections, the real one if 0 was asked for. */
  public int livePort() {
    return live.address().getPort();
  }

  /** The port of MQTT over TCP, the real one if 0 was asked for; absent if it is switched off. */
  public OptionalInt mqttPort() {
    return mqtt.map(server -> OptionalInt.of(server.address().getPort()))
        .orElse(OptionalInt.empty());
  }

  /** The port of calls, the real one if 0 was asked for. */
  public int callPort() {
    return calls.address().getPort();
  }

  /** For tests that need no edge. */
  Rooms rooms() {
    return owned.rooms();
  }

  Owned owned() {
    return owned;
  }

  Users users() {
    return owned.users();
  }

  DeadLetters deadLetters() {
    return owned.letters();
  }

  Database database() {
    return database;
  }

  ActorSystem<Void> system() {
    return system;
  }

  void awaitStop() {
    system.getWhenTerminated().toCompletableFuture().join();
    database.close();
  }

  /** Leaves the cluster in good order: clients are told, owners handed over. */
  @Override
  public void close() {
    CoordinatedShutdown.get(system)
        .runAll(CoordinatedShutdown.unknownReason())
        .toCompletableFuture()
        .orTimeout(Duration.ofSeconds(60).toSeconds(), TimeUnit.SECONDS)
        .join();
    awaitStop();
  }
}
