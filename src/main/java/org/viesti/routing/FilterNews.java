package org.viesti.routing;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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

/**
 * Tells the other nodes of {@link DurableFilters} that came or went. What came is repeated until
 * every node has answered; a node that joined meanwhile read the table, and is told what came since
 * {@link #RECENT} all the same, for it may have read it before. What went is told once: a node that
 * does not hear of it journals what nobody reads.
 */
final class FilterNews extends AbstractBehavior<FilterNews.Message> {
  private static final ServiceKey<Message> KEY =
      ServiceKey.create(Message.class, "viesti-durable-filters");
  private static final Duration REPEAT = Duration.ofSeconds(1);
  private static final Duration RECENT = Duration.ofMinutes(1);

  sealed interface Message {}

  /** On this node. */
  record Added(List<DurableFilters.Filter> filters, CompletableFuture<Done> everywhere)
      implements Message {}

  /** On this node. */
  record Removed(List<DurableFilters.Filter> filters) implements Message {}

  private record Nodes(Set<ActorRef<Message>> all) implements Message {}

  private record Repeat() implements Message {}

  /** On another node: heed them, and answer. */
  record Learn(long number, List<DurableFilters.Filter> filters, ActorRef<Message> from)
      implements Message, NodeMessage {}

  record Learnt(long number, ActorRef<Message> by) implements Message, NodeMessage {}

  /** On another node: somebody did without them. */
  record Recheck(List<DurableFilters.Filter> filters) implements Message, NodeMessage {}

  private record Pending(
      List<DurableFilters.Filter> filters,
      Set<ActorRef<Message>> missing,
      CompletableFuture<Done> everywhere) {}

  private record Recent(long at, List<DurableFilters.Filter> filters) {}

  private final DurableFilters filters;
  private final TimerScheduler<Message> timers;
  private final Set<ActorRef<Message>> peers = new HashSet<>();
  private final Map<Long, Pending> pending = new TreeMap<>();
  private final ArrayDeque<Recent> recent = new ArrayDeque<>();
  private long number;

  static Behavior<Message> create(DurableFilters filters) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  Listings.join(
                      context, KEY, listing -> new Nodes(listing.getAllServiceInstances(KEY)));
                  return new FilterNews(context, timers, filters);
                }));
  }

  private FilterNews(
      ActorContext<Message> context, TimerScheduler<Message> timers, DurableFilters filters) {
    super(context);
    this.timers = timers;
    this.filters = filters;
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::on).build();
  }

  private Behavior<Message> on(Message message) {
    switch (message) {
      case Added added -> {
        number++;
        pending.put(number, new Pending(added.filters(), new HashSet<>(peers), added.everywhere()));
        remember(added.filters());
        tell(number);
      }
      case Removed(List<DurableFilters.Filter> removed) ->
          peers.forEach(node -> node.tell(new Recheck(removed)));
      case Nodes(Set<ActorRef<Message>> all) -> nodesAre(all);
      case Learn learn -> {
        filters.learn(learn.filters());
        learn.from().tell(new Learnt(learn.number(), getContext().getSelf()));
      }
      case Learnt(long which, ActorRef<Message> by) -> {
        Pending told = pending.get(which);
        if (told != null) {
          told.missing().remove(by);
          finish(which);
        }
      }
      case Recheck(List<DurableFilters.Filter> gone) -> filters.recheck(gone);
      case Repeat() -> List.copyOf(pending.keySet()).forEach(this::tell);
    }
    return this;
  }

  private void remember(List<DurableFilters.Filter> added) {
    long now = System.nanoTime();
    recent.add(new Recent(now, added));
    while (now - recent.getFirst().at() > RECENT.toNanos()) {
      recent.removeFirst();
    }
  }

  private void tell(long which) {
    Pending one = pending.get(which);
    if (one == null || finish(which)) {
      return;
    }
    one.missing()
        .forEach(node -> node.tell(new Learn(which, one.filters(), getContext().getSelf())));
    if (!timers.isTimerActive(REPEAT)) {
      timers.startSingleTimer(REPEAT, new Repeat(), REPEAT);
    }
  }

  private boolean finish(long which) {
    Pending one = pending.get(which);
    if (one == null || !one.missing().isEmpty()) {
      return false;
    }
    pending.remove(which);
    one.everywhere().complete(Done.getInstance());
    return true;
  }

  private void nodesAre(Set<ActorRef<Message>> all) {
    Set<ActorRef<Message>> others = new HashSet<>(all);
    others.remove(getContext().getSelf());
    List<DurableFilters.Filter> lately = new ArrayList<>();
    recent.forEach(each -> lately.addAll(each.filters()));
    for (ActorRef<Message> node : others) {
      if (peers.add(node) && !lately.isEmpty()) {
        number++;
        Set<ActorRef<Message>> missing = new HashSet<>(Set.of(node));
        pending.put(number, new Pending(lately, missing, new CompletableFuture<>()));
        tell(number);
      }
    }
    peers.retainAll(others);
    for (Long which : List.copyOf(pending.keySet())) {
      Pending one = pending.get(which);
      if (one != null) {
        one.missing().retainAll(peers);
        finish(which);
      }
    }
  }
}
