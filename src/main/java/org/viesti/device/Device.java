package org.viesti.device;

import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.GroupCommit;
import org.viesti.journal.Logs;
import org.viesti.protocol.DeviceId;

/**
 * The owner of one device: there is one of it in the cluster, so it is the one to say which stream
 * is live. The newest wins, in whatever order they are heard of; the older is told. It stays in
 * memory while a stream is live, and for a while after.
 */
final class Device extends EventSourcedBehavior<DeviceCommand, DeviceEvent, DeviceState> {

  /** What a device needs of its node. */
  record Needs(DeviceSettings settings, Clock clock) {}

  private final ActorContext<DeviceCommand> context;
  private final ActorRef<ClusterSharding.ShardCommand> shard;
  private final Needs needs;
  private final GroupCommit<DeviceState, DeviceEvent> commit =
      new GroupCommit<>(DeviceState::grown);
  private @Nullable ActorRef<Devices.News> live;

  /** The live stream's; 0: there is none. */
  private long generation;

  static Behavior<DeviceCommand> create(
      DeviceId id, ActorRef<ClusterSharding.ShardCommand> shard, Needs needs) {
    return Behaviors.setup(context -> new Device(context, shard, id, needs));
  }

  private Device(
      ActorContext<DeviceCommand> context,
      ActorRef<ClusterSharding.ShardCommand> shard,
      DeviceId id,
      Needs needs) {
    super(Logs.persistenceId(id), GroupCommit.RESTART);
    this.context = context;
    this.shard = shard;
    this.needs = needs;
    restIfIdle();
  }

  @Override
  public DeviceState emptyState() {
    return DeviceState.EMPTY;
  }

  @Override
  public EventHandler<DeviceState, DeviceEvent> eventHandler() {
    return commit::grown;
  }

  /** Old cursors are worth nothing once a snapshot has the new ones. */
  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(needs.settings().snapshotEvery(), 1)
        .withDeleteEventsOnSnapshot();
  }

  @Override
  public SignalHandler<DeviceState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(
            Terminated.class, (state, gone) -> detach(gone.getRef().<Devices.News>unsafeUpcast()))
        .build();
  }

  @Override
  public CommandHandler<DeviceCommand, DeviceEvent, DeviceState> commandHandler() {
    return newCommandHandlerBuilder().forAnyState().onAnyCommand(this::on);
  }

  private Effect<DeviceEvent, DeviceState> on(DeviceState state, DeviceCommand command) {
    DeviceState ahead = commit.ahead(state);
    switch (command) {
      case DeviceCommand.Flush() -> {
        GroupCommit.Batch<DeviceEvent> batch = commit.take();
        return Effect().persist(batch.events()).thenRun(after -> batch.committed());
      }
      case DeviceCommand.Idle() -> {
        if (live == null) {
          shard.tell(new ClusterSharding.Passivate<>(context.getSelf()));
        }
      }
      case DeviceCommand.Attach attach -> {
        if (!ahead.revoked()) {
          takeOver(attach.connection(), attach.generation());
        }
        answer(state, attach);
      }
      case DeviceCommand.Detach(var connection) -> detach(connection);
      case DeviceCommand.Move move -> move(state, ahead, move);
      case DeviceCommand.Drop(var topics) -> {
        if (!java.util.Collections.disjoint(ahead.cursorsOrNone().keySet(), topics)) {
          commit.gather(state, new DeviceEvent.CursorsDropped(topics));
        }
      }
      case DeviceCommand.Get get -> answer(state, get);
      case DeviceCommand.Revoke revoke -> {
        if (!ahead.revoked()) {
          commit.gather(state, new DeviceEvent.Revoked(needs.clock().millis()));
          if (live != null) {
            live.tell(new Devices.Revoked());
          }
        }
        answer(state, revoke);
      }
      case DeviceCommand.Readmit readmit -> {
        if (ahead.revoked()) {
          commit.gather(state, new DeviceEvent.Readmitted(needs.clock().millis()));
        }
        answer(state, readmit);
      }
      case DeviceCommand.ChangeSecret change -> {
        if (live != null) {
          live.tell(new Devices.SecretChanged());
        }
        answer(state, change);
      }
    }
    if (commit.wantsFlush()) {
      context.getSelf().tell(new DeviceCommand.Flush());
    }
    return Effect().none();
  }

  private void answer(DeviceState state, DeviceCommand.Request request) {
    DeviceState after = commit.ahead(state);
    DeviceCommand.Is is =
        new DeviceCommand.Is(context.getSelf(), after.cursorsOrNone(), after.revoked(), generation);
    commit.afterwards(() -> request.replyTo().tell(is));
  }

  /** A stream that was given up may be heard of after the one that followed. */
  private void takeOver(ActorRef<Devices.News> connection, long itsGeneration) {
    if (itsGeneration < generation) {
      return;
    }
    if (live != null && !live.equals(connection)) {
      context.unwatch(live);
      live.tell(new Devices.TakenOver());
    }
    live = connection;
    generation = itsGeneration;
    context.watch(connection);
    restIfIdle();
  }

  private Effect<DeviceEvent, DeviceState> detach(ActorRef<Devices.News> connection) {
    if (connection.equals(live)) {
      context.unwatch(connection);
      live = null;
      generation = 0;
      restIfIdle();
    }
    return Effect().none();
  }

  /**
   * What a stream acknowledged stays true when another has taken over, but no cursor goes back by
   * it.
   */
  private void move(DeviceState state, DeviceState ahead, DeviceCommand.Move move) {
    boolean isLive = move.connection().equals(live);
    Map<String, Long> moved = new HashMap<>();
    move.positions()
        .forEach(
            (topic, position) -> {
              Long was = ahead.cursorsOrNone().get(topic);
              if (was == null || position > was || (isLive && position < was)) {
                moved.put(topic, position);
              }
            });
    if (!moved.isEmpty()) {
      commit.gather(state, new DeviceEvent.CursorsMoved(moved));
    }
  }

  private void restIfIdle() {
    if (live == null) {
      context.setReceiveTimeout(needs.settings().passivateAfter(), new DeviceCommand.Idle());
    } else {
      context.cancelReceiveTimeout();
    }
  }
}
