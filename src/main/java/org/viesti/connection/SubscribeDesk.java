package org.viesti.connection;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Publication;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.protocol.ServerFrame;
import org.viesti.protocol.Topic;
import org.viesti.protocol.TopicFilter;
import org.viesti.routing.Exchange;
import org.viesti.routing.Router;
import org.viesti.routing.Subscription;
import org.viesti.security.Principal;
import org.viesti.security.TopicAcl;

/**
 * What one client subscribes to: granted, put in force, answered; and what was retained of it.
 * Filters of rooms are for its {@link RoomDesk}.
 */
final class SubscribeDesk {
  /** The stream whose subscriptions they are. */
  interface Stream {
    /** Null: it ends with the stream. */
    @Nullable SessionDesk session();

    Deliveries deliveries();

    /** What is already on its way to the client goes first. */
    boolean isBusy();

    /** Makes its desk for rooms. */
    RoomDesk rooms();
  }

  private final DeviceConnection.Needs needs;
  private final Exchange exchange;
  private final String tenant;
  private final TopicAcl.Rights rights;
  private final boolean chat;
  private final Outlet outlet;
  private final DeskHost host;
  private final Stream stream;

  /** Those in force of topics. */
  private final LiveSubscriptions subscriptions;

  /** Null while it has subscribed to none. */
  private @Nullable RoomDesk rooms;

  /** Null while none begins with what was recorded. */
  private @Nullable HistoryDesk history;

  private final ActorRef<Router.Routed> follower;

  /** Null while nothing that was retained is on its way. */
  private @Nullable RetainedReads retained;

  /**
   * @param chat its user's rooms are delivered to the stream, whatever it subscribes to
   */
  SubscribeDesk(
      DeviceConnection.Needs needs,
      Principal principal,
      TopicAcl.Rights rights,
      ActorRef<Router.Routed> follower,
      boolean chat,
      Outlet outlet,
      DeskHost host,
      Stream stream) {
    this.needs = needs;
    this.exchange = needs.topics().publisher().exchange();
    this.rights = rights;
    this.chat = chat;
    this.outlet = outlet;
    this.host = host;
    this.stream = stream;
    this.follower = follower;
    this.tenant = principal.user().tenant();
    this.subscriptions =
        new LiveSubscriptions(exchange, tenant, principal.deviceId().key(), follower);
  }

  RoomDesk rooms() {
    RoomDesk desk = rooms;
    if (desk == null) {
      desk = stream.rooms();
      rooms = desk;
    }
    return desk;
  }

  // Subscribe.

  void subscribe(ClientFrame.Subscribe subscribe) {
    ServerFrame.Grant[] grants = new ServerFrame.Grant[subscribe.filters().size()];
    List<CompletableFuture<?>> inForce = new ArrayList<>(grants.length);
    Map<TopicFilter, ClientFrame.Wanted> granted = new LinkedHashMap<>();
    List<Runnable> afterwards = new ArrayList<>(0);
    for (int i = 0; i < grants.length; i++) {
      int place = i;
      ClientFrame.Wanted wanted = subscribe.filters().get(i);
      TopicFilter filter = TopicFilter.parse(wanted.filter());
      Refusal refusal = refusal(filter);
      grants[place] = new ServerFrame.Grant(wanted.qos(), refusal);
      if (refusal != null) {
        continue;
      }
      if (Topic.isRoom(filter.path())) {
        inForce.add(
            rooms()
                .subscribe(filter, wanted)
                .thenAccept(no -> grants[place] = new ServerFrame.Grant(wanted.qos(), no)));
        continue;
      }
      boolean isNew = subscriptions.get(filter.text()) == null;
      CompletableFuture<?> everywhere = subscriptions.add(filter, wanted);
      if (history != null) {
        history.unsubscribe(filter.text());
      }
      ClientFrame.From from = wanted.from();
      inForce.add(
          from == null
              ? everywhere
              : history()
                  .subscribe(filter, from, everywhere)
                  .thenAccept(
                      begun -> grants[place] = new ServerFrame.Grant(wanted.qos(), null, begun)));
      granted.put(filter, wanted);
      boolean wantsKept = wanted.retained() == 0 || (wanted.retained() == 1 && isNew);
      if (wantsKept && filter.share() == null && from == null) {
        Subscription subscription = Objects.requireNonNull(subscriptions.get(filter.text()));
        RetainedReads reads = retained();
        reads.begin(subscription);
        afterwards.add(() -> reads.read(subscription));
      }
    }
    SessionDesk session = stream.session();
    if (session != null && !granted.isEmpty()) {
      inForce.add(session.subscribe(granted).toCompletableFuture());
    }
    host.then(
        CompletableFuture.allOf(inForce.toArray(CompletableFuture[]::new)),
        done -> {
          outlet.put(
              done.failure() == null
                  ? new ServerFrame.Subscribed(subscribe.id(), List.of(grants))
                  : ServerFrame.Error.of(Refused.in(done.failure()), subscribe.id()));
          afterwards.forEach(Runnable::run);
        });
  }

  private @Nullable Refusal refusal(TopicFilter filter) {
    if (!rights.maySubscribe(filter)) {
      return Refusal.of(ErrorCode.PERMISSION_DENIED, "you may not subscribe to " + filter);
    }
    if (chat && Topic.isRoom(filter.path())) {
      return Refusal.of(
          ErrorCode.FAILED_PRECONDITION, "this stream is delivered its user's rooms as it is");
    }
    boolean known =
        subscriptions.get(filter.text()) != null || (rooms != null && rooms.has(filter));
    int all = subscriptions.size() + (rooms == null ? 0 : rooms.size());
    if (!known && all >= needs.settings().maxSubscriptions()) {
      return new Refusal(
          ErrorCode.LIMIT_EXCEEDED,
          "at most " + needs.settings().maxSubscriptions() + " subscriptions",
          "viesti.connection.max-subscriptions",
          null);
    }
    return null;
  }

  LiveSubscriptions subscriptions() {
    return subscriptions;
  }

  void unsubscribe(ClientFrame.Unsubscribe unsubscribe) {
    List<Boolean> existed = new ArrayList<>(unsubscribe.filters().size());
    List<String> gone = new ArrayList<>(unsubscribe.filters().size());
    for (String filter : unsubscribe.filters()) {
      boolean was = remove(filter) || (rooms != null && rooms.unsubscribe(filter));
      existed.add(was);
      if (was) {
        gone.add(filter);
      }
    }
    ServerFrame answer = new ServerFrame.Unsubscribed(unsubscribe.id(), existed);
    SessionDesk session = stream.session();
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

  private boolean remove(String filter) {
    Subscription subscription = subscriptions.remove(filter);
    if (subscription == null) {
      return false;
    }
    if (history != null) {
      history.unsubscribe(filter);
    }
    if (retained != null) {
      retained.end(subscription);
    }
    return true;
  }

  // What was recorded.

  /** Null: no subscription begins with it. */
  @Nullable HistoryDesk historyOrNone() {
    return history;
  }

  private HistoryDesk history() {
    HistoryDesk desk = history;
    if (desk == null) {
      desk =
          new HistoryDesk(
              needs.topics().publisher(),
              tenant,
              rights,
              subscriptions,
              follower,
              stream.deliveries(),
              host,
              needs.settings().readAtOnce());
      history = desk;
    }
    return desk;
  }

  // What was retained.

  private RetainedReads retained() {
    RetainedReads reads = retained;
    if (reads == null) {
      reads =
          new RetainedReads(
              needs.topics().publisher().retained(),
              Math.max(1, Math.min(needs.settings().readAtOnce(), needs.settings().maxQueued())),
              host,
              this::deliverRetained);
      retained = reads;
    }
    return reads;
  }

  private void deliverRetained(Subscription subscription, Publication publication) {
    if (rights.mayReceive(publication.path())) {
      stream.deliveries().put(Deliveries.Delivery.retained(publication, subscription));
    }
  }

  /** Something newer came. */
  void passed(List<Subscription> to, String topic) {
    if (retained != null) {
      retained.passed(to, topic);
    }
  }

  /** Goes on with what is read, as far as the client takes it; to be called after everything. */
  void pump() {
    while (retained != null && retained.hasPage() && !stream.isBusy()) {
      retained.deliverPage();
    }
    if (retained != null && retained.isOver()) {
      retained = null;
    }
    if (history != null) {
      history.pump();
    }
    if (rooms != null) {
      rooms.pump();
    }
  }

  /**
   * Nothing more comes.
   *
   * @param sessionEnds nobody will send again what is not answered
   */
  void close(boolean sessionEnds) {
    stream.deliveries().handOn(subscriptions.end(), sessionEnds, exchange);
    if (history != null) {
      history.close();
    }
    if (rooms != null) {
      rooms.close();
    }
  }
}
