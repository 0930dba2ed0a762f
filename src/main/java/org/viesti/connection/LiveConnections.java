package org.viesti.connection;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.jspecify.annotations.Nullable;
import org.viesti.device.Devices;
import org.viesti.journal.History;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;
import org.viesti.room.Rooms;
import org.viesti.routing.Router;
import org.viesti.routing.Tails;
import org.viesti.security.Principal;
import org.viesti.security.ResumeTokens;
import org.viesti.user.Users;

/**
 * A node's streams: opens them, and keeps for all of them the one clock that ends tokens and finds
 * dead links.
 */
public final class LiveConnections implements Connections {
  private final ActorSystem<?> system;
  private final ActorRef<Command> all;

  private LiveConnections(ActorSystem<?> system, ActorRef<Command> all) {
    this.system = system;
    this.all = all;
  }

  /** Opens the door on this node. */
  public static LiveConnections start(
      ActorSystem<?> system,
      ConnectionSettings settings,
      Rooms rooms,
      Users users,
      Devices devices,
      Admission admission,
      History history,
      ResumeTokens resumeTokens,
      ActorRef<Router.Command> router,
      Tails tails,
      TopicDesk.Needs topics,
      RoomJson roomJson) {
    Opening opening = new Opening(settings, users, devices, history, resumeTokens, router);
    DeviceConnection.Needs needs =
        new DeviceConnection.Needs(
            settings, rooms, users, devices, admission, opening, history, router, tails, topics,
            roomJson);
    return new LiveConnections(
        system,
        system.systemActorOf(
            All.create(needs), "connections", org.apache.pekko.actor.typed.Props.empty()));
  }

  @Override
  public CompletionStage<ActorRef<DeviceConnection.Command>> open(
      Principal principal, Wire wire, ClientFrame.Hello hello) {
    return AskPattern.<Command, Opened>ask(
            all,
            ref -> new Open(principal, wire, hello, ref),
            Duration.ofSeconds(5),
            system.scheduler())
        .thenApply(
            opened ->
                switch (opened) {
                  case Stream(var stream) -> stream;
                  case Leaving() ->
                      throw new Refused(ErrorCode.DRAINING, "this node is leaving; try another");
                });
  }

  @Override
  public void renew(ActorRef<DeviceConnection.Command> stream, Instant expires) {
    all.tell(new Renew(stream, expires.toEpochMilli()));
  }

  /** Tells every client to come back elsewhere; done when their streams are closed. */
  public CompletionStage<Done> drain() {
    return AskPattern.ask(all, DrainAll::new, Duration.ofSeconds(20), system.scheduler());
  }

  /** How many streams are open. */
  public CompletionStage<Integer> count() {
    return AskPattern.ask(all, Count::new, Duration.ofSeconds(5), system.scheduler());
  }

  private sealed interface Command {}

  private record Open(
      Principal principal, Wire wire, ClientFrame.Hello hello, ActorRef<Opened> replyTo)
      implements Command {}

  private record Renew(ActorRef<DeviceConnection.Command> stream, long expires)
      implements Command {}

  private record DrainAll(ActorRef<Done> replyTo) implements Command {}

  private record Count(ActorRef<Integer> replyTo) implements Command {}

  private record Tick() implements Command {}

  private sealed interface Opened {}

  private record Stream(ActorRef<DeviceConnection.Command> stream) implements Opened {}

  private record Leaving() implements Opened {}

  /** A moment at which a stream is to be looked at; each open stream has one. */
  private record Deadline(long atMs, ActorRef<DeviceConnection.Command> stream)
      implements Comparable<Deadline> {
    @Override
    public int compareTo(Deadline other) {
      return Long.compare(atMs, other.atMs);
    }
  }

  /** The parent of all streams. */
  private static final class All extends AbstractBehavior<Command> {
    private static final Duration TICK = Duration.ofSeconds(1);
    private final DeviceConnection.Needs needs;

    /** Open streams, and when their tokens expire. */
    private final Map<ActorRef<DeviceConnection.Command>, Long> streams = new HashMap<>();

    private final PriorityQueue<Deadline> deadlines = new PriorityQueue<>();
    private @Nullable ActorRef<Done> drained;

    static Behavior<Command> create(DeviceConnection.Needs needs) {
      return Behaviors.setup(
          context ->
              Behaviors.withTimers(
                  timers -> {
                    timers.startTimerWithFixedDelay(new Tick(), TICK);
                    return new All(context, needs);
                  }));
    }

    private All(ActorContext<Command> context, DeviceConnection.Needs needs) {
      super(context);
      this.needs = needs;
    }

    @Override
    public Receive<Command> createReceive() {
      return newReceiveBuilder()
          .onAnyMessage(this::on)
          .onSignal(Terminated.class, this::onGone)
          .build();
    }

    private Behavior<Command> on(Command command) {
      switch (command) {
        case Open open -> open.replyTo().tell(drained == null ? open(open) : new Leaving());
        case Count(var replyTo) -> replyTo.tell(streams.size());
        case Renew(var stream, long expires) -> streams.replace(stream, expires);
        case Tick() -> tick(System.currentTimeMillis());
        case DrainAll(var replyTo) -> {
          drained = replyTo;
          streams
              .keySet()
              .forEach(stream -> stream.tell(new DeviceConnection.Drain(reconnectAfter())));
          sayWhenDrained();
        }
      }
      return Behaviors.same();
    }

    private Stream open(Open open) {
      ActorRef<DeviceConnection.Command> stream =
          getContext()
              .spawnAnonymous(
                  DeviceConnection.create(
                      open.principal(),
                      open.wire(),
                      open.hello(),
                      UUID.randomUUID().toString(),
                      needs));
      getContext().watch(stream);
      long expires = open.principal().expires().toEpochMilli();
      streams.put(stream, expires);
      lookAgain(stream, expires, System.currentTimeMillis());
      return new Stream(stream);
    }

    private void lookAgain(ActorRef<DeviceConnection.Command> stream, long expires, long now) {
      long nextCheck = now + needs.settings().heartbeat().toMillis();
      deadlines.add(new Deadline(Math.min(nextCheck, expires), stream));
    }

    private void tick(long now) {
      for (Deadline first = deadlines.peek();
          first != null && first.atMs() <= now;
          first = deadlines.peek()) {
        deadlines.poll();
        Long expires = streams.get(first.stream());
        if (expires == null) {
          continue;
        }
        if (expires <= now) {
          first.stream().tell(new DeviceConnection.End(new CloseCause.TokenExpired()));
        } else {
          first.stream().tell(new DeviceConnection.CheckHeartbeat());
          lookAgain(first.stream(), expires, now);
        }
      }
    }

    /** Spread out, so that the other nodes are not stormed. */
    private long reconnectAfter() {
      long min = needs.settings().drainMin().toMillis();
      long max = needs.settings().drainMax().toMillis();
      return ThreadLocalRandom.current().nextLong(min, max + 1);
    }

    private Behavior<Command> onGone(Terminated gone) {
      streams.remove(gone.getRef().<DeviceConnection.Command>unsafeUpcast());
      sayWhenDrained();
      return this;
    }

    private void sayWhenDrained() {
      if (drained != null && streams.isEmpty()) {
        drained.tell(Done.getInstance());
      }
    }
  }
}
