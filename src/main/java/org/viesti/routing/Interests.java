package org.viesti.routing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.viesti.journal.NodeMessage;
import org.viesti.protocol.StreamId;

/**
 * Tells every other node which filters this one's streams subscribed with, and keeps the exchange
 * in step with what they tell.
 *
 * <p>Each change has a number, one more than the last. A node that hears of one out of turn asks
 * for all there is; one that has not answered within a second is sent all there is. So a change
 * that was lost on the way is made good, and a subscriber is answered when every node there is has
 * it. One that does not answer for a moment is still there: it is gone when the cluster has given
 * it up.
 *
 * <p>It also hears what streams recorded on other nodes; {@link StreamLinks} says whether all came.
 */
final class Interests extends AbstractBehavior<Exchange.Command> {
  private static final ServiceKey<Exchange.Command> KEY =
      ServiceKey.create(Exchange.Command.class, "viesti-exchange");
  private static final Duration REPEAT = Duration.ofSeconds(1);

  /** What the interests are told, by this node and by others. */
  sealed interface Message extends Exchange.Command {}

  /** One more stream of this node subscribed with a filter. */
  record Add(String tenant, String filter, CompletableFuture<Done> everywhere) implements Message {}

  record Remove(String tenant, String filter) implements Message {}

  private record Nodes(Set<ActorRef<Exchange.Command>> all) implements Message {}

  private record Repeat() implements Message {}

  record FollowStream(StreamId stream, ActorRef<Router.Routed> follower) implements Message {}

  record UnfollowStream(StreamId stream, ActorRef<Router.Routed> follower) implements Message {}

  private record Compare() implements Message {}

  /** How many subscriptions of one filter a node has. */
  record Count(String tenant, String filter, int count) {}

  /** What changed on a node. */
  record Changed(ActorRef<Exchange.Command> node, long number, Count count)
      implements Message, NodeMessage {}

  /** All there is on a node, as of a change. */
  record All(ActorRef<Exchange.Command> node, long number, List<Count> counts)
      implements Message, NodeMessage {}

  /** A node has everything up to a change; or wants all there is. */
  record Taken(ActorRef<Exchange.Command> node, long number, boolean again)
      implements Message, NodeMessage {}

  private record Filter(String tenant, String text) {}

  /** Another node. */
  private static final class Peer {
    /** The last change of this node's that it has. */
    long has;

    /** The last of its changes that this node has; -1: none yet. */
    long known = -1;

    final Set<Filter> filters = new HashSet<>();
  }

  private record Waiting(long number, CompletableFuture<Done> everywhere) {}

  private final Exchange exchange;
  private final TopicOwner owners;
  private final Duration compareEvery;
  private final TimerScheduler<Exchange.Command> timers;
  private final StreamLinks streams = new StreamLinks();
  private final Map<Filter, Integer> own = new HashMap<>();
  private final Map<ActorRef<Exchange.Command>, Peer> peers = new HashMap<>();
  private final List<Waiting> waiting = new ArrayList<>();
  private long number;

  static Behavior<Exchange.Command> create(
      Exchange exchange, TopicOwner owners, Duration compareEvery) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  Listings.join(
                      context, KEY, listing -> new Nodes(listing.getAllServiceInstances(KEY)));
                  return new Interests(context, timers, exchange, owners, compareEvery);
                }));
  }

  private Interests(
      ActorContext<Exchange.Command> context,
      TimerScheduler<Exchange.Command> timers,
      Exchange exchange,
      TopicOwner owners,
      Duration compareEvery) {
    super(context);
    this.timers = timers;
    this.exchange = exchange;
    this.owners = owners;
    this.compareEvery = compareEvery;
  }

  @Override
  public Receive<Exchange.Command> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::on).build();
  }

  private Behavior<Exchange.Command> on(Exchange.Command command) {
    switch (command) {
      case Exchange.Deliver(List<Exchange.Sent> sent) -> exchange.deliver(sent);
      case Exchange.DeliverRecorded(var stream, long life, long its, var recorded) -> {
        streams.came(stream, life, its);
        exchange.deliver(stream, life, recorded);
      }
      case Exchange.Told(StreamId stream, long life, long its) -> streams.told(stream, life, its);
      case FollowStream(StreamId stream, var follower) -> {
        streams.follow(stream, follower);
        compareLater();
      }
      case UnfollowStream(StreamId stream, var follower) -> streams.unfollow(stream, follower);
      case Compare() -> {
        streams.followed().forEach(stream -> owners.compare(stream, self()));
        compareLater();
      }
      case Add(String tenant, String text, CompletableFuture<Done> everywhere) -> {
        change(new Filter(tenant, text), 1);
        waiting.add(new Waiting(number, everywhere));
        answer();
      }
      case Remove(String tenant, String text) -> change(new Filter(tenant, text), -1);
      case Nodes(Set<ActorRef<Exchange.Command>> all) -> nodesAre(all);
      case Changed(var node, long its, Count count) -> onChanged(node, its, count);
      case All(var node, long its, List<Count> counts) -> onAll(node, its, counts);
      case Taken(var node, long has, boolean again) -> onTaken(node, has, again);
      case Repeat() ->
          peers.forEach(
              (node, peer) -> {
                if (peer.has < number) {
                  sendAll(node);
                }
              });
    }
    return Behaviors.same();
  }

  private void compareLater() {
    if (!streams.followed().isEmpty() && !timers.isTimerActive(Compare.class)) {
      timers.startSingleTimer(Compare.class, new Compare(), compareEvery);
    }
  }

  // This node's own.

  private void change(Filter filter, int by) {
    int before = own.getOrDefault(filter, 0);
    int after = before + by;
    if (after == 0) {
      own.remove(filter);
    } else {
      own.put(filter, after);
    }
    // Of a group others know how many take turns; of any other filter only whether there is one.
    if (filter.text().startsWith("$share/") || before == 0 || after == 0) {
      number++;
      Count count = new Count(filter.tenant(), filter.text(), after);
      peers.keySet().forEach(node -> node.tell(new Changed(self(), number, count)));
      repeatIfOwed();
    }
  }

  private ActorRef<Exchange.Command> self() {
    return getContext().getSelf();
  }

  private void sendAll(ActorRef<Exchange.Command> node) {
    List<Count> counts = new ArrayList<>(own.size());
    own.forEach((filter, count) -> counts.add(new Count(filter.tenant(), filter.text(), count)));
    node.tell(new All(self(), number, counts));
    repeatIfOwed();
  }

  private void repeatIfOwed() {
    if (!peers.isEmpty() && !timers.isTimerActive(REPEAT)) {
      timers.startSingleTimer(REPEAT, new Repeat(), REPEAT);
    }
  }

  private void onTaken(ActorRef<Exchange.Command> node, long has, boolean again) {
    Peer peer = peers.get(node);
    if (peer == null) {
      return;
    }
    if (again) {
      sendAll(node);
      return;
    }
    peer.has = Math.max(peer.has, has);
    answer();
  }

  private void answer() {
    long everywhere =
        peers.values().stream().mapToLong(peer -> peer.has).min().orElse(Long.MAX_VALUE);
    waiting.removeIf(
        each -> {
          boolean done = each.number() <= everywhere;
          if (done) {
            each.everywhere().complete(Done.getInstance());
          }
          return done;
        });
  }

  // The others'.

  private void nodesAre(Set<ActorRef<Exchange.Command>> all) {
    Set<ActorRef<Exchange.Command>> gone = new HashSet<>(peers.keySet());
    gone.removeAll(all);
    for (ActorRef<Exchange.Command> node : gone) {
      Peer peer = peers.remove(node);
      if (peer != null) {
        peer.filters.forEach(filter -> exchange.are(node, filter.tenant(), filter.text(), 0));
        exchange.gone(node);
      }
    }
    for (ActorRef<Exchange.Command> node : all) {
      if (!node.equals(self()) && !peers.containsKey(node)) {
        Peer peer = new Peer();
        peer.has = -1;
        peers.put(node, peer);
        sendAll(node);
      }
    }
    answer();
  }

  private void onChanged(ActorRef<Exchange.Command> node, long its, Count count) {
    Peer peer = peers.get(node);
    if (peer == null) {
      return; // it is not listed yet; when it is, it is asked by its silence
    }
    if (its == peer.known + 1) {
      peer.known = its;
      take(node, peer, count);
      node.tell(new Taken(self(), its, false));
    } else if (its > peer.known) {
      node.tell(new Taken(self(), peer.known, true));
    } else {
      node.tell(new Taken(self(), peer.known, false));
    }
  }

  private void onAll(ActorRef<Exchange.Command> node, long its, List<Count> counts) {
    Peer peer = peers.get(node);
    if (peer == null) {
      return;
    }
    if (its >= peer.known) {
      Set<Filter> gone = new HashSet<>(peer.filters);
      counts.forEach(count -> gone.remove(new Filter(count.tenant(), count.filter())));
      gone.forEach(filter -> take(node, peer, new Count(filter.tenant(), filter.text(), 0)));
      counts.forEach(count -> take(node, peer, count));
      if (its > peer.known) {
        exchange.met(node);
      }
      peer.known = its;
    }
    node.tell(new Taken(self(), peer.known, false));
  }

  private void take(ActorRef<Exchange.Command> node, Peer peer, Count count) {
    Filter filter = new Filter(count.tenant(), count.filter());
    if (count.count() == 0) {
      peer.filters.remove(filter);
    } else {
      peer.filters.add(filter);
    }
    exchange.are(node, count.tenant(), count.filter(), count.count());
  }
}
