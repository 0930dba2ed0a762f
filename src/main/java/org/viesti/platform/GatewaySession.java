package org.viesti.platform;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
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
import org.viesti.security.SecretBox;

/**
 * The owner of one client's session: its jobs, which are committed before they run and again before
 * their outcome is told, its credentials, and the hosts that run the jobs. It waits for a client
 * that was cut off, and then ends with everything it has.
 */
final class GatewaySession
    extends EventSourcedBehavior<SessionCommand, SessionEvent, SessionState> {
  private static final Counter UNDELIVERED = Metrics.counter("viesti.gateway.undelivered");

  /** What a session needs of its node. */
  record Needs(GatewaySettings settings, Platforms platforms, SessionKeys keys, History history) {}

  private final ActorContext<SessionCommand> context;
  private final ActorRef<ClusterSharding.ShardCommand> shard;
  private final String id;
  private final Needs needs;
  private @Nullable SecretBox box;

  private @Nullable ActorRef<GatewaySessions.News> connection;
  private String link = "";

  /** Which wait for a client it is. */
  private long waits;

  private boolean ending;

  /** The client's, as they were given last: also before they are committed. */
  private final Map<String, byte[]> credentials = new ConcurrentHashMap<>();

  private final Map<String, PlatformHost> hosts = new HashMap<>();
  private Told told;

  /** Of events that the client has not taken. */
  private final Semaphore room;

  // Gathered for the next write.
  private List<Item> items = new ArrayList<>();
  private long upTo;
  private List<Outcome> outcomes = new ArrayList<>();
  private List<SessionEvent> renames = new ArrayList<>();
  private boolean flushing;

  static Behavior<SessionCommand> create(
      String id, ActorRef<ClusterSharding.ShardCommand> shard, Needs needs) {
    return Behaviors.setup(context -> new GatewaySession(context, shard, id, needs));
  }

  private GatewaySession(
      ActorContext<SessionCommand> context,
      ActorRef<ClusterSharding.ShardCommand> shard,
      String id,
      Needs needs) {
    super(GatewaySessions.log(id), GroupCommit.RESTART);
    this.context = context;
    this.shard = shard;
    this.id = id;
    this.needs = needs;
    this.told = new Told(needs.settings().keep());
    this.room = new Semaphore(needs.settings().window());
  }

  @Override
  public SessionState emptyState() {
    return SessionState.EMPTY;
  }

  @Override
  public EventHandler<SessionState, SessionEvent> eventHandler() {
    return (state, event) -> state.grown(event, needs.settings().keep());
  }

  @Override
  public SnapshotAdapter<SessionState> snapshotAdapter() {
    return new SnapshotAdapter<>() {
      @Override
      public Object toJournal(SessionState state) {
        return state.toSnapshot();
      }

      @Override
      public SessionState fromJournal(Object from) {
        return ((SessionState.Snapshot) from).toState();
      }
    };
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(needs.settings().snapshotEvery(), 1)
        .withDeleteEventsOnSnapshot();
  }

  @Override
  public SignalHandler<SessionState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), this::onRecovered)
        .onSignal(Terminated.class, this::onGone)
        .onSignal(PostStop.instance(), state -> closeHosts())
        .onSignal(PreRestart.instance(), state -> closeHosts())
        .build();
  }

  @Override
  public CommandHandler<SessionCommand, SessionEvent, SessionState> commandHandler() {
    return newCommandHandlerBuilder().forAnyState().onAnyCommand(this::on);
  }

  private void onRecovered(SessionState state) {
    closeHosts();
    tellConnection(new GatewaySessions.Replaced()); // what it was told is numbered anew
    connection = null;
    box = null;
    credentials.clear();
    credentials.putAll(state.credentials());
    told = new Told(needs.settings().keep());
    told.recover(state.done(), state.outcomes());
    items = new ArrayList<>();
    outcomes = new ArrayList<>();
    renames = new ArrayList<>();
    flushing = false;
    context.pipeToSelf(
        needs.keys().find(id),
        (key, failure) ->
            failure == null
                ? new SessionCommand.KeyIs(key.orElse(null))
                : new SessionCommand.KeyFailed(failure));
  }

  private Effect<SessionEvent, SessionState> on(SessionState state, SessionCommand command) {
    switch (command) {
      case SessionCommand.KeyIs(var key) -> {
        return begin(state, key);
      }
      case SessionCommand.KeyFailed(Throwable failure) ->
          throw new IllegalStateException("the key of a session cannot be read", failure);
      case SessionCommand.Flush() -> {
        return flush(state);
      }
      case SessionCommand.Over() -> {
        tellConnection(new GatewaySessions.Ended());
        shard.tell(new ClusterSharding.Passivate<>(context.getSelf()));
        return Effect().none();
      }
      default -> {
        if (box == null) {
          return Effect().stash();
        }
      }
    }
    switch (command) {
      case SessionCommand.Attach attach -> attach(attach);
      case SessionCommand.Give give -> give(state, give);
      case SessionCommand.Took(String by, long number) -> {
        if (by.equals(link)) {
          room.release(told.took(number));
        }
      }
      case SessionCommand.Detach(String by, boolean forGood) -> {
        if (by.equals(link)) {
          detach(forGood);
        }
      }
      case SessionCommand.Finished(long job, byte[] sealed) ->
          outcomes.add(new Outcome(job, sealed));
      case SessionCommand.Happened(byte[] sealed) -> tell(List.of(told.event(sealed)));
      case SessionCommand.Rename(
              PlatformHost host,
              String platform,
              String from,
              String to,
              byte[] sealed) -> {
        hosts.remove(Item.key(platform, from), host);
        hosts.put(Item.key(platform, to), host);
        credentials.put(Item.key(platform, to), sealed);
        credentials.remove(Item.key(platform, from));
        renames.add(new SessionEvent.Renamed(platform, from, to, sealed));
      }
      case SessionCommand.GraceOver(long of) -> {
        if (of == waits && connection == null) {
          end(state);
        }
      }
      case SessionCommand.Wake(),
          SessionCommand.KeyIs _,
          SessionCommand.KeyFailed _,
          SessionCommand.Flush(),
          SessionCommand.Over() -> {}
    }
    if (!flushing && !(items.isEmpty() && outcomes.isEmpty() && renames.isEmpty())) {
      flushing = true;
      context.getSelf().tell(new SessionCommand.Flush());
    }
    return Effect().none();
  }

  /** The key is there: what was left open is done. */
  private Effect<SessionEvent, SessionState> begin(SessionState state, @Nullable SecretBox found) {
    if (found == null) {
      ending = true;
      box = new SecretBox(SecretBox.newKey()); // of nothing: whoever asks hears that it is over
      context.getSelf().tell(new SessionCommand.Over());
    } else {
      box = found;
      state.open().forEach(this::submit);
      await(needs.settings().grace());
    }
    return Effect().none().thenUnstashAll();
  }

  // The client.

  private void attach(SessionCommand.Attach attach) {
    if (ending) {
      attach.connection().tell(new GatewaySessions.Ended());
      return;
    }
    if (connection != null && !connection.equals(attach.connection())) {
      context.unwatch(connection);
      connection.tell(new GatewaySessions.Replaced());
    }
    connection = attach.connection();
    link = attach.link();
    waits++;
    context.watch(connection);
    connection.tell(new GatewaySessions.Attached(context.getSelf().unsafeUpcast()));
    room.release(told.heard(attach.offset()));
    tell(told.waiting());
  }

  private Effect<SessionEvent, SessionState> onGone(SessionState state, Terminated gone) {
    if (gone.getRef().equals(connection)) {
      detach(false);
    }
    return Effect().none();
  }

  private void detach(boolean forGood) {
    if (connection != null) {
      context.unwatch(connection);
      connection = null;
      await(forGood ? Duration.ZERO : needs.settings().grace());
    }
  }

  private void await(Duration grace) {
    waits++;
    context.scheduleOnce(grace, context.getSelf(), new SessionCommand.GraceOver(waits));
  }

  private void tellConnection(GatewaySessions.News news) {
    if (connection != null) {
      connection.tell(news);
    }
  }

  private void tell(List<GatewaySessions.Entry> entries) {
    if (!entries.isEmpty()) {
      tellConnection(new GatewaySessions.Told(entries));
    }
  }

  // Jobs.

  private void give(SessionState state, SessionCommand.Give give) {
    if (!give.link().equals(link) || ending) {
      return;
    }
    long expected = (items.isEmpty() ? committed(state) : upTo) + 1;
    if (give.first() > expected) {
      return; // something before was lost: it is given again, and this with it
    }
    int known = (int) Math.min(expected - give.first(), give.items().size());
    if (known == give.items().size()) {
      if (items.isEmpty()) {
        tellConnection(new GatewaySessions.Taken(committed(state)));
      }
      return;
    }
    items.addAll(give.items().subList(known, give.items().size()));
    upTo = give.first() + give.items().size() - 1;
  }

  private long committed(SessionState state) {
    return state.link().equals(link) ? state.upTo() : 0;
  }

  private Effect<SessionEvent, SessionState> flush(SessionState before) {
    List<SessionEvent> events = new ArrayList<>(2);
    List<Item> taken = items;
    List<Outcome> done = outcomes;
    String by = link;
    long last = upTo;
    if (!taken.isEmpty()) {
      events.add(new SessionEvent.Given(by, last, taken));
    }
    if (!done.isEmpty()) {
      events.add(new SessionEvent.Done(done));
    }
    events.addAll(renames);
    items = new ArrayList<>();
    outcomes = new ArrayList<>();
    renames = new ArrayList<>();
    return Effect()
        .persist(events)
        .thenRun(
            after -> {
              flushing = false;
              run(after, taken);
              if (!taken.isEmpty() && by.equals(link)) {
                tellConnection(new GatewaySessions.Taken(last));
              }
              List<GatewaySessions.Entry> entries = new ArrayList<>(done.size());
              for (Outcome outcome : done) {
                entries.add(told.outcome(outcome.sealed()));
                rest(before.open().get(outcome.job()));
              }
              tell(entries);
            });
  }

  private void run(SessionState after, List<Item> taken) {
    long number = after.last() - taken.size();
    for (Item item : taken) {
      number++;
      if (item.credentials()) {
        credentials.put(item.key(), item.sealed());
      } else {
        submit(number, item);
      }
    }
  }

  private void submit(long number, Item job) {
    SecretBox key = Objects.requireNonNull(box); // else it was stashed
    Platform.Description platform = needs.platforms().description(job.platform());
    if (platform == null) { // any more
      Envelope failed =
          Envelope.open(job.sealed(), key)
              .failed("no platform " + job.platform() + " on this node");
      context.getSelf().tell(new SessionCommand.Finished(number, failed.seal(key)));
      return;
    }
    hosts
        .computeIfAbsent(
            job.key(),
            one ->
                new PlatformHost(
                    needs.platforms(), platform, job.actor(), key, new ToSelf(platform.id(), key)))
        .submit(number, job);
  }

  private void rest(@Nullable Item job) {
    if (job == null) {
      return;
    }
    PlatformHost host = hosts.get(job.key());
    if (host != null && host.isIdle()) {
      hosts.remove(job.key());
    }
  }

  /** What hosts report, as messages: they run on threads of their own. */
  private final class ToSelf implements PlatformHost.Reports {
    private final ActorRef<SessionCommand> self = context.getSelf();
    private final String platform;
    private final SecretBox key;

    ToSelf(String platform, SecretBox key) {
      this.platform = platform;
      this.key = key;
    }

    @Override
    public void done(long job, Envelope outcome) {
      self.tell(new SessionCommand.Finished(job, outcome.seal(key)));
    }

    @Override
    public void told(String actor, Activity event) throws InterruptedException {
      room.acquire();
      self.tell(new SessionCommand.Happened(Envelope.event(actor, event).seal(key)));
    }

    @Override
    public void renamed(PlatformHost host, String from, String to, ObjectNode secrets) {
      self.tell(SessionCommand.Rename.of(host, platform, from, to, secrets, key));
    }

    @Override
    public byte @Nullable [] credentials(String of, String actor) {
      return credentials.get(Item.key(of, actor));
    }
  }

  // The end.

  private void end(SessionState state) {
    ending = true;
    UNDELIVERED.increment(state.open().size() + told.waitingOutcomes());
    closeHosts();
    context.pipeToSelf(
        needs
            .keys()
            .delete(id)
            .thenCompose(done -> needs.history().delete(GatewaySessions.log(id).id())),
        (done, failure) -> new SessionCommand.Over());
  }

  private void closeHosts() {
    hosts.values().forEach(PlatformHost::close);
    hosts.clear();
  }
}
