package org.viesti.routing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.TopicFilter;

/**
 * The members of a shared subscription ({@code $share/group/filter}) as one node knows them: its
 * own one by one, and each other node as often as it has members. They take turns.
 */
final class SharedGroup implements Exchange.Entry {

  final TopicFilter filter;
  private final List<Exchange.Member> members = new CopyOnWriteArrayList<>();
  private final AtomicInteger turn = new AtomicInteger();

  SharedGroup(TopicFilter filter) {
    this.filter = filter;
  }

  boolean isEmpty() {
    return members.isEmpty();
  }

  void add(Subscription subscription) {
    members.add(subscription);
  }

  boolean remove(Subscription subscription) {
    return members.remove(subscription);
  }

  /** So many members are on another node now. */
  void are(ActorRef<Exchange.Command> node, int count) {
    Exchange.Elsewhere there = new Exchange.Elsewhere(node);
    members.removeIf(there::equals);
    for (int i = 0; i < count; i++) {
      members.add(there);
    }
  }

  /** Whose turn it is; null if there is nobody. */
  Exchange.@Nullable Member next() {
    Object[] all = members.toArray();
    return all.length == 0
        ? null
        : (Exchange.Member) all[Math.floorMod(turn.getAndIncrement(), all.length)];
  }

  /** Whose turn it is on this node. */
  @Nullable Subscription nextHere() {
    List<Subscription> here =
        members.stream()
            .filter(Subscription.class::isInstance)
            .map(Subscription.class::cast)
            .toList();
    return here.isEmpty() ? null : here.get(Math.floorMod(turn.getAndIncrement(), here.size()));
  }
}
