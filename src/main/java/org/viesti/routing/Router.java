package org.viesti.routing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Subscribe;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.History;
import org.viesti.journal.Logs;
import org.viesti.journal.NodeMessage;
import org.viesti.protocol.Message;
import org.viesti.protocol.Publication;
import org.viesti.protocol.ServerFrame;
import org.viesti.protocol.StreamId;
import org.viesti.protocol.Topic;

/**
 * One node's feeder: takes each owner's hints, hands them to the node's followers of that topic,
 * and answers.
 *
 * <p>A hint for a topic nobody follows here is declined; the owner then leaves this node out for
 * {@link Announcer#FORGET}. If a follower comes within that time, the router tells the owner. When
 * a node dies, owners that lived on it may have committed without a hint, so each other router
 * compares the heads of all topics followed on it.
 */
public final class Router extends AbstractBehavior<Router.Command> {
  static final ServiceKey<Command> KEY = ServiceKey.create(Command.class, "viesti-router");
  private static final int HEADS_AT_ONCE = 500;

  /** What a router is told. */
  public sealed interface Command {}

  /**
   * New entries of a topic, or only its head.
   *
   * @param head the last position readers see
   */
  public record Hint(
      Topic topic, List<Message> messages, long head, ActorRef<Announcer.Command> answerTo)
      implements Command, NodeMessage {}

  /** A frame for all followers, in no log and never repeated. */
  public record Signal(Topic topic, ServerFrame frame, @Nullable String exceptUser)
      implements Command, NodeMessage {}

  /** From now on tell the follower what comes on these topics. */
  public record Follow(List<Topic> topics, ActorRef<Routed> follower) implements Command {}

  public record Unfollow(List<Topic> topics, ActorRef<Routed> follower) implements Command {}

  /** From now on this node's router is told of what is recorded on the other's. */
  public record Met(ActorRef<Command> by) implements Command, NodeMessage {}

  private record Routers(Set<ActorRef<Command>> all) implements Command {}

  private record NodeGone() implements Command {}

  private record Compare(List<Topic> topics) implements Command {}

  private record Heads(Map<Topic, Long> heads) implements Command {}

  /** What a follower is told. */
  public sealed interface Routed {}

  /** Hints: they may be lost, repeated or out of step; {@code head} says how far the log goes. */
  public record Live(Topic topic, List<Message> messages, long head) implements Routed {}

  /**
   * From the owner itself: nobody hears of what is delivered to this follower, as long as no later
   * entry than {@code head} changes who follows.
   */
  public record Unheard(Topic topic, long head) implements Routed, NodeMessage {}

  /** Publications to topics the follower subscribed to, in the order they were published. */
  public record Arrived(List<Arrival> arrivals) implements Routed {}

  /**
   * One publication.
   *
   * @param subscriptions it is for: several, where filters overlap
   * @param place where it is recorded; null: nowhere
   */
  public record Arrival(
      Publication publication, List<Subscription> subscriptions, @Nullable Place place) {}

  /**
   * A position in a stream of topics.
   *
   * @param life of the stream's owner: between two lives something may have been recorded of which
   *     nobody was told
   */
  public record Place(StreamId stream, long life, long position) {}

  /** Something that the stream recorded may not have come: see for yourself. */
  public record Look(StreamId stream) implements Routed {}

  /** A frame that is in no log. */
  public record Signalled(ServerFrame frame, @Nullable String exceptUser) implements Routed {}

  private final TopicOwner owners;
  private final History history;
  private final Map<Topic, Set<ActorRef<Routed>>> followers = new HashMap<>();

  /** Topics declined not long ago, oldest first, and when (nanoseconds). */
  private final LinkedHashMap<Topic, Long> declined = new LinkedHashMap<>();

  /** Starts the node's router; {@code routes} will always hold the routers of all nodes. */
  public static Behavior<Command> create(
      ClusterRoutes routes, TopicOwner owners, History history, Tails tails) {
    return Behaviors.setup(
        context -> {
          Listings.join(context, KEY, listing -> new Routers(listing.getServiceInstances(KEY)));
          Cluster.get(context.getSystem())
              .subscriptions()
              .tell(
                  Subscribe.create(
                      context.messageAdapter(
                          ClusterEvent.MemberRemoved.class, removed -> new NodeGone()),
                      ClusterEvent.MemberRemoved.class));
          routes.are(Set.of(context.getSelf()));
          return new Router(context, routes, owners, history, tails);
        });
  }

  private final ClusterRoutes routes;
  private final Tails tails;

  private Router(
      ActorContext<Command> context,
      ClusterRoutes routes,
      TopicOwner owners,
      History history,
      Tails tails) {
    super(context);
    this.routes = routes;
    this.owners = owners;
    this.history = history;
    this.tails = tails;
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::on).build();
  }

  private Behavior<Command> on(Command command) {
    switch (command) {
      case Hint hint -> onHint(hint);
      case Signal(Topic topic, ServerFrame frame, String except) ->
          tell(topic, new Signalled(frame, except));
      case Follow(List<Topic> topics, ActorRef<Routed> follower) ->
          topics.forEach(topic -> follow(topic, follower));
      case Unfollow(List<Topic> topics, ActorRef<Routed> follower) ->
          topics.forEach(topic -> unfollow(topic, follower));
      case Routers(Set<ActorRef<Command>> all) -> routersAre(all);
      case Met(ActorRef<Command> by) -> compareAll();
      case NodeGone() -> compareAll();
      case Compare(List<Topic> topics) -> compare(topics);
      case Heads(Map<Topic, Long> heads) ->
          heads.forEach((topic, head) -> tell(topic, new Live(topic, List.of(), head)));
    }
    return Behaviors.same();
  }

  /**
   * A node may have followers before the others know its router, and its own router before it is
   * listed: what was recorded meanwhile was told to neither.
   */
  private void routersAre(Set<ActorRef<Command>> listed) {
    ActorRef<Command> self = getContext().getSelf();
    Set<ActorRef<Command>> all = new HashSet<>(listed);
    all.add(self);
    Set<ActorRef<Command>> before = routes.all();
    routes.are(Set.copyOf(all));
    for (ActorRef<Command> router : all) {
      if (!before.contains(router)) {
        router.tell(new Met(self));
      }
    }
  }

  private void onHint(Hint hint) {
    if (followers.containsKey(hint.topic())) {
      // Before the followers hear of it: they look here first.
      tails.add(hint.topic(), hint.messages());
    }
    boolean followed = tell(hint.topic(), new Live(hint.topic(), hint.messages(), hint.head()));
    if (!followed) {
      decline(hint.topic());
    }
    hint.answerTo().tell(new Announcer.Answered(getContext().getSelf(), hint.head(), followed));
  }

  private boolean tell(Topic topic, Routed what) {
    Set<ActorRef<Routed>> all = followers.get(topic);
    if (all == null) {
      return false;
    }
    for (ActorRef<Routed> follower : all) {
      follower.tell(what);
    }
    return true;
  }

  private void decline(Topic topic) {
    long now = System.nanoTime();
    declined.putLast(topic, now);
    // The owner forgets as well, so what is older than that is of no use.
    while (now - declined.firstEntry().getValue() > 2 * Announcer.FORGET.toNanos()) {
      declined.pollFirstEntry();
    }
  }

  private void follow(Topic topic, ActorRef<Routed> follower) {
    followers.computeIfAbsent(topic, t -> new HashSet<>(2)).add(follower);
    if (declined.remove(topic) != null) {
      owners.interested(topic, getContext().getSelf());
    }
  }

  private void unfollow(Topic topic, ActorRef<Routed> follower) {
    followers.computeIfPresent(
        topic,
        (t, all) -> {
          all.remove(follower);
          return all.isEmpty() ? null : all;
        });
    if (!followers.containsKey(topic)) {
      tails.drop(topic);
    }
  }

  private void compareAll() {
    List<Topic> topics = new ArrayList<>(followers.keySet());
    for (int from = 0; from < topics.size(); from += HEADS_AT_ONCE) {
      List<Topic> part =
          List.copyOf(topics.subList(from, Math.min(topics.size(), from + HEADS_AT_ONCE)));
      long jitter = ThreadLocalRandom.current().nextLong(1 + from / 2);
      getContext()
          .scheduleOnce(Duration.ofMillis(jitter), getContext().getSelf(), new Compare(part));
    }
  }

  private void compare(List<Topic> topics) {
    Map<String, Topic> byLog = new HashMap<>();
    topics.forEach(topic -> byLog.put(Logs.of(topic), topic));
    getContext()
        .pipeToSelf(
            history.heads(byLog.keySet()),
            (heads, failure) -> {
              if (heads == null) {
                getContext().getLog().warn("heads could not be compared: {}", failure.toString());
                return new Compare(topics);
              }
              Map<Topic, Long> byTopic = new HashMap<>();
              heads.forEach(
                  (log, head) -> {
                    Topic topic = byLog.get(log);
                    if (topic != null) {
                      byTopic.put(topic, head);
                    }
                  });
              return new Heads(byTopic);
            });
  }
}
