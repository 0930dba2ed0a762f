package org.viesti.connection;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.viesti.device.Devices;
import org.viesti.device.Session;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.LogId;
import org.viesti.protocol.Publication;
import org.viesti.protocol.StreamId;
import org.viesti.protocol.Topic;
import org.viesti.protocol.TopicFilter;
import org.viesti.routing.DurableFilters;
import org.viesti.routing.Router;
import org.viesti.routing.Subscription;
import org.viesti.security.Principal;
import org.viesti.security.TopicAcl;

/**
 * One stream's dealings with the topic tree: what it is delivered, and its session. What it
 * subscribes to goes through its {@link SubscribeDesk}, what it publishes through its {@link
 * PublishDesk}. It belongs to the connection's actor.
 */
public final class TopicDesk {
  /** What it needs of its node. */
  public record Needs(
      TopicPublisher publisher, DurableFilters filters, Devices devices, TopicAcl acl) {
    SessionDesk.Needs ofSession() {
      return new SessionDesk.Needs(publisher.exchange(), publisher.streams(), filters, devices);
    }
  }

  private final DeviceConnection.Needs needs;
  private final ConnectionSettings settings;
  private final Principal principal;
  private final ActorRef<Router.Routed> follower;
  private final Wire wire;
  private final Outlet outlet;
  private final Publishing publishing;

  /** Null while the client has published nothing and has no will. */
  private @Nullable PublishDesk publishes;

  /** Null while the client has subscribed to nothing. */
  private @Nullable SubscribeDesk subscribes;

  private final Acknowledgements acks;
  private final DeskHost host;

  /** Most deliveries that may be unanswered; 0: no answer is wanted of any. */
  private final int window;

  /** Null while nothing was delivered. */
  private @Nullable Deliveries deliveries;

  private final TopicAcl.Rights rights;

  /** Its user's rooms are delivered to the stream, whatever it subscribes to. */
  private final boolean chat;

  /** The client was told that it is connected. */
  private boolean opened;

  /** Seconds that the session is to outlive the stream. */
  private long sessionExpiry;

  /** Null: the session ends with the stream. */
  private @Nullable SessionDesk session;

  TopicDesk(
      DeviceConnection.Needs needs,
      Principal principal,
      ClientFrame.@Nullable Terms terms,
      ActorRef<Router.Routed> follower,
      Wire wire,
      Outlet outlet,
      Publishing publishing,
      Acknowledgements acks,
      DeskHost host) {
    this.needs = needs;
    this.settings = needs.settings();
    this.principal = principal;
    this.follower = follower;
    this.wire = wire;
    this.outlet = outlet;
    this.publishing = publishing;
    this.acks = acks;
    this.host = host;
    this.rights = needs.topics().acl().of(principal);
    this.chat = terms == null;
    if (terms != null && terms.will() != null) {
      this.publishes = publishDesk(terms.will());
    }
    this.sessionExpiry = terms == null ? 0 : terms.sessionExpiry();
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
            needs.topics().ofSession(),
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
            (text, each) -> {
              if (!Topic.isRoom(text)) {
                everywhere.add(
                    subscribes().subscriptions().add(TopicFilter.parse(text), each.wanted()));
              }
            });
    desk.resume(
        found,
        cursors,
        all(everywhere),
        RoomDesk.isIn(found)
            ? subscribes().rooms().resume(found, cursors)
            : CompletableFuture.completedFuture(Map.of()));
  }

  private static CompletableFuture<Void> all(List<CompletableFuture<?>> futures) {
    return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new));
  }

  /** What the session's own desk asks this one. */
  private final class SessionClient implements SessionDesk.Client {
    @Override
    public List<Subscription> matching(Publication publication) {
      return subscribes().subscriptions().matching(publication);
    }

    @Override
    public boolean mayReceive(String topic) {
      return rights.mayReceive(topic);
    }

    @Override
    public void gone(LogId log, long position) {
      over(log, position);
    }
  }

  /** The client is done with something that was recorded. */
  private void over(Deliveries.Delivery delivery) {
    if (delivery.log() != null) {
      over(delivery.log(), delivery.position());
    }
  }

  private void over(LogId log, long position) {
    switch (log) {
      case StreamId stream -> {
        HistoryDesk history = history();
        if (session != null) {
          session.done(stream, position);
          acks.moved(stream.path(), session.acked(stream));
        } else if (history != null) {
          history.done(stream, position);
        }
      }
      case Topic room -> subscribes().rooms().done(room, position);
    }
  }

  void look(StreamId recorded) {
    HistoryDesk history = history();
    if (session != null) {
      session.look(recorded);
    } else if (history != null) {
      history.look(recorded);
    }
  }

  /** Goes on with what is read, as far as the client takes it; to be called after everything. */
  void pump() {
    if (subscribes != null) {
      subscribes.pump();
    }
    if (session != null) {
      session.pump();
    }
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
      if (subscribes != null) {
        subscribes.passed(arrival.subscriptions(), publication.path());
      }
      HistoryDesk history = history();
      if ((session == null || !session.takes(arrival))
          && (history == null || !history.takes(arrival))) {
        deliveries().put(Deliveries.Delivery.of(publication, arrival.subscriptions(), null, 0));
      }
    }
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
    if (subscribes != null) {
      subscribes.close(session == null || sessionExpiry == 0);
    }
    Publication will =
        publishes == null || cause instanceof CloseCause.Drained ? null : publishes.will();
    if (session == null) {
      if (will != null && opened) {
        needs.topics().publisher().publish(will);
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
        needs.topics().publisher(),
        new RoomPosts(
            needs.admission(), needs.roomJson(), principal, publishing, settings.maxBatch()),
        principal,
        rights,
        outlet,
        publishing,
        host,
        will);
  }

  private @Nullable HistoryDesk history() {
    return subscribes == null ? null : subscribes.historyOrNone();
  }

  SubscribeDesk subscribes() {
    SubscribeDesk desk = subscribes;
    if (desk == null) {
      desk = new SubscribeDesk(needs, principal, rights, follower, chat, outlet, host, new Here());
      subscribes = desk;
    }
    return desk;
  }

  /** What its subscriptions ask of it. */
  private final class Here implements SubscribeDesk.Stream {
    @Override
    public @Nullable SessionDesk session() {
      return session;
    }

    @Override
    public Deliveries deliveries() {
      return TopicDesk.this.deliveries();
    }

    @Override
    public boolean isBusy() {
      return deliveries == null ? !wire.writable() : deliveries.isBusy();
    }

    @Override
    public RoomDesk rooms() {
      return new RoomDesk(
          needs, principal, rights, follower, wire, deliveries(), acks, host, this::session);
    }
  }
}
