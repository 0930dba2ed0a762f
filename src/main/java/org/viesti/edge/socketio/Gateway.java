package org.viesti.edge.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.SpawnProtocol;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.jspecify.annotations.Nullable;
import org.viesti.platform.GatewaySessions;
import org.viesti.platform.GatewaySettings;
import org.viesti.platform.Platforms;
import org.viesti.platform.dialect.Middleware;
import org.viesti.security.SecretBox;

/** The clients of the gateway: each has a session, to which it may come back. */
public final class Gateway implements Clients {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final ActorSystem<?> system;
  private final ActorRef<SpawnProtocol.Command> connections;
  private final GatewayConnection.Needs needs;

  private Gateway(
      ActorSystem<?> system,
      ActorRef<SpawnProtocol.Command> connections,
      GatewayConnection.Needs needs) {
    this.system = system;
    this.connections = connections;
    this.needs = needs;
  }

  /** Opens the door on this node. */
  public static Gateway start(
      ActorSystem<?> system,
      GatewaySessions sessions,
      Platforms platforms,
      GatewaySettings settings) {
    String version = Gateway.class.getPackage().getImplementationVersion();
    Middleware middleware =
        new Middleware(
            platforms.descriptions(), settings.off(), version == null ? "development" : version);
    return new Gateway(
        system,
        system.systemActorOf(SpawnProtocol.create(), "gateway-connections", Props.empty()),
        new GatewayConnection.Needs(sessions, middleware, settings));
  }

  @Override
  public CompletionStage<Accepted> connect(SocketIo socket, JsonNode auth) {
    String pid = auth.path("pid").textValue();
    String known = pid == null ? null : needs.sessions().idOf(pid);
    CompletionStage<Optional<SecretBox>> key =
        known == null
            ? CompletableFuture.completedFuture(Optional.empty())
            : needs.sessions().key(known);
    return key.thenCompose(
        found -> {
          String session = known == null || found.isEmpty() ? needs.sessions().newId() : known;
          return open(
              socket,
              session,
              found.orElse(null),
              found.isEmpty() ? null : auth.path("offset").textValue());
        });
  }

  private CompletionStage<Accepted> open(
      SocketIo socket, String session, @Nullable SecretBox key, @Nullable String offset) {
    String link = needs.sessions().newId();
    return AskPattern.<SpawnProtocol.Command, ActorRef<Object>>ask(
            connections,
            ref ->
                new SpawnProtocol.Spawn<>(
                    GatewayConnection.create(needs, socket, session, link, key, offset),
                    "",
                    Props.empty(),
                    ref),
            PATIENCE,
            system.scheduler())
        .thenApply(
            actor ->
                new Accepted(session, needs.sessions().privateId(session), new ToActor(actor)));
  }

  /** A socket's words, as messages to its connection. */
  private record ToActor(ActorRef<Object> actor) implements Served {
    @Override
    public void events(List<Incoming> events) {
      actor.tell(new GatewayConnection.Said(events));
    }

    @Override
    public void writable() {
      actor.tell(new GatewayConnection.Writable());
    }

    @Override
    public void closed(String reason) {
      actor.tell(new GatewayConnection.Closed(reason));
    }
  }
}
