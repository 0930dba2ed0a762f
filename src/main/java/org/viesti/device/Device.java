package org.viesti.device;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.GroupCommit;
import org.viesti.journal.Logs;
import org.viesti.journal.WakeUps;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.Publication;
import org.viesti.routing.Alarm;
import org.viesti.routing.DurableFilters;

/**
 * The owner of one device: there is one of it in the cluster, so it is the one to say which stream
 * is live. The newest wins, in whatever order they are heard of; the older is told. It stays in
 * memory while a stream is live, and for a while after.
 */
final class Device extends EventSourcedBehavior<DeviceCommand, DeviceEvent, DeviceState> {

  /** What a device needs of its node. */
  record Needs(
      DeviceSettings settings,
      WakeUps wakeUps,
      DurableFilters filters,
      Consumer<Publication> publish,
      Clock clock) {}

  /** A stream that is told to end says what it leaves when what it has begun is done. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(5);

  /** What a stream said at its end comes about when it is known that it ended; or its node died. */
  private static final Duration LAST_BREATH = Duration.ofSeconds(1);

  /** A session whose end nobody would notice is looked after no more often than this. */
  private static final Duration ROUND = Duration.ofHours(1);

  private final ActorContext<DeviceCommand> context;
  private final ActorRef<ClusterSharding.ShardCommand> shard;
  private final Needs needs;
  private final GroupCommit<DeviceState, DeviceEvent> commit =
      new GroupCommit<>(DeviceState::grown);
  private final DeviceId id;
  private final Alarm alarm;
  private @Nullable ActorRef<Devices.News> live;

  /** The live stream has a session. */
  private boolean inSession;

  /** Takes over as soon as the live stream has said what it leaves. */
  private DeviceCommand.@Nullable Attach next;

  /** The live stream's; 0: there is none. */
  private long generation;

  /**
   * Done when the filters of the session that ended last are gone, so that the next may add its
   * own.
   */
  private CompletionStage<Done> forgotten = CompletableFuture.completedFuture(Done.getInstance());

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
    this.id = id;
    this.alarm = new Alarm(needs.wakeUps(), id.topic());
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
        .onSignal(Terminated.class, this::onGone)
        .onSignal(RecoveryCompleted.instance(), this::onRecovered)
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
        if (live == null
            && dueWithin(ahead.session()) > needs.settings().passivateAfter().toMillis()) {
          shard.tell(new ClusterSharding.Passivate<>(context.getSelf()));
        }
      }
      case DeviceCommand.Attach attach -> attach(state, ahead, attach);
      case DeviceCommand.Detach(var connection, var left) -> detach(state, connection, left);
      case DeviceCommand.Silent(var connection) -> detach(state, connection, null);
      case DeviceCommand.Subscribe subscribe -> {
        if (!subscribe.subscribed().isEmpty()) {
          commit.gather(state, new DeviceEvent.SessionSubscribed(subscribe.subscribed()));
        }
        if (!subscribe.unsubscribed().isEmpty()) {
          commit.gather(state, new DeviceEvent.SessionUnsubscribed(subscribe.unsubscribed()));
        }
        answer(state, subscribe);
      }
      case DeviceCommand.Settle() -> {
        if (live == null) {
          settle(state, ahead);
        }
      }
      case DeviceCommand.Wake(long dueAt, long since) -> {
        alarm.rang(dueAt, since);
        settle(state, ahead);
      }
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
    DeviceCommand.Is is = is(state, commit.ahead(state).cursorsOrNone(), null);
    commit.afterwards(() -> request.replyTo().tell(is));
  }

  private DeviceCommand.Is is(
      DeviceState state, Map<String, Long> cursors, @Nullable Session session) {
    return new DeviceCommand.Is(
        context.getSelf(), cursors, commit.ahead(state).revoked(), generation, session);
  }

  // Streams come and go.

  private void attach(DeviceState state, DeviceState ahead, DeviceCommand.Attach attach) {
    if (ahead.revoked() || attach.generation() < generation) {
      answer(state, attach);
      return;
    }
    if (live != null && inSession && !live.equals(attach.connection())) {
      if (next != null && next.generation() > attach.generation()) {
        refuseOlder(attach, next.generation());
        return;
      }
      if (next == null) {
        live.tell(new Devices.TakenOver());
        context.scheduleOnce(LAST_WORDS, context.getSelf(), new DeviceCommand.Silent(live));
      } else {
        refuseOlder(next, attach.generation());
      }
      next = attach;
      return;
    }
    takeOver(attach.connection(), attach.generation());
    Devices.Terms terms = attach.terms();
    if (terms == null) {
      inSession = ahead.session() != null && ahead.session().leftAt() == 0;
      answer(state, attach);
    } else {
      open(state, ahead, attach, terms);
    }
  }

  /** As if the newer one had been heard of first. */
  private void refuseOlder(DeviceCommand.Attach older, long newer) {
    older.replyTo().tell(new DeviceCommand.Is(context.getSelf(), Map.of(), false, newer, null));
  }

  /** A stream that was given up may be heard of after the one that followed. */
  private void takeOver(ActorRef<Devices.News> connection, long itsGeneration) {
    if (live != null && !live.equals(connection)) {
      context.unwatch(live);
      live.tell(new Devices.TakenOver());
    }
    live = connection;
    generation = itsGeneration;
    context.watch(connection);
    restIfIdle();
  }

  private Effect<DeviceEvent, DeviceState> onGone(DeviceState state, Terminated gone) {
    ActorRef<Devices.News> connection = gone.getRef().unsafeUpcast();
    if (!inSession) {
      context.getSelf().tell(new DeviceCommand.Silent(connection));
    } else if (connection.equals(live)) {
      context.scheduleOnce(LAST_BREATH, context.getSelf(), new DeviceCommand.Silent(connection));
    }
    return Effect().none();
  }

  private void detach(
      DeviceState state, ActorRef<Devices.News> connection, Devices.@Nullable Left left) {
    if (!connection.equals(live)) {
      return;
    }
    context.unwatch(connection);
    live = null;
    generation = 0;
    boolean hadSession = inSession;
    inSession = false;
    if (hadSession) {
      leave(state, left);
    }
    DeviceCommand.Attach waiting = next;
    next = null;
    if (waiting != null) {
      attach(state, commit.ahead(state), waiting);
    } else if (hadSession) {
      settle(state, commit.ahead(state));
    }
    restIfIdle();
  }

  // The session.

  private void open(
      DeviceState state, DeviceState ahead, DeviceCommand.Attach attach, Devices.Terms terms) {
    Session found = ahead.session();
    long now = needs.clock().millis();
    boolean ends = found != null && (terms.clean() || found.endsAt() <= now);
    if (found != null && ends) {
      end(state, found);
    }
    Session resumed = ends ? null : found;
    if (resumed != null && resumed.will() != null && resumed.willAt() <= now) {
      publish(resumed.will());
    }
    Map<String, Long> cursors = commit.ahead(state).cursorsOrNone();
    inSession = terms.expiry() > 0 || resumed != null;
    if (inSession) {
      commit.gather(
          state,
          new DeviceEvent.SessionOpened(now, terms.expiry(), terms.will(), terms.willDelay()));
      watchOver(now + Math.max(terms.expiry() * 1000, ROUND.toMillis()), terms.expiry());
    }
    DeviceCommand.Is is = is(state, cursors, resumed);
    commit.afterwards(() -> forgotten.whenComplete((done, failure) -> attach.replyTo().tell(is)));
  }

  /** As long as it is remembered that the session must end, it does so without its device. */
  private void watchOver(long at, long expiry) {
    if (expiry != Session.FOR_EVER) {
      alarm.ensure(at, Long.MAX_VALUE);
    }
  }

  private void leave(DeviceState state, Devices.@Nullable Left left) {
    Session session = commit.ahead(state).session();
    if (session == null) {
      return;
    }
    long now = needs.clock().millis();
    if (left == null) {
      commit.gather(
          state, new DeviceEvent.SessionLeft(now, session.expiry(), true, List.of(), List.of()));
      return;
    }
    if (!left.positions().isEmpty()) {
      commit.gather(state, new DeviceEvent.CursorsMoved(left.positions()));
    }
    commit.gather(
        state,
        new DeviceEvent.SessionLeft(
            now, left.expiry(), left.will(), left.inFlight(), left.unreleased()));
  }

  private void end(DeviceState state, Session session) {
    if (session.will() != null) {
      publish(session.will());
    }
    commit.gather(state, new DeviceEvent.SessionEnded(needs.clock().millis()));
    commit.afterwards(() -> forgotten = needs.filters().removeAll(id));
  }

  private void publish(Publication will) {
    needs.publish().accept(will.at(needs.clock().millis()));
  }

  /** Does what is due, and sees to it that what is to come is done in time. */
  private void settle(DeviceState state, DeviceState ahead) {
    Session session = ahead.session();
    long now = needs.clock().millis();
    if (session == null) {
      alarm.clear();
      return;
    }
    if (live != null) {
      alarm.move(now + Math.max(session.expiry() * 1000, ROUND.toMillis()), Long.MAX_VALUE);
      return;
    }
    if (session.leftAt() == 0) {
      leave(state, null); // its stream went down with the owner before this one
      session = commit.ahead(state).session();
    }
    if (session == null || session.endsAt() <= now) {
      if (session != null) {
        end(state, session);
      }
      alarm.clear();
      return;
    }
    Publication will = session.will();
    if (will != null && session.willAt() <= now) {
      commit.gather(state, new DeviceEvent.WillPublished(now));
      commit.afterwards(() -> publish(will));
      session = commit.ahead(state).session();
    }
    long due = session == null ? Long.MAX_VALUE : Math.min(session.willAt(), session.endsAt());
    if (due == Long.MAX_VALUE) {
      return;
    }
    alarm.move(due, Long.MAX_VALUE);
    if (due - now <= needs.settings().passivateAfter().toMillis()) {
      context.scheduleOnce(
          Duration.ofMillis(due - now), context.getSelf(), new DeviceCommand.Settle());
    }
  }

  private long dueWithin(@Nullable Session session) {
    return session == null
        ? Long.MAX_VALUE
        : Math.min(session.willAt(), session.endsAt()) - needs.clock().millis();
  }

  private void onRecovered(DeviceState state) {
    if (state.session() != null && state.session().leftAt() == 0 && live == null) {
      context.scheduleOnce(
          needs.settings().askTimeout(), context.getSelf(), new DeviceCommand.Settle());
    }
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
