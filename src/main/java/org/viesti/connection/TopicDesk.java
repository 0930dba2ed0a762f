package org.viesti.connection;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Publication;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.protocol.ServerFrame;
import org.viesti.protocol.TopicFilter;
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
  public record Needs(Exchange exchange, Retained retained, TopicAcl acl) {}

  /** How what is finished later comes back into the connection's actor. */
  interface Later {
    <T> void then(CompletionStage<T> stage, Consumer<Result<T>> effect);
  }

  /** One of both is null. */
  record Result<T>(@Nullable T value, @Nullable Throwable failure) {}

  private final Needs needs;
  private final ConnectionSettings settings;
  private final Principal principal;
  private final String stream;
  private final ActorRef<Router.Routed> follower;
  private final Outlet outlet;
  private final Publishing publishing;
  private final Later later;
  private final Deliveries deliveries;
  private final TopicAcl.Rights rights;
  private final Map<String, Subscription> subscriptions = new HashMap<>(2);

  /** Publishes of QoS 2 that the client has not yet released. */
  private final Set<String> unreleased = new HashSet<>(0);

  /** Those of them whose answer is on its way, because they are yet to be kept. */
  private final Set<String> keeping = new HashSet<>(0);

  private ClientFrame.@Nullable Will will;

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
      Later later) {
    this.needs = needs;
    this.settings = settings;
    this.principal = principal;
    this.stream = principal.deviceId().key();
    this.follower = follower;
    this.outlet = outlet;
    this.publishing = publishing;
    this.later = later;
    this.rights = needs.acl().of(principal);
    this.will = terms == null ? null : terms.will();
    this.deliveries =
        new Deliveries(
            wire,
            outlet::put,
            terms == null ? 0 : Math.min(terms.receiveMaximum(), settings.windowMessages()),
            settings.maxQueued());
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
    boolean[] matched = needs.exchange().publish(publications);
    for (int i = 0; i < matched.length; i++) {
      answer(admitted.get(i), publications.get(i), matched[i]);
    }
  }

  private boolean admit(ClientFrame.Publish publish) {
    publishing.published(publish);
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

  private void answer(ClientFrame.Publish publish, Publication publication, boolean matched) {
    String id = publish.id();
    if (publish.qos() == 2 && id != null) {
      unreleased.add(id);
    }
    if (!publish.retain()) {
      if (id != null) {
        outlet.put(new ServerFrame.PublishAck(id, matched));
      }
      return;
    }
    publishing.begun(1);
    if (id != null) {
      keeping.add(id);
    }
    later.then(
        needs.retained().keep(publication),
        written -> {
          publishing.answered(1);
          keeping.remove(id);
          if (written.failure() != null) {
            unreleased.remove(id);
            outlet.put(ServerFrame.Error.of(Refused.in(written.failure()), id));
          } else if (id != null) {
            outlet.put(new ServerFrame.PublishAck(id, matched));
          }
        });
  }

  void release(String id) {
    outlet.put(new ServerFrame.Released(id, unreleased.remove(id)));
  }

  // Subscribe.

  void subscribe(ClientFrame.Subscribe subscribe) {
    List<ServerFrame.Grant> grants = new ArrayList<>(subscribe.filters().size());
    List<CompletableFuture<?>> everywhere = new ArrayList<>(subscribe.filters().size());
    List<Runnable> afterwards = new ArrayList<>(0);
    for (ClientFrame.Wanted wanted : subscribe.filters()) {
      TopicFilter filter = TopicFilter.parse(wanted.filter());
      Refusal refusal = refusal(filter);
      grants.add(new ServerFrame.Grant(wanted.qos(), refusal));
      if (refusal != null) {
        continue;
      }
      Subscription subscription =
          new Subscription(principal.user().tenant(), filter, wanted, stream, follower);
      everywhere.add(needs.exchange().subscribe(subscription).toCompletableFuture());
      Subscription old = subscriptions.put(filter.text(), subscription);
      if (old != null) {
        needs.exchange().unsubscribe(old);
      }
      boolean wantsKept = wanted.retained() == 0 || (wanted.retained() == 1 && old == null);
      if (wantsKept && filter.share() == null) {
        newer.put(subscription, new HashSet<>(0));
        afterwards.add(() -> readKept(subscription, null));
      }
    }
    later.then(
        CompletableFuture.allOf(everywhere.toArray(CompletableFuture[]::new)),
        done -> {
          outlet.put(new ServerFrame.Subscribed(subscribe.id(), grants));
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
    later.then(
        needs.retained().of(subscription.tenant(), subscription.filter(), after, most),
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
        int qos = Math.min(publication.qos(), subscription.wanted().qos());
        deliveries.put(publication, qos, true, identifiers(List.of(subscription)));
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
  }

  void unsubscribe(ClientFrame.Unsubscribe unsubscribe) {
    List<Boolean> existed = new ArrayList<>(unsubscribe.filters().size());
    for (String filter : unsubscribe.filters()) {
      Subscription subscription = subscriptions.remove(filter);
      existed.add(subscription != null);
      if (subscription != null) {
        newer.remove(subscription);
        needs.exchange().unsubscribe(subscription);
      }
    }
    outlet.put(new ServerFrame.Unsubscribed(unsubscribe.id(), existed));
  }

  // Deliver.

  void arrived(List<Router.Arrival> arrivals) {
    for (Router.Arrival arrival : arrivals) {
      Publication publication = arrival.publication();
      if (!rights.mayReceive(publication.path())) {
        continue;
      }
      int most = 0;
      boolean asPublished = false;
      for (Subscription subscription : arrival.subscriptions()) {
        most = Math.max(most, subscription.wanted().qos());
        asPublished |= subscription.wanted().asPublished();
        Set<String> passed = newer.get(subscription);
        if (passed != null) {
          passed.add(publication.path());
        }
      }
      deliveries.put(
          publication,
          Math.min(publication.qos(), most),
          asPublished && publication.retain(),
          identifiers(arrival.subscriptions()));
    }
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
  }

  /**
   * Nothing more comes. The will is published, unless the client left in good order or is asked to
   * come to another node: its session ends with its stream, and so does the will's delay (MQTT 5.0
   * §3.1.3.2.2).
   */
  void close(CloseCause cause) {
    subscriptions.values().forEach(needs.exchange()::unsubscribe);
    subscriptions.clear();
    if (will == null || cause instanceof CloseCause.Drained) {
      return;
    }
    if (refusal(will.message()) == null) {
      Publication publication = publication(will.message());
      needs.exchange().publish(List.of(publication));
      if (publication.retain()) {
        needs.retained().keep(publication);
      }
    }
  }
}
