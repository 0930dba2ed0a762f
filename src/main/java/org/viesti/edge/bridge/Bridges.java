package org.viesti.edge.bridge;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.SingletonActor;
import org.jspecify.annotations.Nullable;
import org.viesti.connection.Connections;
import org.viesti.device.Devices;
import org.viesti.journal.NodeMessage;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;

/**
 * The cluster's bridges: all of them run on one node, and on another when that is gone. Where none
 * is configured, none of this runs.
 */
public final class Bridges {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final ActorSystem<?> system;
  private final @Nullable ActorRef<Command> all;

  private Bridges(ActorSystem<?> system, @Nullable ActorRef<Command> all) {
    this.system = system;
    this.all = all;
  }

  /** Runs them if this is to be the node that does. Waits for nothing. */
  public static Bridges start(
      ActorSystem<?> system,
      List<BridgeSettings> settings,
      Connections connections,
      Devices devices) {
    if (settings.isEmpty()) {
      return new Bridges(system, null);
    }
    return new Bridges(
        system,
        ClusterSingleton.get(system)
            .init(
                SingletonActor.of(
                    running(settings, new Bridge.Needs(connections, devices)), "bridges")));
  }

  /** All of them, by name. Fails with UNAVAILABLE if the node that runs them does not answer. */
  public CompletionStage<List<BridgeState>> list() {
    if (all == null) {
      return CompletableFuture.completedFuture(List.of());
    }
    return AskPattern.<Command, Listing>ask(all, ListAll::new, PATIENCE, system.scheduler())
        .thenApply(Listing::bridges)
        .exceptionallyCompose(
            failure ->
                CompletableFuture.failedFuture(
                    new Refused(
                        ErrorCode.UNAVAILABLE, "the node that runs the bridges does not answer")));
  }

  sealed interface Command {}

  record ListAll(ActorRef<Listing> replyTo) implements Command, NodeMessage {}

  record Listing(List<BridgeState> bridges) implements NodeMessage {}

  private static Behavior<Command> running(List<BridgeSettings> settings, Bridge.Needs needs) {
    return Behaviors.setup(
        context -> {
          Map<BridgeSettings, BridgeMeter> meters = new LinkedHashMap<>();
          for (BridgeSettings each : settings) {
            BridgeMeter meter = new BridgeMeter(each.name());
            meters.put(each, meter);
            context.spawn(
                Behaviors.supervise(Bridge.create(each, needs, meter))
                    .onFailure(
                        SupervisorStrategy.restartWithBackoff(
                            each.retryFirst(), each.retryMax(), 0.2)),
                each.name());
          }
          String node = Cluster.get(context.getSystem()).selfMember().address().hostPort();
          return Behaviors.receive(Command.class)
              .onMessage(
                  ListAll.class,
                  list -> {
                    list.replyTo()
                        .tell(
                            new Listing(
                                meters.entrySet().stream()
                                    .map(each -> each.getValue().state(each.getKey(), node))
                                    .toList()));
                    return Behaviors.same();
                  })
              .onSignal(
                  PostStop.class,
                  stopped -> {
                    meters.values().forEach(BridgeMeter::close);
                    return Behaviors.same();
                  })
              .build();
        });
  }
}
