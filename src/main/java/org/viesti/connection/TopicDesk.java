package org.viesti.connection;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.viesti.device.Devices;
import org.viesti.device.Session;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Publication;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.protocol.ServerFrame;
import org.viesti.protocol.StreamId;
import org.viesti.protocol.TopicFilter;
import org.viesti.routing.DurableFilters;
import org.viesti.routing.Exchange;
import org.viesti.routing.Retained;
import org.viesti.routing.Router;
import org.viesti.routing.Subscription;
import org.viesti.security.Principal;
import org.viesti.security.TopicAcl;

/**
 * One stream's dealings with the topic tree: what it publishes there, what it subscribed to, and
 * its will. It belongs to the connection's actor.
 */
public final class TopicDesk {
  private static final Counter DENIED = Metrics.counter("viesti.admit.denied");
  private static final int[] NO_IDENTIFIERS = {};

  /** What it needs of its node. */
  public record Needs(
      TopicPublisher publisher, DurableFilters filters, Devices devices, TopicAcl acl) {
    SessionDesk.Needs ofSession() {
      return new SessionDesk.Needs(publisher.exchange(), publisher.streams(), filters, devices);
    }
  }

  /** The connection whose desk it is. */
  interface Host {
    /** What is finished later comes back into the connection's actor. */
    <T> void then(CompletionStage<T> stage, Consumer<Result<T>> effect);

    void end(CloseCause cause);
  }

  /** One of both is null. */
  record Result<T>(@Nullable T value, @Nullable Throwable failure) {
    Throwable cause() {
      return Objects.requireNonNull(failure);
    }
  }

  private final Needs needs;
  private final Exchange exchange;
  private final ConnectionSettings settings;
  private final Principal principal;
  private final String stream;
  private final ActorRef<Router.Routed> follower;
  private final Outlet outlet;
  private final PublishAnswers answers;
  private final Publishing publishing;
  private final Acknowledgements acks;
  private final Host host;
  private final Deliveries deliveries;
  private final TopicAcl.Rights rights;
  private final Map<String, Subscription> subscriptions = new HashMap<>(2);

  /** Publishes of QoS 2 that the client has not yet released. */
  private final Set<String> unreleased = new HashSet<>(0);

  /** Those of them whose answer is on its way, because they are yet to be kept. */
  private final Set<String> keeping = new HashSet<>(0);

  private ClientFrame.@Nullable Will will;

  /** Seconds that the session is to outlive the stream. */
  private long sessionExpiry;

  /** Null: the session ends with the stream. */
  private @Nullable SessionDesk session;

  /** Pages of what was kept, until the client takes them. */
  private final ArrayDeque<Runnable> kept = new ArrayDeque<>(0);

  /** While what was kept is read: topics that had something newer meanwhile. */
  private final Map<Subscription, Set<String>> newer = new HashMap<>(0);

  TopicDesk(
      Needs needs,
      ConnectionSettings settings,
      Principal principal,
      ClientFrame.@Nullable Terms terms,
      ActorRef<Router.Routed> follower,
      Wire wire,
      Outlet outlet,
      Publishing publishing,
      Acknowledgements acks,
      Host host) {
    this.needs = needs;
    this.exchange = needs.publisher().exchange();
    this.settings = settings;
    this.principal = principal;
    this.stream = principal.deviceId().key();
    this.follower = follower;
    this.outlet = outlet;
    this.answers = new PublishAnswers(outlet::put);
    this.publishing = publishing;
    this.acks = acks;
    this.host = host;
    this.rights = needs.acl().of(principal);
    this.will = terms == null || refusal(terms.will()) != null ? null : terms.will();
    this.sessionExpiry = terms == null ? 0 : terms.sessionExpiry();
    this.deliveries =
        new Deliveries(
            wire,
            outlet::put,
            this::over,
            terms == null ? 0 : Math.min(terms.receiveMaximum(), settings.windowMessages()),
            settings.maxQueued());
  }

  // The session.

  /** What the stream asks of its device's session. */
  Devices.Terms terms(boolean clean) {
    return new Devices.Terms(
        clean,
        sessionExpiry,
        will == null ? null : publication(will.message()),
        will == null ? 0 : will.delay());
  }

  /**
   * The stream is open.
   *
   * @param found the session it goes on with; null: none
   */
  void opened(@Nullable Session found, Map<String, Long> cursors) {
    if (found == null && sessionExpiry == 0) {
      return;
    }
    SessionDesk desk =
        new SessionDesk(
            needs.ofSession(),
            principal.deviceId(),
            follower,
            new SessionClient(),
            host,
            settings.readAtOnce());
    session = desk;
    if (found == null) {
      return;
    }
    unreleased.addAll(found.unreleased());
    List<CompletableFuture<?>> everywhere = new ArrayList<>(found.subscriptions().size());
    found
        .subscriptions()
        .forEach((text, each) -> everywhere.add(follow(TopicFilter.parse(text), each.wanted())));
    desk.resume(found, cursors, all(everywhere));
  }

  private static CompletableFuture<Void> all(List<CompletableFuture<?>> futures) {
    return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new));
  }

  /** From now on the subscription is in force here; the answer: everywhere. */
  private CompletableFuture<?> follow(TopicFilter filter, ClientFrame.Wanted wanted) {
    Subscription subscription =
        new Subscription(principal.user().tenant(), filter, wanted, stream, follower);
    CompletableFuture<?> everywhere = exchange.subscribe(subscription).toCompletableFuture();
    Subscription old = subscriptions.put(filter.text(), subscription);
    if (old != null) {
      exchange.unsubscribe(old);
    }
    return everywhere;
  }

  /** What the session's own desk has this one do. */
  private final class SessionClient implements SessionDesk.Client {
    @Override
    public List<Subscription> subscriptions(
        Publication publication, StreamId stream, long position) {
      List<Subscription> all = new ArrayList<>(1);
      boolean durable = false;
      for (Subscription each : subscriptions.values()) {
        if (each.filter().share() == null
            && each.filter().matches(publication.path())
            && each.takes(publication.publisher())
            && inSession().takes(each.filter().text(), stream, position)) {
          all.add(each);
          durable |= SessionDesk.isDurable(each.wanted(), each.filter());
        }
      }
      return durable ? all : List.of();
    }

    @Override
    public void deliver(
        Publication publication,
        List<Subscription> subscriptions,
        StreamTrack track,
        long position) {
      if (!subscriptions.isEmpty() && rights.mayReceive(publication.path())) {
        track.with(position);
        deliveries.put(delivery(publication, subscriptions, track.stream, position));
      }
    }

    @Override
    public void sendAgain(
        Session.InFlight was, Publication publication, @Nullable StreamId stream) {
      Deliveries.Delivery delivery =
          new Deliveries.Delivery(
              publication, was.qos(), was.retain(), was.identifiers(), stream, was.position());
      if (was.number() == 0) {
        deliveries.put(delivery);
      } else {
        deliveries.sendAgain(was.number(), delivery, was.received());
      }
    }

    @Override
    public boolean hasRoom() {
      return deliveries.hasRoom();
    }

    @Override
    public long resumeAt(StreamTrack track) {
      long first = deliveries.firstWaiting(track.stream, Long.MAX_VALUE);
      return Math.min(first - 1, track.sent);
    }

    @Override
    public void fail(Throwable failure) {
      host.end(new CloseCause.Rejected(Refused.in(failure)));
    }
  }

  private SessionDesk inSession() {
    return Objects.requireNonNull(session);
  }

  /** The client is done with something that was recorded. */
  private void over(Deliveries.Delivery delivery) {
    StreamId from = delivery.stream();
    if (session != null && from != null) {
      session.done(from, delivery.position());
      acks.moved(from.path(), session.acked(from));
    }
  }

  void look(StreamId recorded) {
    if (session != null) {
      session.look(recorded);
    }
  }

  // Publish.

  void publish(List<ClientFrame.Publish> all) {
    List<ClientFrame.Publish> admitted = new ArrayList<>(all.size());
    List<Publication> publications = new ArrayList<>(all.size());
    for (ClientFrame.Publish publish : all) {
      if (admit(publish)) {
        admitted.add(publish);
        publications.add(publication(publish));
      }
    }
    List<TopicPublisher.Published> published = needs.publisher().publish(publications);
    for (int i = 0; i < published.size(); i++) {
      answer(admitted.get(i), published.get(i));
    }
  }

  private boolean admit(ClientFrame.Publish publish) {
    String id = publish.id();
    if (publish.qos() == 2 && id != null && unreleased.contains(id)) {
      // It came again because the answer was lost, or before it could be given.
      if (!keeping.contains(id)) {
        outlet.put(new ServerFrame.PublishAck(id, true));
      }
      return false;
    }
    Refusal refusal = refusal(publish);
    if (refusal == null) {
      return true;
    }
    DENIED.increment();
    outlet.put(ServerFrame.Error.of(refusal, id));
    return false;
  }

  private @Nullable Refusal refusal(ClientFrame.@Nullable Will asked) {
    return asked == null ? null : refusal(asked.message());
  }

  private @Nullable Refusal refusal(ClientFrame.Publish publish) {
    if (publish.topic().startsWith("$") || !rights.mayPublish(publish.topic())) {
      return Refusal.of(ErrorCode.PERMISSION_DENIED, "you may not publish to " + publish.topic());
    }
    if (publish.retain() && publish.topic().length() > Retained.MAX_TOPIC) {
      return Refusal.of(
          ErrorCode.INVALID_ARGUMENT,
          "only topics of up to " + Retained.MAX_TOPIC + " characters are retained");
    }
    return null;
  }

  private Publication publication(ClientFrame.Publish publish) {
    long now = System.currentTimeMillis();
    return new Publication(
        principal.user().tenant(),
        publish.topic(),
        publish.bytes(),
        publish.qos(),
        publish.retain(),
        now,
        publish.expiry() == null ? 0 : now + publish.expiry() * 1000,
        stream,
        publish.properties());
  }

  private void answer(ClientFrame.Publish publish, TopicPublisher.Published published) {
    String id = publish.id();
    if (publish.qos() == 2 && id != null) {
      unreleased.add(id);
    }
    PublishAnswers.Slot slot = id == null ? null : answers.next();
    if (published.committed() == null) {
      if (slot != null && id != null) {
        answers.fill(slot, new ServerFrame.PublishAck(id, published.matched()));
      }
      return;
    }
    publishing.begun(1);
    if (id != null) {
      keeping.add(id);
    }
    host.then(
        published.committed(),
        written -> {
          publishing.answered(1);
          if (slot == null || id == null) {
            return;
          }
          keeping.remove(id);
          if (written.failure() != null) {
            unreleased.remove(id);
            answers.fill(slot, ServerFrame.Error.of(Refused.in(written.failure()), id));
          } else {
            answers.fill(slot, new ServerFrame.PublishAck(id, published.matched()));
          }
        });
  }

  void release(String id) {
    outlet.put(new ServerFrame.Released(id, unreleased.remove(id)));
  }

  // Subscribe.

  void subscribe(ClientFrame.Subscribe subscribe) {
    List<ServerFrame.Grant> grants = new ArrayList<>(subscribe.filters().size());
    List<CompletableFuture<?>> inForce = new ArrayList<>(subscribe.filters().size());
    Map<TopicFilter, ClientFrame.Wanted> granted = new LinkedHashMap<>();
    List<Runnable> afterwards = new ArrayList<>(0);
    for (ClientFrame.Wanted wanted : subscribe.filters()) {
      TopicFilter filter = TopicFilter.parse(wanted.filter());
      Refusal refusal = refusal(filter);
      grants.add(new ServerFrame.Grant(wanted.qos(), refusal));
      if (refusal != null) {
        continue;
      }
      boolean isNew = !subscriptions.containsKey(filter.text());
      inForce.add(follow(filter, wanted));
      granted.put(filter, wanted);
      boolean wantsKept = wanted.retained() == 0 || (wanted.retained() == 1 && isNew);
      if (wantsKept && filter.share() == null) {
        Subscription subscription = Objects.requireNonNull(subscriptions.get(filter.text()));
        newer.put(subscription, new HashSet<>(0));
        afterwards.add(() -> readKept(subscription, null));
      }
    }
    if (session != null && !granted.isEmpty()) {
      inForce.add(session.subscribe(granted).toCompletableFuture());
    }
    host.then(
        all(inForce),
        done -> {
          outlet.put(
              done.failure() == null
                  ? new ServerFrame.Subscribed(subscribe.id(), grants)
                  : ServerFrame.Error.of(Refused.in(done.failure()), subscribe.id()));
          afterwards.forEach(Runnable::run);
        });
  }

  private @Nullable Refusal refusal(TopicFilter filter) {
    if (!rights.maySubscribe(filter)) {
      return Refusal.of(ErrorCode.PERMISSION_DENIED, "you may not subscribe to " + filter);
    }
    if (subscriptions.size() >= settings.maxSubscriptions()
        && !subscriptions.containsKey(filter.text())) {
      return new Refusal(
          ErrorCode.LIMIT_EXCEEDED,
          "at most " + settings.maxSubscriptions() + " subscriptions",
          "viesti.connection.max-subscriptions",
          null);
    }
    return null;
  }

  private void readKept(Subscription subscription, @Nullable String after) {
    int most = Math.max(1, Math.min(settings.readAtOnce(), settings.maxQueued()));
    host.then(
        needs.publisher().retained().of(subscription.tenant(), subscription.filter(), after, most),
        read -> {
          Retained.Page page = read.value();
          if (page == null) {
            newer.remove(subscription);
          } else {
            kept.add(() -> deliver(subscription, page));
          }
        });
  }

  private void deliver(Subscription subscription, Retained.Page page) {
    Set<String> passed = newer.get(subscription);
    if (passed == null) {
      return; // unsubscribed
    }
    for (Publication publication : page.publications()) {
      if (!passed.contains(publication.path()) && rights.mayReceive(publication.path())) {
        deliveries.put(
            new Deliveries.Delivery(
                publication,
                Math.min(publication.qos(), subscription.wanted().qos()),
                true,
                identifiers(List.of(subscription)),
                null,
                0));
      }
    }
    if (page.next() == null) {
      newer.remove(subscription);
    } else {
      readKept(subscription, page.next());
    }
  }

  /** Goes on with what was kept, as far as the client takes it; to be called after everything. */
  void pump() {
    while (!kept.isEmpty() && !deliveries.isBusy()) {
      kept.remove().run();
    }
    if (session != null) {
      session.pump();
    }
  }

  void unsubscribe(ClientFrame.Unsubscribe unsubscribe) {
    List<Boolean> existed = new ArrayList<>(unsubscribe.filters().size());
    List<String> gone = new ArrayList<>(unsubscribe.filters().size());
    for (String filter : unsubscribe.filters()) {
      Subscription subscription = subscriptions.remove(filter);
      existed.add(subscription != null);
      if (subscription != null) {
        gone.add(filter);
        newer.remove(subscription);
        exchange.unsubscribe(subscription);
      }
    }
    ServerFrame answer = new ServerFrame.Unsubscribed(unsubscribe.id(), existed);
    if (session == null || gone.isEmpty()) {
      outlet.put(answer);
      return;
    }
    host.then(
        session.unsubscribe(gone),
        done ->
            outlet.put(
                done.failure() == null
                    ? answer
                    : ServerFrame.Error.of(Refused.in(done.failure()), unsubscribe.id())));
  }

  // Deliver.

  void arrived(List<Router.Arrival> arrivals) {
    for (Router.Arrival arrival : arrivals) {
      Publication publication = arrival.publication();
      if (!rights.mayReceive(publication.path())) {
        continue;
      }
      boolean durable = false;
      for (Subscription subscription : arrival.subscriptions()) {
        Set<String> passed = newer.get(subscription);
        if (passed != null) {
          passed.add(publication.path());
        }
        durable |= SessionDesk.isDurable(subscription.wanted(), subscription.filter());
      }
      if (session != null && durable && arrival.place() != null) {
        session.arrived(publication, arrival.subscriptions(), arrival.place());
      } else {
        deliveries.put(delivery(publication, arrival.subscriptions(), null, 0));
      }
    }
  }

  private static Deliveries.Delivery delivery(
      Publication publication,
      List<Subscription> subscriptions,
      @Nullable StreamId recorded,
      long position) {
    int most = 0;
    boolean asPublished = false;
    for (Subscription subscription : subscriptions) {
      most = Math.max(most, subscription.wanted().qos());
      asPublished |= subscription.wanted().asPublished();
    }
    return new Deliveries.Delivery(
        publication,
        Math.min(publication.qos(), most),
        asPublished && publication.retain(),
        identifiers(subscriptions),
        recorded,
        position);
  }

  private static int[] identifiers(List<Subscription> subscriptions) {
    int[] identifiers = NO_IDENTIFIERS;
    for (Subscription subscription : subscriptions) {
      int identifier = subscription.wanted().identifier();
      if (identifier != 0) {
        identifiers = Arrays.copyOf(identifiers, identifiers.length + 1);
        identifiers[identifiers.length - 1] = identifier;
      }
    }
    return identifiers;
  }

  void received(ClientFrame.Received received) {
    deliveries.received(received.delivery(), received.refused());
  }

  void done(int delivery) {
    deliveries.done(delivery);
  }

  // The end.

  void leave(ClientFrame.Leave leave) {
    if (!leave.will()) {
      will = null;
    }
    if (leave.sessionExpiry() != null) {
      sessionExpiry = leave.sessionExpiry();
    }
  }

  /**
   * Nothing more comes. The will is published, unless the client left in good order or is asked to
   * come to another node; where a session goes on, its device sees to that.
   *
   * @return what the stream leaves in its session, and when; null: it has none
   */
  CompletableFuture<Devices.@Nullable Left> close(CloseCause cause) {
    subscriptions.values().forEach(exchange::unsubscribe);
    subscriptions.clear();
    boolean willIsDue = will != null && !(cause instanceof CloseCause.Drained);
    if (session != null) {
      session.close();
      List<Session.InFlight> inFlight = new ArrayList<>(session.notSentAgain());
      inFlight.addAll(deliveries.left());
      Devices.Left left =
          new Devices.Left(
              sessionExpiry, session.positions(), inFlight, List.copyOf(unreleased), willIsDue);
      return session.pending().thenApply(done -> left);
    }
    if (willIsDue && will != null) {
      needs.publisher().publish(publication(will.message()));
    }
    return CompletableFuture.completedFuture(null);
  }
}
