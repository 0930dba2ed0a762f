package org.viesti.connection;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ExtensibleBehavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.TypedActorContext;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;
import org.viesti.device.Devices;
import org.viesti.journal.History;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Message;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.protocol.RoomId;
import org.viesti.protocol.ServerFrame;
import org.viesti.protocol.StreamId;
import org.viesti.protocol.Topic;
import org.viesti.protocol.UserId;
import org.viesti.room.Rooms;
import org.viesti.routing.Router;
import org.viesti.routing.Tails;
import org.viesti.security.Principal;
import org.viesti.user.Users;

/**
 * One live client stream.
 *
 * <pre>
 *   opening ── device and user answered, heads compared ──> live ── any CloseCause ──> stopped
 *      └──────────────── refused, revoked, client gone ──────────────────────────────────^
 * </pre>
 *
 * <p>While opening, the client's frames wait. {@link Opening} gathers what the {@link LogDesk}
 * begins with, which brings the messages of rooms; the {@link TopicDesk} brings those of topics.
 */
public final class DeviceConnection extends ExtensibleBehavior<Object> {

  /** What a connection is told. */
  public sealed interface Command {}

  /** The frames of one read. */
  public record Frames(List<ClientFrame> frames) implements Command {}

  /**
   * The client sent something that is no frame. The stream goes on: it loses nothing by it.
   *
   * @param request its id, if that could be read
   */
  public record Malformed(Refusal refusal, @Nullable String request) implements Command {}

  /** The channel's buffer has room again. */
  public record Writable() implements Command {}

  /** The channel is closed. */
  public record Closed() implements Command {}

  /** Ends the stream, for a cause of the node's. */
  record End(CloseCause cause) implements Command {}

  /** The node is leaving. */
  record Drain(long reconnectAfterMs) implements Command {}

  /** Is the client still there? */
  record CheckHeartbeat() implements Command {}

  private record Opened(Opening.Result result) implements Command {}

  private record Attached(Opening.Attached attached) implements Command {}

  private record Failed(Throwable failure) implements Command {}

  private record Answered(List<ServerFrame> frames, int requests) implements Command {}

  /** Something that was begun is finished. */
  private record Then(Runnable effect) implements Command {}

  /** An owner does not know of this stream: it was silent, or is gone with what it knew. */
  private record Unattached() implements Command {}

  record FlushCursors() implements Command {}

  record FlushReceipts() implements Command {}

  /** What a connection needs of its node. */
  record Needs(
      ConnectionSettings settings,
      Rooms rooms,
      Users users,
      Devices devices,
      Admission admission,
      Opening opening,
      History history,
      ActorRef<Router.Command> router,
      Tails tails,
      TopicDesk.Needs topics,
      RoomJson roomJson) {}

  private final ActorContext<Object> context;
  private final Needs needs;
  private final Principal principal;
  private final Wire wire;
  private final String session;
  private final Outlet outlet;
  private final DeskHost host = new Host();
  private final Publishing publishing;
  private final Acknowledgements acks;

  /** Null while the stream has nothing to do with topics: most have nothing. */
  private @Nullable TopicDesk topics;

  /**
   * Null: it came for topics alone, and its user's rooms are for it where it subscribes to them.
   */
  private final @Nullable LogDesk logs;

  private final Devices.Stream stream;

  /** Null once the stream is live. */
  private @Nullable CompletionStage<Opening.Result> opening;

  /** What came while it was opening. */
  private Collection<Object> waiting = List.of();

  private Set<String> watched = Set.of();
  private boolean live;
  private boolean caughtUp;
  private long heardAt = System.nanoTime();

  /** The client was pinged, and has said nothing since. */
  private boolean pinged;

  private CloseCause cause = new CloseCause.ClientGone();

  static Behavior<Command> create(
      Principal principal, Wire wire, ClientFrame.Hello hello, String session, Needs needs) {
    return Behaviors.<Object>setup(
            context ->
                Behaviors.withTimers(
                    timers ->
                        new DeviceConnection(
                            context, timers, principal, wire, hello, session, needs)))
        .narrow();
  }

  private DeviceConnection(
      ActorContext<Object> context,
      TimerScheduler<Object> timers,
      Principal principal,
      Wire wire,
      ClientFrame.Hello hello,
      String session,
      Needs needs) {
    this.context = context;
    this.needs = needs;
    this.principal = principal;
    this.wire = wire;
    this.session = session;
    ConnectionSettings settings = needs.settings();
    this.outlet = new Outlet(wire, settings.maxEphemeral());
    this.publishing =
        new Publishing(settings, principal, needs.admission(), wire, outlet, this::pipe, host);
    this.acks = new Acknowledgements(settings, timers);
    if (hello.terms() == null) {
      this.logs =
          new LogDesk(
              needs,
              principal.user(),
              self(),
              host,
              this::enter,
              message -> outlet.put(new ServerFrame.Delivery(message)));
    } else {
      this.logs = null;
      this.topics = topics(hello.terms());
    }
    this.stream = needs.devices().stream(self());
    this.opening =
        needs
            .opening()
            .open(
                principal,
                hello,
                session,
                self(),
                self(),
                stream,
                hello.terms() == null || topics == null
                    ? null
                    : topics.terms(hello.terms().clean()));
    context.pipeToSelf(
        opening, (result, failure) -> result != null ? new Opened(result) : new Failed(failure));
  }

  /** Of whatever it is told: what owners and the router tell needs no envelope. */
  private <T> ActorRef<T> self() {
    return context.getSelf().unsafeUpcast();
  }

  @Override
  public Behavior<Object> receiveSignal(TypedActorContext<Object> ctx, Signal signal) {
    return switch (signal) {
      case Terminated gone -> receive(ctx, new Unattached());
      case PostStop stop -> onStop();
      default -> Behaviors.unhandled();
    };
  }

  @Override
  public Behavior<Object> receive(TypedActorContext<Object> ctx, Object message) {
    boolean stays = live ? whileLive(message) : whileOpening(message);
    if (live && logs != null && logs.pump()) {
      sayWhenCaughtUp(logs);
    }
    if (topics != null) {
      topics.pump();
    }
    outlet.flush();
    if (stays && live) {
      publishing.heed();
    }
    return stays ? Behaviors.same() : Behaviors.stopped();
  }

  // Opening.

  private boolean whileOpening(Object message) {
    return switch (message) {
      case Opened(Opening.Result result) -> opened(result);
      case Failed(Throwable failure) -> end(new CloseCause.Rejected(Refused.in(failure)));
      case Closed() -> false;
      case End(CloseCause why) -> end(why);
      case Drain drain -> end(new CloseCause.Drained());
      case Devices.News news -> onDeviceNews(news);
      default -> {
        if (waiting.isEmpty()) {
          waiting = new ArrayDeque<>(2);
        }
        waiting.add(message);
        yield true;
      }
    };
  }

  private boolean opened(Opening.Result result) {
    live = true;
    opening = null;
    acks.begin(result.newCursors());
    watchOwners(result.attached());
    outlet.put(result.welcome());
    result.resets().forEach(outlet::put);
    if (topics != null) {
      topics.opened(result.attached().device().session(), result.attached().device().cursors());
    }
    if (logs != null) {
      logs.begin(result.attached().profile().seq(), result.tracks());
    }
    Collection<Object> came = waiting;
    waiting = List.of();
    for (Object message : came) {
      if (!whileLive(message)) {
        return false;
      }
    }
    return true;
  }

  // Live.

  private boolean whileLive(Object message) {
    return switch (message) {
      case Command command -> onCommand(command);
      case Router.Routed what -> onRouted(what);
      case Users.News news -> onUserNews(news);
      case Devices.News news -> onDeviceNews(news);
      default -> throw new IllegalArgumentException("not for a stream: " + message);
    };
  }

  private boolean onCommand(Command command) {
    return switch (command) {
      case Frames(List<ClientFrame> frames) -> onFrames(frames);
      case Malformed(Refusal refusal, String request) -> {
        heard();
        outlet.put(ServerFrame.Error.of(refusal, request));
        yield true;
      }
      case Answered(List<ServerFrame> frames, int requests) -> onAnswered(frames, requests);
      case Then(Runnable effect) -> {
        effect.run();
        yield true;
      }
      case Writable() -> true;
      case FlushCursors() -> flushCursors();
      case FlushReceipts() -> flushReceipts();
      case CheckHeartbeat() -> checkHeartbeat();
      case Unattached() -> attach();
      case Attached(Opening.Attached attached) -> onAttached(attached);
      case End(CloseCause why) -> end(why);
      case Drain(long after) -> {
        outlet.put(new ServerFrame.Drain(after));
        yield end(new CloseCause.Drained());
      }
      case Closed() -> false;
      case Failed(Throwable failure) -> notAttached(Refused.in(failure));
      case Opened opened -> true; // only while opening
    };
  }

  private boolean onFrames(List<ClientFrame> frames) {
    heard();
    // Posts that stand together go together, and so do publishes; the order of all is kept.
    int from = 0;
    while (from < frames.size()) {
      ClientFrame first = frames.get(from);
      int to = from + 1;
      while (to < frames.size() && frames.get(to).getClass() == first.getClass()) {
        to++;
      }
      List<ClientFrame> run = frames.subList(from, to);
      switch (first) {
        case ClientFrame.Send send -> publishing.post(all(ClientFrame.Send.class, run));
        case ClientFrame.Publish publish ->
            topics().publishes().publish(all(ClientFrame.Publish.class, run));
        default -> run.forEach(this::onFrame);
      }
      from = to;
    }
    if (acks.isDue()) {
      flushCursors();
    }
    return true;
  }

  private static <F extends ClientFrame> List<F> all(Class<F> kind, List<ClientFrame> run) {
    return run.stream().map(kind::cast).toList();
  }

  private void onFrame(ClientFrame frame) {
    switch (frame) {
      case ClientFrame.Send send -> publishing.post(List.of(send));
      case ClientFrame.SendBatch(List<ClientFrame.Send> messages) -> publishing.batch(messages);
      case ClientFrame.Edit edit -> publishing.edit(edit);
      case ClientFrame.Redact redact -> publishing.redact(redact);
      case ClientFrame.React react -> publishing.react(react);
      case ClientFrame.Ack(Map<String, Long> positions) -> positions.forEach(this::acknowledge);
      case ClientFrame.Read(String room, long seq) -> markRead(room, seq);
      case ClientFrame.Typing(String room, boolean typing) ->
          signal(room, new ServerFrame.Typing(room, principal.user().id(), typing));
      case ClientFrame.Presence(String status, String message) ->
          needs.users().setPresence(principal.user(), principal.device(), status, message);
      case ClientFrame.Watch(List<String> users) -> watch(users);
      case ClientFrame.Publish publish -> topics().publishes().publish(List.of(publish));
      case ClientFrame.Subscribe subscribe -> topics().subscribes().subscribe(subscribe);
      case ClientFrame.Unsubscribe unsubscribe -> topics().subscribes().unsubscribe(unsubscribe);
      case ClientFrame.Received(int delivery, boolean refused) ->
          topics().deliveries().received(delivery, refused);
      case ClientFrame.Done(int delivery) -> topics().deliveries().done(delivery);
      case ClientFrame.Release(String id) -> topics().publishes().release(id);
      case ClientFrame.Leave leave -> topics().leave(leave);
      case ClientFrame.Ping(String nonce) -> outlet.put(new ServerFrame.Pong(nonce));
      case ClientFrame.Pong pong -> {}
      case ClientFrame.Hello hello ->
          outlet.put(
              ServerFrame.Error.of(
                  Refusal.of(ErrorCode.FAILED_PRECONDITION, "hello comes first, and once"), null));
    }
  }

  private TopicDesk topics() {
    TopicDesk desk = topics;
    if (desk == null) {
      desk = topics(null);
      topics = desk;
    }
    return desk;
  }

  private TopicDesk topics(ClientFrame.@Nullable Terms terms) {
    return new TopicDesk(needs, principal, terms, self(), wire, outlet, publishing, acks, host);
  }

  private void pipe(CompletionStage<List<ServerFrame>> answers, int requests) {
    context.pipeToSelf(
        answers, (frames, failure) -> new Answered(frames == null ? List.of() : frames, requests));
  }

  private final class Host implements DeskHost {
    @Override
    public <T> void then(CompletionStage<T> stage, Consumer<DeskHost.Result<T>> effect) {
      context.pipeToSelf(
          stage,
          (value, failure) -> new Then(() -> effect.accept(new DeskHost.Result<>(value, failure))));
    }

    @Override
    public void end(CloseCause why) {
      context.getSelf().tell(new End(why));
    }
  }

  private boolean onAnswered(List<ServerFrame> frames, int requests) {
    frames.forEach(outlet::put);
    publishing.answered(requests);
    return true;
  }

  // Delivering.

  private boolean onRouted(Router.Routed what) {
    switch (what) {
      case Router.Live(Topic topic, List<Message> messages, long head) -> {
        if (logs != null) {
          logs.live(topic, messages, head);
        } else {
          topics().subscribes().rooms().live(topic, messages, head);
        }
      }
      case Router.Arrived(List<Router.Arrival> arrivals) -> topics().arrived(arrivals);
      case Router.Look(StreamId recorded) -> topics().look(recorded);
      case Router.Unheard(Topic topic, long head) -> {
        if (logs != null) {
          logs.unheard(topic, head);
        } else {
          topics().subscribes().rooms().unheard(topic, head);
        }
      }
      case Router.Signalled(ServerFrame frame, String except) -> {
        if (logs != null && !principal.user().id().equals(except)) {
          outlet.put(frame);
        }
      }
    }
    return true;
  }

  private void sayWhenCaughtUp(LogDesk all) {
    if (!caughtUp && all.isCaughtUp()) {
      caughtUp = true;
      outlet.put(new ServerFrame.CaughtUp());
    }
  }

  /** A room that the user is in now, from its beginning. */
  private Track enter(Topic room, Users.Membership membership) {
    Track track = new Track(room, membership.stays(), membership.stays().getFirst().from() - 1);
    acks.begin(Map.of(room.path(), track.sent));
    return track;
  }

  private void acknowledge(String path, long seq) {
    Track track = logs == null ? null : logs.track(path);
    if (logs != null && track != null && seq > track.acked) {
      acks.acknowledged(track, logs.acknowledge(track, seq));
    }
  }

  private boolean flushCursors() {
    acks.flushCursors(
        moved -> needs.devices().move(principal.deviceId(), stream.connection(), moved));
    return true;
  }

  private boolean flushReceipts() {
    acks.flushReceipts(
        (room, seq) ->
            needs
                .rooms()
                .delivered(principal, new RoomId(principal.user().tenant(), room), seq, self()));
    return true;
  }

  // The stream's owners.

  private void watchOwners(Opening.Attached attached) {
    watchOwner(attached.profile().owner());
    watchOwner(attached.device().owner());
    if (!attached.isKnown()) {
      attach();
    }
  }

  private void watchOwner(@Nullable ActorRef<?> owner) {
    if (owner != null) {
      context.watch(owner);
    }
  }

  private boolean attach() {
    context.pipeToSelf(
        needs.opening().attach(principal, logs != null, self(), stream),
        (attached, failure) -> attached != null ? new Attached(attached) : new Failed(failure));
    return true;
  }

  private boolean notAttached(Refusal refusal) {
    if (refusal.code() == ErrorCode.UNAVAILABLE || refusal.code() == ErrorCode.INTERNAL) {
      context.scheduleOnce(needs.settings().ownerPatience(), context.getSelf(), new Unattached());
      return true;
    }
    return end(new CloseCause.Rejected(refusal));
  }

  private boolean onAttached(Opening.Attached attached) {
    watchOwners(attached);
    if (logs != null) {
      watch(List.copyOf(watched));
      logs.reconciled(attached.profile());
    }
    return true;
  }

  // Reading, typing, presence: in no log.

  private void markRead(String room, long seq) {
    Track track = logs == null ? null : logs.track(Topic.ROOMS + room);
    if (track == null || seq > Math.max(track.head, track.sent)) {
      outlet.put(
          ServerFrame.Error.of(
              Refusal.of(
                  ErrorCode.FAILED_PRECONDITION, "nothing of room " + room + " is at " + seq),
              null));
      return;
    }
    context.pipeToSelf(
        needs.users().markRead(principal.user(), room, seq),
        (profile, failure) ->
            new Answered(
                failure == null
                    ? List.of()
                    : List.of(ServerFrame.Error.of(Refused.in(failure), null)),
                0));
    signal(room, new ServerFrame.Receipt(room, principal.user().id(), "read", seq));
  }

  private void signal(String room, ServerFrame frame) {
    try {
      needs.rooms().signal(principal, new RoomId(principal.user().tenant(), room), frame);
    } catch (Refused refused) {
      outlet.put(ServerFrame.Error.of(refused.refusal(), null));
    }
  }

  private void watch(List<String> users) {
    if (users.size() > needs.settings().maxWatched()) {
      outlet.put(
          ServerFrame.Error.of(
              new Refusal(
                  ErrorCode.LIMIT_EXCEEDED,
                  "at most " + needs.settings().maxWatched() + " users are watched",
                  "viesti.connection.max-watched",
                  null),
              null));
      return;
    }
    Set<String> rooms = logs == null ? Set.of() : logs.rooms();
    Set<String> wanted = new HashSet<>(users);
    for (String user : watched) {
      if (!wanted.contains(user)) {
        needs.users().unwatch(new UserId(principal.user().tenant(), user), self());
      }
    }
    // Also those watched already: whoever shared no room then may do so now.
    for (String user : wanted) {
      needs.users().watch(new UserId(principal.user().tenant(), user), rooms, self());
    }
    watched = wanted;
  }

  private boolean onUserNews(Users.News news) {
    switch (news) {
      case Users.PresenceIs(ServerFrame.Presence presence) -> outlet.put(presence);
      case Users.ReadElsewhere(String room, long seq) ->
          outlet.put(new ServerFrame.Receipt(room, principal.user().id(), "read", seq));
      case Users.WatchRefused(Refusal refusal) -> outlet.put(ServerFrame.Error.of(refusal, null));
    }
    return true;
  }

  private boolean onDeviceNews(Devices.News news) {
    return switch (news) {
      case Devices.TakenOver() -> end(new CloseCause.TakenOver());
      case Devices.Revoked() -> end(new CloseCause.Revoked());
      case Devices.SecretChanged() ->
          !principal.isBySecret() || end(new CloseCause.SecretRevoked());
    };
  }

  private void heard() {
    heardAt = System.nanoTime();
    pinged = false;
  }

  /** However late the check comes, nobody is sent away who was not asked first. */
  private boolean checkHeartbeat() {
    if (logs == null) {
      return true; // the client said itself how long it may be silent, and its edge minds that
    }
    if (publishing.isPaused()) {
      heard(); // what it says now nobody reads
    }
    long silent = System.nanoTime() - heardAt;
    long heartbeat = needs.settings().heartbeat().toNanos();
    if (pinged && silent > 2 * heartbeat) {
      return end(new CloseCause.Silent());
    }
    if (silent > heartbeat) {
      pinged = true;
      outlet.put(new ServerFrame.Ping(null));
    }
    return true;
  }

  private boolean end(CloseCause why) {
    cause = why;
    return false;
  }

  private Behavior<Object> onStop() {
    outlet.flush();
    if (live) {
      flushCursors();
    }
    if (logs != null) {
      logs.close();
    }
    if (opening != null) {
      opening.thenAccept(result -> LogDesk.unfollow(needs.router(), self(), result.tracks()));
    }
    watched.forEach(
        user -> needs.users().unwatch(new UserId(principal.user().tenant(), user), self()));
    if (logs != null) {
      needs.users().detach(principal.user(), principal.device(), self());
    }
    if (topics == null) {
      needs.devices().detach(principal.deviceId(), stream.connection(), null);
    } else {
      topics
          .close(cause)
          .thenAccept(
              left -> needs.devices().detach(principal.deviceId(), stream.connection(), left));
    }
    wire.close(cause);
    context.getLog().debug("session {} of {} ended: {}", session, principal.deviceId(), cause);
    return this;
  }
}
