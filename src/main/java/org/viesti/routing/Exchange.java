package org.viesti.routing;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.NodeMessage;
import org.viesti.protocol.Publication;
import org.viesti.protocol.StreamId;
import org.viesti.protocol.TopicFilter;

/**
 * Where publications meet subscriptions: hands each publication to the streams of this node that
 * subscribed to its topic, and once to each other node that has such streams.
 *
 * <p>Whoever publishes does this in its own thread, so that what one stream publishes is delivered
 * in that order. A subscription is in force on its own node when {@link #subscribe} returns, and on
 * all nodes when the answer is there; {@link Interests} tells them.
 */
public final class Exchange {

  /** What matches a topic. */
  sealed interface Entry permits Member, SharedGroup {}

  /** Who gets it: one of this node's streams, or another node for its own. */
  sealed interface Member extends Entry permits Subscription, Elsewhere {}

  /** Some stream of another node. */
  record Elsewhere(ActorRef<Command> node) implements Member {}

  /** What a node's exchange is told by others. */
  public sealed interface Command permits Deliver, DeliverRecorded, Told, Interests.Message {}

  /** What another node's streams publish to streams of this one. */
  public record Deliver(List<Sent> publications) implements Command, NodeMessage {}

  /**
   * @param plain for all subscriptions that are not shared
   * @param shared filters of the groups whose turn is on this node
   * @param position in its stream; 0: it is in none
   */
  public record Sent(Publication publication, boolean plain, List<String> shared, long position) {}

  /**
   * What a stream recorded: the {@code number}th such message to this node in the stream's life.
   */
  record DeliverRecorded(StreamId stream, long life, long number, List<Sent> recorded)
      implements Command, NodeMessage {}

  /** How many such messages a stream has sent to this node in its life. */
  public record Told(StreamId stream, long life, long number) implements Command, NodeMessage {}

  /** What became of a publication. */
  public enum Outcome {
    /** Nobody subscribed to its topic. */
    UNMATCHED,
    /** It went to all who are here. */
    DELIVERED,
    /** It is to be recorded first, because somebody may be away; nobody was told of it. */
    TO_RECORD
  }

  /** One tenant's. */
  private static final class Tree {
    final SubscriptionTrie<Entry> trie = new SubscriptionTrie<>();

    /** Tags of the filters whose topics are recorded. */
    final SubscriptionTrie<String> kept = new SubscriptionTrie<>();

    final Map<String, String> tags = new HashMap<>(0);

    /** By the filter's text, {@code $share} and all. */
    final Map<String, SharedGroup> groups = new ConcurrentHashMap<>();

    final Map<String, Map<ActorRef<Command>, Elsewhere>> elsewhere = new HashMap<>();
  }

  private final Map<String, Tree> trees = new ConcurrentHashMap<>();

  /** When other nodes told all their filters: what was recorded before was not told to them. */
  private final Map<ActorRef<Command>, Long> met = new ConcurrentHashMap<>();

  private final AtomicLong meetings = new AtomicLong();
  private final RoutingSettings settings;
  private final String address;
  private final LongAdder subscribed = new LongAdder();
  private final ActorRef<Command> interests;

  private Exchange(ActorSystem<?> system, TopicOwner owners, RoutingSettings settings) {
    this.settings = settings;
    this.address = system.address().toString();
    this.interests =
        system.systemActorOf(
            Interests.create(this, owners, settings.compareEvery()), "exchange", Props.empty());
  }

  /** Opens this node's. */
  public static Exchange start(ActorSystem<?> system, TopicOwner owners, RoutingSettings settings) {
    return new Exchange(system, owners, settings);
  }

  private Tree tree(String tenant) {
    return trees.computeIfAbsent(tenant, t -> new Tree());
  }

  // Subscriptions.

  /** In force here at once; everywhere, when the answer is there. */
  public CompletionStage<Done> subscribe(Subscription subscription) {
    Tree tree = tree(subscription.tenant());
    TopicFilter filter = subscription.filter();
    synchronized (tree) {
      if (filter.share() == null) {
        tree.trie.add(filter, subscription);
      } else {
        group(tree, filter).add(subscription);
      }
    }
    subscribed.increment();
    CompletableFuture<Done> everywhere = new CompletableFuture<>();
    interests.tell(new Interests.Add(subscription.tenant(), filter.text(), everywhere));
    return everywhere;
  }

  /** Nothing more comes by it, but for what is on its way. */
  public void unsubscribe(Subscription subscription) {
    Tree tree = tree(subscription.tenant());
    TopicFilter filter = subscription.filter();
    synchronized (tree) {
      if (!remove(tree, filter, subscription)) {
        return;
      }
    }
    subscribed.decrement();
    interests.tell(new Interests.Remove(subscription.tenant(), filter.text()));
  }

  /** Whether it was there. */
  private boolean remove(Tree tree, TopicFilter filter, Subscription subscription) {
    if (filter.share() == null) {
      return tree.trie.remove(filter, subscription);
    }
    SharedGroup group = group(tree, filter);
    boolean removed = group.remove(subscription);
    dropIfEmpty(tree, group);
    return removed;
  }

  /** Another node has so many subscriptions with a filter now. */
  void are(ActorRef<Command> node, String tenant, String text, int count) {
    Tree tree = tree(tenant);
    TopicFilter filter = TopicFilter.parse(text);
    synchronized (tree) {
      if (filter.share() != null) {
        SharedGroup group = group(tree, filter);
        group.are(node, count);
        dropIfEmpty(tree, group);
        return;
      }
      Map<ActorRef<Command>, Elsewhere> nodes =
          tree.elsewhere.computeIfAbsent(text, t -> new HashMap<>(2));
      if (count > 0 && !nodes.containsKey(node)) {
        Elsewhere entry = new Elsewhere(node);
        nodes.put(node, entry);
        tree.trie.add(filter, entry);
      } else if (count == 0) {
        Elsewhere entry = nodes.remove(node);
        if (entry != null) {
          tree.trie.remove(filter, entry);
        }
      }
      if (nodes.isEmpty()) {
        tree.elsewhere.remove(text);
      }
    }
  }

  /** All filters of another node are in force. */
  void met(ActorRef<Command> node) {
    met.put(node, meetings.incrementAndGet());
  }

  void gone(ActorRef<Command> node) {
    met.remove(node);
  }

  private SharedGroup group(Tree tree, TopicFilter filter) {
    return tree.groups.computeIfAbsent(
        filter.text(),
        text -> {
          SharedStrategy strategy = settings.shared().of(Objects.requireNonNull(filter.share()));
          SharedGroup group = new SharedGroup(filter, strategy, address);
          tree.trie.add(filter, group);
          return group;
        });
  }

  private static void dropIfEmpty(Tree tree, SharedGroup group) {
    if (group.isEmpty()) {
      tree.groups.remove(group.filter.text());
      tree.trie.remove(group.filter, group);
    }
  }

  // Publications.

  /** Hands each on, in this order, unless it is to be recorded before. */
  public Outcome[] publish(List<Publication> publications) {
    Outcome[] outcomes = new Outcome[publications.size()];
    Hits hits = new Hits(met);
    for (int i = 0; i < outcomes.length; i++) {
      outcomes[i] = publish(publications.get(i), hits);
    }
    hits.tell();
    return outcomes;
  }

  private Outcome publish(Publication publication, Hits hits) {
    if (settings.retention().of(publication.path()) != null) {
      return Outcome.TO_RECORD;
    }
    Tree tree = trees.get(publication.tenant());
    if (tree == null) {
      return Outcome.UNMATCHED;
    }
    if (publication.qos() > 0 && tree.kept.matches(publication.path())) {
      return Outcome.TO_RECORD;
    }
    hits.next(publication, null);
    tree.trie.match(publication.path(), hits::everywhere);
    return hits.any ? Outcome.DELIVERED : Outcome.UNMATCHED;
  }

  /**
   * What a member of a shared subscription was given and will not be done with goes to another.
   *
   * @return false: there is none
   */
  public boolean handOn(Subscription from, Publication publication) {
    SharedGroup group = tree(from.tenant()).groups.get(from.filter().text());
    if (group == null) {
      return false;
    }
    Hits hits = new Hits(met);
    hits.next(publication, null);
    boolean another = hits.toOne(group);
    hits.tell();
    return another;
  }

  // What the server itself tells.

  /** Whether somebody subscribed to a topic, of whatever tenant. */
  boolean isWanted(String topic) {
    return trees.values().stream().anyMatch(tree -> tree.trie.matches(topic));
  }

  /**
   * Hands a topic's value to who subscribed, of whatever tenant; it is recorded nowhere.
   *
   * @param publication as a tenant's
   * @param everywhere to other nodes' streams as well
   */
  void tell(Function<String, Publication> publication, String topic, boolean everywhere) {
    Hits hits = new Hits(met);
    trees.forEach(
        (tenant, tree) -> {
          hits.next(publication.apply(tenant), null);
          tree.trie.match(topic, everywhere ? hits::everywhere : hits::onThisNode);
        });
    hits.tell();
  }

  /** How many subscriptions of this node's streams are in force. */
  public long subscriptions() {
    return subscribed.sum();
  }

  // What is recorded.

  /** From now on publications with a matching topic are recorded before they are handed on. */
  void keep(String tenant, TopicFilter filter) {
    Tree tree = tree(tenant);
    synchronized (tree) {
      String tag = DurableFilters.tag(filter.text());
      if (tree.tags.putIfAbsent(filter.text(), tag) == null) {
        tree.kept.add(filter, tag);
      }
    }
  }

  void unkeep(String tenant, TopicFilter filter) {
    Tree tree = tree(tenant);
    synchronized (tree) {
      String tag = tree.tags.remove(filter.text());
      if (tag != null) {
        tree.kept.remove(filter, tag);
      }
    }
  }

  /** Adds the tags of the durable filters that match a topic: what its row is found by. */
  public void tags(String tenant, String topic, Collection<String> to) {
    Tree tree = trees.get(tenant);
    if (tree != null) {
      tree.kept.match(topic, to::add);
    }
  }

  /** A publication as its stream recorded it. */
  public record Recorded(Publication publication, long position) {}

  /** Hands on what a stream has recorded, in this order, in the stream's own thread. */
  public void recorded(StreamVoice voice, List<Recorded> all) {
    Hits hits = new Hits(met);
    for (Recorded each : all) {
      Tree tree = trees.get(each.publication().tenant());
      if (tree != null) {
        hits.next(
            each.publication(), new Router.Place(voice.stream(), voice.life(), each.position()));
        tree.trie.match(each.publication().path(), hits::everywhere);
      }
    }
    hits.tell(voice);
  }

  /** A stream says how much it told a node, in the stream's own thread. */
  public void compare(StreamVoice voice, ActorRef<Command> node) {
    node.tell(voice.compared(node, met.getOrDefault(node, 0L)));
  }

  /**
   * The follower wants to hear, by {@link Router.Look}, when something that a stream recorded may
   * not have come to this node.
   */
  public void follow(StreamId stream, ActorRef<Router.Routed> follower) {
    interests.tell(new Interests.FollowStream(stream, follower));
  }

  public void unfollow(StreamId stream, ActorRef<Router.Routed> follower) {
    interests.tell(new Interests.UnfollowStream(stream, follower));
  }

  /** What another node sent. */
  void deliver(List<Sent> sent) {
    deliver(null, 0, sent);
  }

  /** What a stream recorded on another node. */
  void deliver(@Nullable StreamId stream, long life, List<Sent> sent) {
    Hits hits = new Hits(met);
    for (Sent each : sent) {
      Tree tree = trees.get(each.publication().tenant());
      if (tree == null) {
        continue;
      }
      hits.next(
          each.publication(),
          stream == null ? null : new Router.Place(stream, life, each.position()));
      if (each.plain()) {
        tree.trie.match(each.publication().path(), hits::here);
      }
      for (String text : each.shared()) {
        SharedGroup group = tree.groups.get(text);
        if (group != null) {
          hits.toOneHere(group);
        }
      }
    }
    hits.tell();
  }
}
