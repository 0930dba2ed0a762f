package org.viesti.connection;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
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
import org.viesti.routing.Router;
import org.viesti.routing.Subscription;
import org.viesti.security.Principal;
import org.viesti.security.TopicAcl;

/**
 * One stream's dealings with the topic tree: what it subscribed to and is delivered; what it
 * publishes there goes through its {@link PublishDesk}. It belongs to the connection's actor.
 */
public final class TopicDesk {
  /** What it needs of its node. */
  public record Needs(
      TopicPublisher publisher, DurableFilters filters, Devices devices, TopicAcl acl) {
    SessionDesk.Needs ofSession() {
      return new SessionDesk.Needs(publisher.exchange(), publisher.streams(), filters, devices);
    }
  }

  private final Needs needs;
  private final Exchange exchange;
  private final ConnectionSettings settings;
  private final Principal principal;
  private final String stream;
  private final ActorRef<Router.Routed> follower;
  private final Outlet outlet;
  private final Publishing publishing;

  /** Null while the client has published nothing and has no will. */
  private @Nullable PublishDesk publishes;

  /** Null while nothing that was retained is on its way. */
  private @Nullable RetainedReads retained;

  private final Acknowledgements acks;
  private final DeskHost host;

  /** Most deliveries that may be unanswered; 0: no answer is wanted of any. */
  private final int window;

  /** Null while nothing was delivered. */
  private @Nullable Deliveries deliveries;

  private final Wire wire;
  private final TopicAcl.Rights rights;
  private final LiveSubscriptions subscriptions;

  /** The client was told that it is connected. */
  private boolean opened;

  /** Seconds that the session is to outlive the stream. */
  private long sessionExpiry;

  /** Null: the session ends with the stream. */
  private @Nullable SessionDesk session;

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
      DeskHost host) {
    this.needs = needs;
    this.exchange = needs.publisher().exchange();
    this.settings = settings;
    this.principal = principal;
    this.stream = principal.deviceId().key();
    this.follower = follower;
    this.outlet = outlet;
    this.publishing = publishing;
    this.acks = acks;
    this.host = host;
    this.rights = needs.acl().of(principal);
    this.subscriptions =
        new LiveSubscriptions(exchange, principal.user().tenant(), stream, follower);
    if (terms != null && terms.will() != null) {
      this.publishes = publishDesk(terms.will());
    }
    this.sessionExpiry = terms == null ? 0 : terms.sessionExpiry();
    this.wire = wire;
    this.window = terms == null ? 0 : Math.min(terms.receiveMaximum(), settings.windowMessages());
  }

  // The session.

  /** What the stream asks of its device's session. */
  Devices.Terms terms(boolean clean) {
    return publishes == null
        ? new Devices.Terms(clean, sessionExpiry, null, 0)
        : new Devices.Terms(clean, sessionExpiry, publishes.will(), publishes.willDelay());
  }

  /**
   * The stream is open.
   *
   * @param found the session it goes on with; null: none
   */
  void opened(@Nullable Session found, Map<String, Long> cursors) {
    opened = true;
    if (found == null && sessionExpiry == 0) {
      return;
    }
    SessionDesk desk =
        new SessionDesk(
            needs.ofSession(),
            principal.deviceId(),
            follower,
            new SessionClient(),
            deliveries(),
            host,
            settings.readAtOnce());
    session = desk;
    if (found == null) {
      return;
    }
    if (!found.unreleased().isEmpty()) {
      publishes().resume(found.unreleased());
    }
    List<CompletableFuture<?>> everywhere = new ArrayList<>(found.subscriptions().size());
    found
        .subscriptions()
        .forEach(
            (text, each) ->
                everywhere.add(subscriptions.add(TopicFilter.parse(text), each.wanted())));
    desk.resume(found, cursors, all(everywhere));
  }

  private static CompletableFuture<Void> all(List<CompletableFuture<?>> futures) {
    return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new));
  }

  /** What the session's own desk asks this one. */
  private final class SessionClient implements SessionDesk.Client {
    @Override
    public List<Subscription> subscriptions(
        Publication publication, StreamId stream, long position) {
      List<Subscription> taking = new ArrayList<>(1);
      boolean durable = false;
      for (Subscription each : subscriptions.matching(publication)) {
        if (Objects.requireNonNull(session).takes(each.filter().text(), stream, position)) {
          taking.add(each);
          durable |= SessionSubscriptions.isDurable(each);
        }
      }
      return durable ? taking : List.of();
    }

    @Override
    public boolean mayReceive(String topic) {
      return rights.mayReceive(topic);
    }
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
    Objects.requireNonNull(session).look(recorded);
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
      boolean isNew = subscriptions.get(filter.text()) == null;
      inForce.add(subscriptions.add(filter, wanted));
      granted.put(filter, wanted);
      boolean wantsKept = wanted.retained() == 0 || (wanted.retained() == 1 && isNew);
      if (wantsKept && filter.share() == null) {
        Subscription subscription = Objects.requireNonNull(subscriptions.get(filter.text()));
        RetainedReads reads = retained();
        reads.begin(subscription);
        afterwards.add(() -> reads.read(subscription));
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
        && subscriptions.get(filter.text()) == null) {
      return new Refusal(
          ErrorCode.LIMIT_EXCEEDED,
          "at most " + settings.maxSubscriptions() + " subscriptions",
          "viesti.connection.max-subscriptions",
          null);
    }
    return null;
  }

  private void deliverRetained(Subscription subscription, Publication publication) {
    if (rights.mayReceive(publication.path())) {
      deliveries().put(Deliveries.Delivery.retained(publication, subscription));
    }
  }

  /** Goes on with what is read, as far as the client takes it; to be called after everything. */
  void pump() {
    while (retained != null && retained.hasPage() && !isBusy()) {
      retained.deliverPage();
    }
    if (retained != null && retained.isOver()) {
      retained = null;
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
        if (retained != null) {
          retained.end(subscription);
        }
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
      arrival.subscriptions().forEach(each -> each.came(publication));
      if (!rights.mayReceive(publication.path())) {
        arrival.subscriptions().forEach(Subscription::done);
        continue;
      }
      if (retained != null) {
        retained.passed(arrival.subscriptions(), publication.path());
      }
      if (session == null || !session.takes(arrival)) {
        deliveries().put(Deliveries.Delivery.of(publication, arrival.subscriptions(), null, 0));
      }
    }
  }

  private boolean isBusy() {
    return deliveries == null ? !wire.writable() : deliveries.isBusy();
  }

  Deliveries deliveries() {
    Deliveries all = deliveries;
    if (all == null) {
      all = new Deliveries(wire, outlet, this::over, window, settings.maxQueued());
      deliveries = all;
    }
    return all;
  }

  // The end.

  void leave(ClientFrame.Leave leave) {
    if (!leave.will() && publishes != null) {
      publishes.forgetWill();
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
    deliveries().handOn(subscriptions.end(), session == null || sessionExpiry == 0, exchange);
    Publication will =
        publishes == null || cause instanceof CloseCause.Drained ? null : publishes.will();
    if (session == null) {
      if (will != null && opened) {
        needs.publisher().publish(will);
      }
      return CompletableFuture.completedFuture(null);
    }
    session.close();
    Map<String, Long> positions = session.positions();
    List<Session.InFlight> inFlight = new ArrayList<>(session.notSentAgain());
    inFlight.addAll(deliveries().left());
    CompletableFuture<List<String>> unreleased =
        publishes == null ? CompletableFuture.completedFuture(List.of()) : publishes.unreleased();
    return session
        .pending()
        .thenCombine(
            unreleased,
            (done, ids) -> new Devices.Left(sessionExpiry, positions, inFlight, ids, will != null));
  }

  PublishDesk publishes() {
    PublishDesk desk = publishes;
    if (desk == null) {
      desk = publishDesk(null);
      publishes = desk;
    }
    return desk;
  }

  private PublishDesk publishDesk(ClientFrame.@Nullable Will will) {
    return new PublishDesk(
        needs.publisher(), principal, stream, rights, outlet, publishing, host, will);
  }

  private RetainedReads retained() {
    RetainedReads reads = retained;
    if (reads == null) {
      reads =
          new RetainedReads(
              needs.publisher().retained(),
              Math.max(1, Math.min(settings.readAtOnce(), settings.maxQueued())),
              host,
              this::deliverRetained);
      retained = reads;
    }
    return reads;
  }
}
