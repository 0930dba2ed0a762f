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

  /** Who may take the next message. */
  sealed interface Member {}

  record Here(Subscription subscription) implements Member {}

  record There(ActorRef<Exchange.Command> node) implements Member {}

  final TopicFilter filter;
  private final List<Member> members = new CopyOnWriteArrayList<>();
  private final AtomicInteger turn = new AtomicInteger();

  SharedGroup(TopicFilter filter) {
    this.filter = filter;
  }

  boolean isEmpty() {
    return members.isEmpty();
  }

  void add(Subscription subscription) {
    members.add(new Here(subscription));
  }

  void remove(Subscription subscription) {
    members.remove(new Here(subscription));
  }

  /** So many members are on another node now. */
  void are(ActorRef<Exchange.Command> node, int count) {
    members.removeIf(member -> member.equals(new There(node)));
    for (int i = 0; i < count; i++) {
      members.add(new There(node));
    }
  }

  /** Whose turn it is; null if there is nobody. */
  @Nullable Member next() {
    Object[] all = members.toArray();
    return all.length == 0 ? null : (Member) all[Math.floorMod(turn.getAndIncrement(), all.length)];
  }

  /** Whose turn it is on this node. */
  @Nullable Subscription nextHere() {
    List<Here> here =
        members.stream().filter(Here.class::isInstance).map(Here.class::cast).toList();
    return here.isEmpty()
        ? null
        : here.get(Math.floorMod(turn.getAndIncrement(), here.size())).subscription();
  }
}
