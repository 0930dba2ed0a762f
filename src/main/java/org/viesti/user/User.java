package org.viesti.user;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
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
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Message;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.protocol.UserId;
import org.viesti.routing.Alarm;
import org.viesti.routing.Announcer;
import org.viesti.routing.ClusterRoutes;
import org.viesti.routing.Tell;
import org.viesti.routing.TopicOwner;
import org.viesti.routing.Wants;
import org.viesti.routing.Wish;

/**
 * The owner of one user's own topic. It stays in memory while a device is connected or someone
 * watches its presence, and for a while after.
 */
final class User extends EventSourcedBehavior<UserCommand, UserEvent, UserState> {

  /** What a user needs of its node. */
  record Needs(
      UserSettings settings,
      PushNeeds push,
      ClusterRoutes routes,
      TopicOwner owners,
      WakeUps wakeUps,
      Clock clock) {}

  private final ActorContext<UserCommand> context;
  private final TimerScheduler<UserCommand> timers;
  private final ActorRef<ClusterSharding.ShardCommand> shard;
  private final UserId id;
  private final Needs needs;
  private final GroupCommit<UserState, UserEvent> commit = new GroupCommit<>(UserState::grown);
  private final PresenceBoard presence;
  private final Duties duties;
  private final PushDesk pushes;
  private final WishTeller wishes;
  private @Nullable ActorRef<Announcer.Command> announcer;

  static Behavior<UserCommand> create(
      UserId id, ActorRef<ClusterSharding.ShardCommand> shard, Needs needs) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new User(context, timers, shard, id, needs)));
  }

  private User(
      ActorContext<UserCommand> context,
      TimerScheduler<UserCommand> timers,
      ActorRef<ClusterSharding.ShardCommand> shard,
      UserId id,
      Needs needs) {
    super(Logs.persistenceId(id.topic()), GroupCommit.RESTART);
    this.context = context;
    this.timers = timers;
    this.shard = shard;
    this.id = id;
    this.needs = needs;
    this.presence = new PresenceBoard(id.id(), needs.settings().maxWatchers());
    this.duties = new Duties(context, new Alarm(needs.wakeUps(), id.topic()), needs.clock());
    this.pushes = new PushDesk(context, timers, id, needs, commit);
    this.wishes = new WishTeller(context, timers, id, needs.owners());
    restIfIdle();
  }

  @Override
  public UserState emptyState() {
    return UserState.EMPTY;
  }

  @Override
  public EventHandler<UserState, UserEvent> eventHandler() {
    return commit::grown;
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(needs.settings().snapshotEvery(), 2);
  }

  @Override
  public SignalHandler<UserState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(
            RecoveryCompleted.instance(),
            state -> {
              duties.recovered(state);
              pushes.schedule(state);
              wishes.tell(state);
            })
        .onSignal(
            Terminated.class,
            (state, terminated) -> gone(terminated.getRef().<Users.News>unsafeUpcast()))
        .build();
  }

  @Override
  public CommandHandler<UserCommand, UserEvent, UserState> commandHandler() {
    return newCommandHandlerBuilder().forAnyState().onAnyCommand(this::on);
  }

  private Effect<UserEvent, UserState> on(UserState state, UserCommand command) {
    switch (command) {
      case UserCommand.Flush() -> {
        return flush(state);
      }
      case UserCommand.Idle() -> {
        if (presence.isIdle() && pushes.isIdle(state, needs.settings().passivateAfter())) {
          shard.tell(new ClusterSharding.Passivate<>(context.getSelf()));
        }
      }
      case UserCommand.Told(Tell tell) -> onTell(state, tell);
      case UserCommand.Interested(var node) -> announcer().tell(new Announcer.Interested(node));
      case UserCommand.Request request -> onRequest(state, request);
      case UserCommand.Detach(String device, var connection) -> gone(connection);
      case UserCommand.SetPresence(String device, String status, String message) -> {
        presence.say(device, status, message, now());
        presenceChanged();
      }
      case UserCommand.Watch(var rooms, var watcher) -> {
        if (rooms.stream().anyMatch(room -> isIn(state, room))) {
          context.watch(watcher);
          presence.watch(watcher);
        } else {
          presence.unwatch(watcher);
        }
        restIfIdle();
      }
      case UserCommand.Unwatch(var watcher) -> {
        presence.unwatch(watcher);
        restIfIdle();
      }
      case UserCommand.TellPresence() -> presence.tell();
      case UserCommand.RoomHeard(Wants.Heard heard) -> onHeard(state, heard);
      case UserCommand.TellWishes() -> wishes.tell(state);
      case UserCommand.Wake(long dueAt) -> duties.wake(commit.ahead(state), dueAt);
      case UserCommand.Armed(Runnable answers) -> answers.run();
      case UserCommand.OfPushes push -> pushes.on(state, push);
    }
    if (commit.wantsFlush()) {
      context.getSelf().tell(new UserCommand.Flush());
    }
    return Effect().none();
  }

  private Effect<UserEvent, UserState> flush(UserState state) {
    UserState ahead = commit.ahead(state);
    GroupCommit.Batch<UserEvent> batch = commit.take();
    duties.arm(batch.events(), ahead);
    return Effect()
        .persist(batch.events())
        .thenRun(
            after -> {
              announce(state, batch.events(), after);
              wishes.committed(batch.events(), after);
              pushes.schedule(after);
              duties.whenArmed(batch::committed);
            });
  }

  private void announce(UserState before, List<UserEvent> events, UserState after) {
    List<Message> messages = new ArrayList<>();
    long seq = before.seq();
    for (UserEvent event : events) {
      seq++;
      if (event instanceof UserEvent.Visible visible) {
        messages.add(UserMessages.of(id, seq, visible));
      }
    }
    if (!messages.isEmpty()) {
      announcer().tell(new Announcer.Announce(messages, after.head()));
    }
  }

  /** Most users' own topics are silent for days: the voice is made when it is first needed. */
  private ActorRef<Announcer.Command> announcer() {
    if (announcer == null) {
      announcer = context.spawn(Announcer.create(id.topic(), needs.routes()), "announcer");
    }
    return announcer;
  }

  private static boolean isIn(UserState state, String room) {
    UserState.Membership membership = state.in(room);
    return membership != null && membership.isIn();
  }

  // What rooms tell.

  private void onTell(UserState state, Tell tell) {
    UserState ahead = commit.ahead(state);
    String room = tell.room().id();
    UserState.Membership membership = ahead.in(room);
    long known = membership == null ? 0 : membership.told();
    switch (tell) {
      case Tell.Entered entered -> {
        if (entered.seq() > known) {
          if (!isIn(ahead, room) && ahead.openRooms() >= needs.settings().maxRooms()) {
            entered.answerTo().tell(new Tell.Answer(id, entered.seq(), true, null, 0));
            return;
          }
          commit.gather(
              state,
              new UserEvent.Entered(
                  now(),
                  ahead.head(),
                  room,
                  entered.seq(),
                  entered.role(),
                  ahead.wishOnEntering(room).label()));
        }
        answer(state, entered.answerTo(), room, entered.seq());
      }
      case Tell.Left left -> {
        if (left.seq() > known && membership != null) {
          commit.gather(state, new UserEvent.Left(now(), ahead.head(), room, left.seq()));
        }
        answer(state, left.answerTo(), room, left.seq());
      }
      case Tell.Notify notify -> {
        pushes.queue(state, notify, Set.copyOf(presence.live()));
        answer(state, notify.answerTo(), room, notify.posts().getLast().seq());
      }
    }
  }

  private void answer(UserState state, ActorRef<Tell.Answer> to, String room, long seq) {
    UserState ahead = commit.ahead(state);
    String wish = ahead.wishFor(ahead.in(room)).label();
    commit.afterwards(() -> to.tell(new Tell.Answer(id, seq, false, wish, ahead.seq())));
  }

  private void onHeard(UserState state, Wants.Heard heard) {
    UserState.Membership membership = commit.ahead(state).in(heard.room().id());
    if (membership != null
        && membership.isIn()
        && Wish.of(membership.heard()) != Wish.of(heard.wish())) {
      commit.gather(state, new UserEvent.WishHeard(heard.room().id(), heard.wish()));
    }
  }

  // Requests.

  private void onRequest(UserState state, UserCommand.Request request) {
    try {
      UserState ahead = commit.ahead(state);
      switch (request) {
        case UserCommand.Attach attach -> attach(state, ahead, attach);
        case UserCommand.Get get -> {}
        case UserCommand.MarkRead mark -> markRead(state, ahead, mark);
        case UserCommand.SetRoom set -> {
          needMembership(ahead, set.room());
          commit.gather(state, new UserEvent.RoomSettingsChanged(set.room(), set.settings()));
        }
        case UserCommand.SetPush set ->
            commit.gather(
                state, new UserEvent.PushTokenSet(set.device(), set.provider(), set.token()));
        case UserCommand.ForgetDevice forget -> {
          if (ahead.devicesOrNone().containsKey(forget.device())) {
            commit.gather(state, new UserEvent.DeviceForgotten(forget.device()));
          }
        }
        case UserCommand.Replay replay -> {
          needDevice(ahead, replay.push().device());
          needMembership(ahead, replay.push().room());
          pushes.replay(state, replay.push());
        }
        case UserCommand.SetQuietHours set -> {
          commit.gather(state, new UserEvent.QuietHoursSet(set.fromMinute(), set.toMinute()));
          pushes.reconsider(state);
        }
      }
      UserState after = commit.ahead(state);
      commit.afterwards(() -> request.replyTo().tell(is(after)));
    } catch (Refused refused) {
      request.replyTo().tell(new UserCommand.No(refused.refusal()));
    }
  }

  private UserCommand.Is is(UserState state) {
    return new UserCommand.Is(
        context.getSelf(),
        state.seq(),
        state.head(),
        state.roomsOrNone(),
        state.devicesOrNone(),
        presence.live(),
        state.quietFrom(),
        state.quietTo(),
        presence.shown());
  }

  private void attach(UserState state, UserState ahead, UserCommand.Attach attach) {
    if (presence.liveBesides(attach.device()) >= needs.settings().maxConnections()) {
      throw limit("connections", "viesti.user.max-connections", needs.settings().maxConnections());
    }
    if (!ahead.devicesOrNone().containsKey(attach.device())) {
      if (ahead.devicesOrNone().size() >= needs.settings().maxDevices()) {
        throw limit("devices", "viesti.user.max-devices", needs.settings().maxDevices());
      }
      commit.gather(state, new UserEvent.DeviceSeen(attach.device(), now()));
    }
    context.watch(attach.connection());
    presence.attach(attach.device(), attach.connection(), attach.generation());
    presenceChanged();
    restIfIdle();
  }

  private static Refused limit(String what, String setting, int most) {
    return new Refused(
        new Refusal(
            ErrorCode.LIMIT_EXCEEDED, "a user has at most " + most + " " + what, setting, null));
  }

  private static UserState.Membership needMembership(UserState state, String room) {
    UserState.Membership membership = state.in(room);
    if (membership == null) {
      throw new Refused(ErrorCode.NOT_FOUND, "you are not in room " + room);
    }
    return membership;
  }

  private static void needDevice(UserState state, String device) {
    UserState.Device known = state.devicesOrNone().get(device);
    if (known == null || !known.reachable()) {
      throw new Refused(ErrorCode.FAILED_PRECONDITION, "device " + device + " has no push token");
    }
  }

  private void markRead(UserState state, UserState ahead, UserCommand.MarkRead mark) {
    if (mark.seq() > needMembership(ahead, mark.room()).read()) {
      commit.gather(state, new UserEvent.ReadTo(mark.room(), mark.seq()));
      commit.afterwards(
          () ->
              presence
                  .connections()
                  .forEach(
                      connection ->
                          connection.tell(new Users.ReadElsewhere(mark.room(), mark.seq()))));
    }
  }

  // Presence and rest.

  private Effect<UserEvent, UserState> gone(ActorRef<Users.News> connection) {
    presence.unwatch(connection);
    if (presence.detach(connection, now())) {
      context.unwatch(connection);
      presenceChanged();
    }
    restIfIdle();
    return Effect().none();
  }

  /** A link that flaps is told once it has been quiet for a moment. */
  private void presenceChanged() {
    timers.startSingleTimer(
        "presence", new UserCommand.TellPresence(), needs.settings().presenceQuiet());
  }

  private void restIfIdle() {
    if (presence.isIdle()) {
      context.setReceiveTimeout(needs.settings().passivateAfter(), new UserCommand.Idle());
    } else {
      context.cancelReceiveTimeout();
    }
  }

  private long now() {
    return needs.clock().millis();
  }
}
