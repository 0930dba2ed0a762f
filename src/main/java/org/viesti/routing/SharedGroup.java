package org.viesti.routing;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.Publication;
import org.viesti.protocol.TopicFilter;

/**
 * The members of a shared subscription ({@code $share/group/filter}) as one node knows them: its
 * own one by one, and each other node as often as it has members. Any thread may pick one while
 * another, one at a time, changes who they are.
 */
final class SharedGroup implements Exchange.Entry {

  final TopicFilter filter;
  private final SharedStrategy strategy;

  /** This node's address, by which all nodes have the nodes in the same order. */
  private final String self;

  /** By node; a node's own in the order they came. */
  private volatile Exchange.Member[] members = {};

  private volatile Subscription[] here = {};
  private final AtomicInteger turn = new AtomicInteger();
  private final AtomicInteger turnHere = new AtomicInteger();

  SharedGroup(TopicFilter filter, SharedStrategy strategy, String self) {
    this.filter = filter;
    this.strategy = strategy;
    this.self = self;
  }

  boolean isEmpty() {
    return members.length == 0;
  }

  void add(Subscription subscription) {
    Exchange.Member[] more = Arrays.copyOf(members, members.length + 1);
    more[members.length] = subscription;
    are(more);
  }

  boolean remove(Subscription subscription) {
    Exchange.Member[] others = without(subscription);
    boolean was = others.length < members.length;
    are(others);
    return was;
  }

  /** So many members are on another node now. */
  void are(ActorRef<Exchange.Command> node, int count) {
    Exchange.Elsewhere there = new Exchange.Elsewhere(node);
    Exchange.Member[] others = without(there);
    Exchange.Member[] all = Arrays.copyOf(others, others.length + count);
    Arrays.fill(all, others.length, all.length, there);
    are(all);
  }

  private Exchange.Member[] without(Exchange.Member member) {
    return Arrays.stream(members)
        .filter(each -> !each.equals(member))
        .toArray(Exchange.Member[]::new);
  }

  private void are(Exchange.Member[] all) {
    Arrays.sort(all, Comparator.comparing(this::node));
    here = Arrays.stream(all).filter(Subscription.class::isInstance).toArray(Subscription[]::new);
    members = all;
  }

  private String node(Exchange.Member member) {
    return switch (member) {
      case Subscription subscription -> self;
      case Exchange.Elsewhere(ActorRef<Exchange.Command> node) -> node.path().address().toString();
    };
  }

  /** Who gets it; null if there is nobody. */
  Exchange.@Nullable Member pick(Publication publication) {
    Exchange.Member[] all = members;
    if (all.length == 0) {
      return null;
    }
    Exchange.Member member =
        switch (strategy) {
          case ROUND_ROBIN, LEAST_PENDING -> all[Math.floorMod(turn.getAndIncrement(), all.length)];
          case STICKY -> all[0];
          case HASH_CLIENT, HASH_TOPIC -> all[Math.floorMod(hash(publication), all.length)];
        };
    return member instanceof Subscription && strategy != SharedStrategy.ROUND_ROBIN
        ? pickHere(publication)
        : member;
  }

  /** Who gets it of this node, to which it fell. */
  @Nullable Subscription pickHere(Publication publication) {
    Subscription[] all = here;
    if (all.length == 0) {
      return null;
    }
    return switch (strategy) {
      case ROUND_ROBIN -> all[Math.floorMod(turnHere.getAndIncrement(), all.length)];
      case STICKY -> all[0];
      case HASH_CLIENT, HASH_TOPIC -> all[Math.floorMod(hash(publication) >>> 8, all.length)];
      case LEAST_PENDING -> idlest(all);
    };
  }

  private int hash(Publication publication) {
    String key =
        strategy == SharedStrategy.HASH_TOPIC ? publication.path() : publication.publisher();
    int hash = Objects.hashCode(key) * 0x9E3779B9;
    return hash ^ (hash >>> 16);
  }

  /** Of equals another each time. */
  private Subscription idlest(Subscription[] all) {
    int first = turnHere.getAndIncrement();
    Subscription idlest = all[Math.floorMod(first, all.length)];
    for (int i = 1; i < all.length; i++) {
      Subscription each = all[Math.floorMod(first + i, all.length)];
      if (each.share().pending() < idlest.share().pending()) {
        idlest = each;
      }
    }
    return idlest;
  }
}
