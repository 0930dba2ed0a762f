package org.viesti.room;

import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.SnapshotAdapter;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.GroupCommit;
import org.viesti.journal.History;
import org.viesti.journal.Logs;
import org.viesti.journal.WakeUps;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Message;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.protocol.RoomId;
import org.viesti.protocol.ServerFrame;
import org.viesti.protocol.TokenBucket;
import org.viesti.room.RoomCommand.By;
import org.viesti.routing.Announcer;
import org.viesti.routing.ClusterRoutes;
import org.viesti.routing.Router;
import org.viesti.routing.Tell;
import org.viesti.routing.TopicOwner;
import org.viesti.routing.Wants;
import org.viesti.routing.Wish;

/**
 * The owner of one room: orders what is posted, records it, and has it announced.
 *
 * <p>A request is decided against the state ahead of what is gathered ({@link RoomRules} says what
 * is allowed), its events join the next write, and it is answered when that write is committed.
 * Membership changes are told to the users concerned until they answer; content that was redacted
 * is erased from the journal until it is gone.
 */
final class Room extends EventSourcedBehavior<RoomCommand, RoomEvent, RoomState> {
  /** An owner that comes back with a last entry younger than this announces its head again. */
  private static final long YOUNG_MS = 300_000;

  private static final java.time.Duration REPEAT_AFTER = java.time.Duration.ofSeconds(2);

  /** Users told of their membership at once; more are told as these answer. */
  private static final int TELLS_AT_ONCE = 500;

  /** Posts whose amendments need not be looked for in the log. */
  private static final int RECENT_AUTHORS = 100;

  private static final int RATED_USERS = 1000;

  /** What a room needs of its node. */
  record Needs(
      RoomSettings settings,
      ClusterRoutes routes,
      TopicOwner owners,
      History history,
      WakeUps wakeUps,
      Clock clock) {}

  private final ActorContext<RoomCommand> context;
  private final TimerScheduler<RoomCommand> timers;
  private final RoomId id;
  private final Needs needs;
  private final RoomRules rules;
  private final ActorRef<Announcer.Command> announcer;
  private final Notices notices;
  private final GroupCommit<RoomState, RoomEvent> commit = new GroupCommit<>(RoomState::grown);
  private final TokenBucket rate;
  private final Map<String, TokenBucket> userRates = new HashMap<>();

  /** Position of the event that is tagged next: those of a write are tagged in their order. */
  private long nextToTag;

  /** Answers of users that are not yet written. */
  private final Map<String, Long> answered = new HashMap<>();

  /** What those users want to hear of. */
  private final Map<String, RoomEvent.Wanted> wished = new HashMap<>();

  /** Users that are being told, and of which change. */
  private final Map<String, Long> telling = new HashMap<>();

  /** Authors of late posts, so that most amendments need no look into the journal. */
  private final Map<Long, String> recentAuthors =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, String> eldest) {
          return size() > RECENT_AUTHORS;
        }
      };

  static Behavior<RoomCommand> create(RoomId id, Needs needs) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new Room(context, timers, id, needs)));
  }

  private Room(
      ActorContext<RoomCommand> context,
      TimerScheduler<RoomCommand> timers,
      RoomId id,
      Needs needs) {
    super(Logs.persistenceId(id.topic()), GroupCommit.RESTART);
    this.context = context;
    this.timers = timers;
    this.id = id;
    this.needs = needs;
    this.rules = new RoomRules(needs.settings());
    this.announcer = context.spawn(Announcer.create(id.topic(), needs.routes()), "announcer");
    this.notices = new Notices(context, id, needs);
    this.rate = bucket(needs.settings().postsPerSecond(), needs.settings().postsBurst());
  }

  private static TokenBucket bucket(int perSecond, int burst) {
    return new TokenBucket(perSecond, burst, System::nanoTime);
  }

  @Override
  public RoomState emptyState() {
    return RoomState.EMPTY;
  }

  @Override
  public EventHandler<RoomState, RoomEvent> eventHandler() {
    return commit::grown;
  }

  @Override
  public Set<String> tagsFor(RoomEvent event) {
    long seq = nextToTag++;
    Set<String> tags = new HashSet<>();
    RoomTags.of(event).forEach(tag -> tags.add(History.tag(Logs.of(id.topic()), tag, seq)));
    return tags;
  }

  @Override
  public SnapshotAdapter<RoomState> snapshotAdapter() {
    return new SnapshotAdapter<>() {
      @Override
      public Object toJournal(RoomState state) {
        return RoomSnapshot.of(state);
      }

      @Override
      public RoomState fromJournal(Object from) {
        return ((RoomSnapshot) from).toState();
      }
    };
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(needs.settings().snapshotEvery(), 2);
  }

  @Override
  public SignalHandler<RoomState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), this::onRecovered)
        .build();
  }

  private void onRecovered(RoomState state) {
    if (state.head() > 0 && needs.clock().millis() - state.lastAt() < YOUNG_MS) {
      announcer.tell(new Announcer.Announce(List.of(), state.head()));
    }
    if (owesWork(state)) {
      context.getSelf().tell(new RoomCommand.Repeat());
    }
  }

  private static boolean owesWork(RoomState state) {
    return !state.untold().isEmpty() || !state.erasures().isEmpty();
  }

  @Override
  public CommandHandler<RoomCommand, RoomEvent, RoomState> commandHandler() {
    return newCommandHandlerBuilder().forAnyState().onAnyCommand(this::on);
  }

  private Effect<RoomEvent, RoomState> on(RoomState state, RoomCommand command) {
    switch (command) {
      case RoomCommand.Flush() -> {
        return flush(state);
      }
      case RoomCommand.Request request -> onRequest(state, request);
      case RoomCommand.Signal signal -> onSignal(commit.ahead(state), signal);
      case RoomCommand.Delivered delivered -> onDelivered(commit.ahead(state), delivered);
      case RoomCommand.Interested(var node) -> announcer.tell(new Announcer.Interested(node));
      case RoomCommand.UserAnswered(Tell.Answer answer) -> onAnswer(state, answer);
      case RoomCommand.UserWants(Wants wants) -> onWants(state, wants);
      case RoomCommand.Wake(long dueAt, long since) -> notices.wake(state, dueAt, since);
      case RoomCommand.NotifierOwes(Notifier.Owed owed) ->
          notices.owed(owed, owesWork(commit.ahead(state)));
      case RoomCommand.Armed(Runnable answers) -> answers.run();
      case RoomCommand.Found(RoomCommand.Amend amend, var target) -> {
        answering(amend, () -> amend(state, amend, target));
      }
      case RoomCommand.ErasureWritten(long target, boolean done) -> {
        if (done) {
          gather(state, new RoomEvent.ErasureDone(target));
        } else {
          repeatLater();
        }
      }
      case RoomCommand.Repeat() -> repeat(state);
    }
    if (commit.wantsFlush()) {
      context.getSelf().tell(new RoomCommand.Flush());
    }
    return Effect().none();
  }

  private Effect<RoomEvent, RoomState> flush(RoomState state) {
    if (!answered.isEmpty()) {
      gather(state, new RoomEvent.Told(Map.copyOf(answered), Map.copyOf(wished)));
      answered.clear();
      wished.clear();
    }
    RoomState ahead = commit.ahead(state);
    GroupCommit.Batch<RoomEvent> batch = commit.take();
    long before = state.seq();
    notices.arm(before, batch.events(), ahead, owesWork(ahead));
    nextToTag = before + 1;
    return Effect()
        .persist(batch.events())
        .thenRun(
            after -> {
              announce(before, batch.events(), after);
              notices.tell(before, batch.events(), after);
              notices.whenArmed(batch::committed);
              if (owesWork(after)) {
                tellPassing(before, batch.events(), after);
                tellWhoIsUntold(after);
                erase(after, before);
              }
            });
  }

  private void announce(long before, List<RoomEvent> events, RoomState after) {
    List<Message> messages = new ArrayList<>(events.size());
    long seq = before;
    for (RoomEvent event : events) {
      seq++;
      if (event instanceof RoomEvent.Visible visible) {
        messages.add(RoomMessages.of(id, seq, visible));
      }
      if (event instanceof RoomEvent.Posted posted) {
        recentAuthors.put(seq, posted.by());
      }
    }
    if (!messages.isEmpty()) {
      announcer.tell(new Announcer.Announce(messages, after.head()));
    }
  }

  // Requests.

  private void onRequest(RoomState state, RoomCommand.Request request) {
    RoomState ahead = commit.ahead(state);
    answering(
        request,
        () -> {
          switch (request) {
            case RoomCommand.Create create -> create(state, create);
            case RoomCommand.Get get -> {
              rules.mayLook(ahead, get.by());
              done(get, ahead);
            }
            case RoomCommand.Look look -> {
              rules.mayLook(ahead, look.by());
              done(look, ahead);
            }
            case RoomCommand.ListMembers list -> {
              rules.mayLook(ahead, list.by());
              list.replyTo().tell(RoomMessages.page(ahead, list.after(), list.limit()));
            }
            case RoomCommand.Post post -> post(state, post);
            case RoomCommand.Amend amend -> find(amend, ahead);
            case RoomCommand.Update update ->
                decided(state, update, rules.update(ahead, update, now()));
            case RoomCommand.Delete delete ->
                decided(state, delete, rules.delete(ahead, delete, now()));
            case RoomCommand.AddMembers add -> decided(state, add, rules.add(ahead, add, now()));
            case RoomCommand.RemoveMembers remove ->
                decided(state, remove, rules.remove(ahead, remove, now()));
            case RoomCommand.Ban ban -> decided(state, ban, rules.ban(ahead, ban, now()));
            case RoomCommand.Unban unban -> decided(state, unban, rules.unban(ahead, unban, now()));
            case RoomCommand.ChangeRole change ->
                decided(state, change, rules.changeRole(ahead, change, now()));
          }
        });
  }

  /** A refusal is an answer. */
  private void answering(RoomCommand.Request request, Runnable work) {
    try {
      work.run();
    } catch (Refused refused) {
      request.replyTo().tell(new RoomCommand.No(refused.refusal()));
    }
  }

  private long now() {
    return needs.clock().millis();
  }

  private RoomState gather(RoomState state, RoomEvent event) {
    return commit.gather(state, event);
  }

  /** Gathers a decision, null where nothing is to be done, and answers once it is committed. */
  private void decided(RoomState state, RoomCommand.Request request, @Nullable RoomEvent decision) {
    RoomState after = decision == null ? commit.ahead(state) : gather(state, decision);
    commit.afterwards(() -> done(request, after));
  }

  private void done(RoomCommand.Request request, RoomState state) {
    request.replyTo().tell(RoomMessages.view(id, state, request.by()));
  }

  private void create(RoomState state, RoomCommand.Create create) {
    decided(state, create, rules.create(commit.ahead(state), create, now()));
  }

  private void post(RoomState state, RoomCommand.Post post) {
    List<RoomCommand.Result> results = new ArrayList<>(post.drafts().size());
    for (RoomCommand.Draft draft : post.drafts()) {
      results.add(postOne(state, post.by(), draft));
    }
    commit.afterwards(() -> post.replyTo().tell(new RoomCommand.Recorded(results)));
  }

  private RoomCommand.Result postOne(RoomState state, By by, RoomCommand.Draft draft) {
    RoomState ahead = commit.ahead(state);
    Sent.Place place = ahead.posted().getOrDefault(by.user(), Sent.NONE).find(draft.clientId());
    if (place != null && ahead.isOpen()) {
      return new RoomCommand.Result(place.seq(), place.at(), true, null);
    }
    try {
      rules.mayPost(ahead, by, draft);
      admitRate(by.user());
    } catch (Refused refused) {
      return new RoomCommand.Result(0, 0, false, refused.refusal());
    }
    long at = now();
    RoomState after =
        gather(
            state,
            new RoomEvent.Posted(
                at,
                by.user(),
                by.device(),
                ahead.head(),
                draft.clientId(),
                draft.payload(),
                draft.replyToSeq(),
                draft.mentions()));
    return new RoomCommand.Result(after.seq(), at, false, null);
  }

  private void admitRate(String user) {
    RoomSettings settings = needs.settings();
    if (settings.postsPerUserPerSecond() > 0) {
      if (userRates.size() > RATED_USERS) {
        userRates.values().removeIf(TokenBucket::isFull);
      }
      limit(
          userRates
              .computeIfAbsent(
                  user, u -> bucket(settings.postsPerUserPerSecond(), settings.postsPerUserBurst()))
              .take(),
          "viesti.room.posts-per-user-per-second");
    }
    limit(rate.take(), "viesti.room.posts-per-second");
  }

  private static void limit(long waitMs, String limit) {
    if (waitMs > 0) {
      throw new Refused(
          new Refusal(ErrorCode.RATE_LIMITED, "too many posts; " + limit, limit, waitMs));
    }
  }

  // Amendments: what becomes of an older entry.

  private void find(RoomCommand.Amend amend, RoomState ahead) {
    rules.mayLook(ahead, amend.by());
    String author = recentAuthors.get(amend.target());
    if (author != null) {
      context.getSelf().tell(new RoomCommand.Found(amend, new RoomCommand.Target(author)));
      return;
    }
    CompletionStage<List<History.Row>> rows =
        needs.history().forward(Logs.of(id.topic()), amend.target() - 1, amend.target(), 1);
    context.pipeToSelf(
        rows,
        (found, failure) ->
            new RoomCommand.Found(
                amend,
                found != null
                        && !found.isEmpty()
                        && found.getFirst().event() instanceof RoomEvent.Posted posted
                    ? new RoomCommand.Target(posted.by())
                    : null));
  }

  private void amend(
      RoomState state, RoomCommand.Amend amend, RoomCommand.@Nullable Target target) {
    RoomState ahead = commit.ahead(state);
    if (target == null || ahead.erasures().containsKey(amend.target())) {
      throw new Refused(
          ErrorCode.NOT_FOUND, "no message " + id.messageId(amend.target()) + " to change");
    }
    RoomEvent event = rules.amend(ahead, amend, target.author(), now());
    if (event instanceof RoomEvent.Redacted) {
      recentAuthors.remove(amend.target());
    }
    RoomState after = gather(state, event);
    RoomCommand.Result result = new RoomCommand.Result(after.seq(), after.lastAt(), false, null);
    commit.afterwards(() -> amend.replyTo().tell(new RoomCommand.Recorded(List.of(result))));
  }

  private void onSignal(RoomState ahead, RoomCommand.Signal signal) {
    if (rules.maySignal(ahead, signal.by())) {
      announcer.tell(new Announcer.Say(signal.frame(), signal.by().user()));
    }
  }

  private void onDelivered(RoomState ahead, RoomCommand.Delivered delivered) {
    String user = delivered.by().user();
    if (rules.hearsOfDeliveries(ahead, delivered.by())) {
      announcer.tell(
          new Announcer.Say(
              new ServerFrame.Receipt(id.id(), user, "delivered", delivered.seq()), user));
    } else {
      delivered.from().tell(new Router.Unheard(id.topic(), ahead.seq()));
    }
  }

  // What must reach others for certain.

  private void onAnswer(RoomState state, Tell.Answer answer) {
    RoomState ahead = commit.ahead(state);
    Long waiting = ahead.untold().get(answer.user().id());
    if (waiting == null || waiting != answer.seq()) {
      return;
    }
    if (answer.refused() && ahead.members().containsKey(answer.user().id())) {
      gather(
          state,
          new RoomEvent.MembersRemoved(
              now(),
              ahead.createdBy(),
              ahead.head(),
              List.of(answer.user().id()),
              "the user is in as many rooms as it may be: viesti.user.max-rooms"));
    }
    answered.put(answer.user().id(), answer.seq());
    if (Wish.of(answer.wish()) != ahead.wishes().of(answer.user().id())) {
      wished.put(
          answer.user().id(),
          new RoomEvent.Wanted(Wish.of(answer.wish()).label(), answer.version()));
    }
    telling.remove(answer.user().id());
    if (telling.size() == TELLS_AT_ONCE / 2) {
      tellWhoIsUntold(state);
    }
    // Many answers become one entry: the first waits for the others of its batch.
    if (answered.size() == 1) {
      context.getSelf().tell(new RoomCommand.Flush());
    }
  }

  /**
   * Tells a user that came and went in one write of each step, in order: of the last alone it could
   * not tell what lay between. Answers to these count for nothing.
   */
  private void tellPassing(long before, List<RoomEvent> events, RoomState after) {
    long seq = before;
    for (RoomEvent event : events) {
      seq++;
      switch (event) {
        case RoomEvent.MembersAdded(var at, var by, var prev, var members) -> {
          for (RoomEvent.NewMember member : members) {
            tellPassing(after, member.user(), seq, member.role());
          }
        }
        case RoomEvent.MembersRemoved(var at, var by, var prev, var users, var reason) -> {
          for (String user : users) {
            tellPassing(after, user, seq, null);
          }
        }
        case RoomEvent.Banned(var at, var by, var prev, var user, var reason) ->
            tellPassing(after, user, seq, null);
        default -> {}
      }
    }
  }

  private void tellPassing(RoomState after, String user, long seq, @Nullable String role) {
    Long last = after.untold().get(user);
    if (last != null && last > seq) {
      tell(user, seq, role);
    }
  }

  private void onWants(RoomState state, Wants wants) {
    RoomState ahead = commit.ahead(state);
    String user = wants.user().id();
    RoomEvent.Wanted wanted = new RoomEvent.Wanted(wants.wish(), wants.version());
    if (ahead.members().containsKey(user)) {
      if (ahead.wishes().with(user, wanted) != ahead.wishes()) {
        ahead = gather(state, new RoomEvent.Wished(user, wanted));
      }
      wanted = ahead.wishes().byUser().getOrDefault(user, wanted);
    }
    String believed = wanted.wish();
    commit.afterwards(() -> wants.answerTo().tell(new Wants.Heard(id, believed)));
  }

  /** Tells the next users that have not answered, so many at a time. */
  private void tellWhoIsUntold(RoomState state) {
    for (Map.Entry<String, Long> entry : state.untold().entrySet()) {
      if (telling.size() >= TELLS_AT_ONCE) {
        break;
      }
      if (!entry.getValue().equals(answered.get(entry.getKey()))
          && !entry.getValue().equals(telling.put(entry.getKey(), entry.getValue()))) {
        tellMembership(state, entry.getKey(), entry.getValue());
      }
    }
    repeatLater();
  }

  private void tellMembership(RoomState state, String user, long seq) {
    RoomState.Member member = state.member(user);
    tell(user, seq, member == null ? null : member.role().label());
  }

  /**
   * @param role null: it is no member
   */
  private void tell(String user, long seq, @Nullable String role) {
    var userId = new org.viesti.protocol.UserId(id.tenant(), user);
    ActorRef<Tell.Answer> answerTo =
        context.messageAdapter(Tell.Answer.class, RoomCommand.UserAnswered::new);
    needs
        .owners()
        .tell(
            userId.topic(),
            role == null
                ? new Tell.Left(userId, id, seq, answerTo)
                : new Tell.Entered(userId, id, seq, role, answerTo));
  }

  private void erase(RoomState state, long changedAfter) {
    state
        .erasures()
        .forEach(
            (target, at) -> {
              if (at > changedAfter) {
                context.pipeToSelf(
                    RoomErasure.erase(needs.history(), id, target),
                    (done, failure) -> new RoomCommand.ErasureWritten(target, failure == null));
              }
            });
    repeatLater();
  }

  private void repeatLater() {
    if (!timers.isTimerActive(REPEAT_AFTER)) {
      timers.startSingleTimer(REPEAT_AFTER, new RoomCommand.Repeat(), REPEAT_AFTER);
    }
  }

  private void repeat(RoomState state) {
    if (owesWork(state)) {
      telling.clear();
      tellWhoIsUntold(state);
      erase(state, -1);
    }
  }
}
