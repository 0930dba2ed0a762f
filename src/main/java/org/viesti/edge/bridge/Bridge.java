package org.viesti.edge.bridge;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;
import org.viesti.connection.CloseCause;
import org.viesti.connection.Connections;
import org.viesti.connection.DeviceConnection;
import org.viesti.device.Devices;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.Refused;
import org.viesti.protocol.ServerFrame;
import org.viesti.protocol.UserId;
import org.viesti.security.Principal;
import org.viesti.user.Backoff;

/**
 * A bridge: a stream here, whose session outlives it as any device's may, and a connection to the
 * remote broker.
 *
 * <pre>
 *   opening ── welcome ──> subscribing ── in force ──> calling ── connected ──> bridging
 *      ^                                                 ^                         │
 *      │                                                 └── back-off, remote lost ┘
 *      └───────────────────── back-off, stream ended ──────────────────────────────┘
 * </pre>
 *
 * <p>What is given is acknowledged here when the remote has acknowledged it, so whatever is not
 * waits in the log; of that a window is in memory. What is taken is acknowledged there when it is
 * published here. After a break either is sent again: both ways it is at least once.
 */
final class Bridge extends AbstractBehavior<Bridge.Command> {
  /** Of whom each bridge is a device, by its name. */
  static final String USER = "viesti-bridge";

  private static final String SUBSCRIBE = "subscribe";
  private static final String UNSUBSCRIBE = "unsubscribe";

  /** What it is told, by itself and by its two ends. */
  sealed interface Command {}

  private record Open() implements Command {}

  private record Opened(
      LocalWire wire,
      @Nullable ActorRef<DeviceConnection.Command> stream,
      @Nullable Throwable failure)
      implements Command {}

  private record FromStream(LocalWire.News news) implements Command {}

  /** Filters of the session that are no longer the bridge's. */
  private record Stale(LocalWire wire, List<String> filters) implements Command {}

  private record Call() implements Command {}

  /** The remote has had time to answer. */
  private record TooLate(Remote remote) implements Command {}

  private record FromRemote(Remote.News news) implements Command {}

  /** What it needs of its node. */
  record Needs(Connections connections, Devices devices) {}

  private final ActorRef<Command> self;
  private final BridgeSettings settings;
  private final Needs needs;
  private final BridgeMeter meter;
  private final TimerScheduler<Command> timers;
  private final Principal principal;
  private final Backoff backoff;
  private final Outward outward;
  private final Inward inward;

  /** Attempts in a row that came to nothing. */
  private int failures;

  // Here.

  private @Nullable LocalWire wire;
  private @Nullable CompletionStage<ActorRef<DeviceConnection.Command>> opening;
  private @Nullable ActorRef<DeviceConnection.Command> stream;
  private boolean welcome;

  // There.

  private @Nullable Remote remote;
  private boolean connected;

  static Behavior<Command> create(BridgeSettings settings, Needs needs, BridgeMeter meter) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(timers -> new Bridge(context, timers, settings, needs, meter)));
  }

  private Bridge(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      BridgeSettings settings,
      Needs needs,
      BridgeMeter meter) {
    super(context);
    this.self = context.getSelf();
    this.timers = timers;
    this.settings = settings;
    this.needs = needs;
    this.meter = meter;
    this.principal = Principal.ofTheNode(new UserId(settings.tenant(), USER), settings.name());
    this.backoff =
        new Backoff(settings.retryFirst(), settings.retryMax(), RandomGenerator.getDefault());
    BridgedTopics topics = new BridgedTopics(settings.topics());
    Echoes echoes = new Echoes(System::nanoTime);
    this.outward = new Outward(topics, echoes, meter, new Here());
    this.inward = new Inward(topics, settings.maxMessageBytes(), echoes, meter, this::tell);
    open();
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onAnyMessage(this::on)
        .onSignal(PreRestart.class, signal -> onStop())
        .onSignal(PostStop.class, signal -> onStop())
        .build();
  }

  private Behavior<Command> on(Command command) {
    switch (command) {
      case Open() -> open();
      case Opened(LocalWire from, var opened, var failure) -> {
        if (from == wire) {
          opened(opened, failure);
        }
      }
      case FromStream(LocalWire.News news) -> {
        if (news.from() == wire) {
          here(news);
        }
      }
      case Stale(LocalWire from, List<String> filters) -> {
        if (from == wire && !filters.isEmpty()) {
          tell(new ClientFrame.Unsubscribe(UNSUBSCRIBE, filters));
        }
      }
      case Call() -> call();
      case TooLate(Remote called) -> {
        if (called == remote && !connected) {
          lost("the remote broker does not answer");
        }
      }
      case FromRemote(Remote.News news) -> {
        if (news.from() == remote) {
          there(news);
        }
      }
    }
    return this;
  }

  // The stream here.

  private void open() {
    LocalWire fresh = new LocalWire(settings.window(), news -> self.tell(new FromStream(news)));
    wire = fresh;
    ClientFrame.Terms terms =
        new ClientFrame.Terms(false, settings.keep().toSeconds(), settings.window(), 0, null);
    opening =
        needs
            .connections()
            .open(principal, fresh, new ClientFrame.Hello(null, null, null, null, terms));
    getContext().pipeToSelf(opening, (opened, failure) -> new Opened(fresh, opened, failure));
  }

  private void opened(
      @Nullable ActorRef<DeviceConnection.Command> opened, @Nullable Throwable failure) {
    if (opened == null) {
      ended(failure == null ? "the stream did not open" : Refused.in(failure).detail());
      return;
    }
    stream = opened;
    begin();
  }

  private void here(LocalWire.News news) {
    switch (news) {
      case LocalWire.Sent(var _, List<ServerFrame> frames) -> frames.forEach(this::here);
      case LocalWire.Ended(var _, CloseCause cause) -> ended(cause.refusal().detail());
    }
  }

  private void here(ServerFrame frame) {
    switch (frame) {
      case ServerFrame.Welcome _ -> {
        welcome = true;
        begin();
      }
      case ServerFrame.Subscribed(var _, List<ServerFrame.Grant> grants) -> {
        for (ServerFrame.Grant grant : grants) {
          if (grant.refused() != null) {
            meter.refused(grant.refused().detail());
          }
        }
        call();
      }
      case ServerFrame.Published published -> outward.deliver(published, connected ? remote : null);
      case ServerFrame.PublishAck(String id, boolean _) -> inward.published(id);
      case ServerFrame.Error error -> refused(error);
      case ServerFrame.Released _,
          ServerFrame.Release _,
          ServerFrame.Unsubscribed _,
          ServerFrame.SendAck _,
          ServerFrame.Delivery _,
          ServerFrame.CaughtUp _,
          ServerFrame.Reset _,
          ServerFrame.Drain _,
          ServerFrame.Typing _,
          ServerFrame.Presence _,
          ServerFrame.Receipt _,
          ServerFrame.Ping _,
          ServerFrame.Pong _ -> {} // not for a stream of topics at QoS 0 and 1
    }
  }

  /** The welcome may come before the stream is known here. */
  private void begin() {
    if (stream == null || !welcome) {
      return;
    }
    List<ClientFrame.Wanted> wanted =
        settings.topics().stream()
            .filter(BridgedTopic::out)
            // Nothing of its own, retained as it was published, what is kept when it is new.
            .map(each -> new ClientFrame.Wanted(each.local().text(), each.qos(), true, true, 1, 0))
            .toList();
    forgetOthers(wanted);
    if (wanted.isEmpty()) {
      call();
    } else {
      tell(new ClientFrame.Subscribe(SUBSCRIBE, wanted));
    }
  }

  private void forgetOthers(List<ClientFrame.Wanted> wanted) {
    LocalWire of = wire;
    if (of == null) {
      return;
    }
    Set<String> own = wanted.stream().map(ClientFrame.Wanted::filter).collect(Collectors.toSet());
    getContext()
        .pipeToSelf(
            needs.devices().stored(principal.deviceId()),
            (stored, failure) ->
                new Stale(
                    of,
                    stored == null || stored.session() == null
                        ? List.of()
                        : stored.session().subscriptions().keySet().stream()
                            .filter(filter -> !own.contains(filter))
                            .toList()));
  }

  private void refused(ServerFrame.Error error) {
    if (SUBSCRIBE.equals(error.id())) {
      endStream();
      ended(error.detail());
    } else if (inward.isAskedForAgain(error)) {
      lost("what came could not be published here: " + error.detail());
    }
  }

  /** The stream, as deliveries need it. */
  private final class Here implements Outward.Stream {
    @Override
    public void tell(ClientFrame frame) {
      Bridge.this.tell(frame);
    }

    @Override
    public void left() {
      if (wire != null && wire.left()) {
        writable();
      }
    }
  }

  private void tell(ClientFrame frame) {
    if (stream != null) {
      stream.tell(new DeviceConnection.Frames(List.of(frame)));
    }
  }

  /** Without its stream a bridge has nothing to do with the remote either. */
  private void ended(String why) {
    wire = null;
    opening = null;
    stream = null;
    welcome = false;
    outward.forget();
    leave();
    timers.cancelAll();
    failures++;
    meter.away(why);
    timers.startSingleTimer(new Open(), backoff.after(failures, null));
  }

  // The remote broker.

  private void call() {
    if (remote == null) {
      meter.connecting();
      Remote called = Remote.connect(settings, news -> self.tell(new FromRemote(news)));
      remote = called;
      timers.startSingleTimer(new TooLate(called), settings.connectTimeout());
    }
  }

  private void there(Remote.News news) {
    switch (news) {
      case Remote.Connected(Remote to, List<String> refused) -> connected(to, refused);
      case Remote.Lost(var _, String why) -> lost(why);
      case Remote.Arrived message -> inward.arrived(message);
      case Remote.Given(var _, int delivery) -> outward.given(delivery);
    }
  }

  private void connected(Remote to, List<String> refused) {
    getContext().getLog().info("bridge {} is connected to {}", settings.name(), settings.uri());
    connected = true;
    failures = 0;
    meter.connected();
    refused.forEach(
        filter -> meter.refused("the remote broker refuses the subscription " + filter));
    outward.giveAll(to);
    if (wire != null) {
      wire.up(true);
      writable();
    }
  }

  private void writable() {
    if (stream != null) {
      stream.tell(new DeviceConnection.Writable());
    }
  }

  private void lost(String why) {
    if (connected || failures == 0) {
      getContext()
          .getLog()
          .warn("bridge {} is without {}: {}", settings.name(), settings.uri(), why);
    }
    leave();
    failures++;
    meter.away(why);
    timers.startSingleTimer(new Call(), backoff.after(failures, null));
  }

  /** What was taken and not answered the remote sends again. */
  private void leave() {
    connected = false;
    inward.forget();
    if (wire != null) {
      wire.up(false);
    }
    if (remote != null) {
      remote.close();
      remote = null;
    }
  }

  private void endStream() {
    if (opening != null) {
      opening.thenAccept(opened -> opened.tell(new DeviceConnection.Closed()));
    }
  }

  private Behavior<Command> onStop() {
    endStream();
    wire = null;
    leave();
    return this;
  }
}
