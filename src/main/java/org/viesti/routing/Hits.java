package org.viesti.routing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.Publication;

/** Who is to get what: gathered for a batch, then told, each stream and each node once. */
final class Hits {
  /** About this many bytes go to another node at once: its frames are limited. */
  private static final int BYTES_AT_ONCE = 256 << 10;

  private final Map<ActorRef<Router.Routed>, List<Router.Arrival>> streams = new LinkedHashMap<>();
  private final Map<ActorRef<Exchange.Command>, List<Exchange.Sent>> nodes = new HashMap<>(0);
  private final Map<ActorRef<Exchange.Command>, Long> met;
  private @Nullable Publication publication;
  private Router.@Nullable Place place;
  boolean any;

  /**
   * @param met see {@link Exchange#met}
   */
  Hits(Map<ActorRef<Exchange.Command>, Long> met) {
    this.met = met;
  }

  private Publication current() {
    return Objects.requireNonNull(publication);
  }

  void next(Publication one, Router.@Nullable Place itsPlace) {
    publication = one;
    place = itsPlace;
    any = false;
  }

  void everywhere(Exchange.Entry entry) {
    any = true;
    switch (entry) {
      case Subscription subscription -> local(subscription);
      case Exchange.Elsewhere(ActorRef<Exchange.Command> node) -> sent(node, true, null);
      case SharedGroup group -> toOne(group);
    }
  }

  /** Whether there is one. */
  boolean toOne(SharedGroup group) {
    while (true) {
      switch (group.pick(current())) {
        case Subscription subscription -> {
          if (subscription.share().give(current())) {
            local(subscription);
            return true;
          }
        }
        case Exchange.Elsewhere(ActorRef<Exchange.Command> node) -> {
          sent(node, false, group.filter.text());
          return true;
        }
        case null -> {
          return false;
        }
      }
    }
  }

  /** Another node left it to this one to say who of its streams gets it. */
  void toOneHere(SharedGroup group) {
    Subscription next = group.pickHere(current());
    while (next != null && !next.share().give(current())) {
      next = group.pickHere(current());
    }
    if (next != null) {
      local(next);
    }
  }

  /** What no other node has a part in: a turn of a shared group is one of its turns here. */
  void onThisNode(Exchange.Entry entry) {
    switch (entry) {
      case Subscription subscription -> local(subscription);
      case SharedGroup group -> toOneHere(group);
      case Exchange.Elsewhere _ -> {}
    }
  }

  void here(Exchange.Entry entry) {
    if (entry instanceof Subscription subscription) {
      local(subscription);
    }
  }

  private void local(Subscription subscription) {
    if (!subscription.takes(current().publisher())) {
      return;
    }
    List<Router.Arrival> arrivals =
        streams.computeIfAbsent(subscription.follower(), f -> new ArrayList<>(2));
    if (!arrivals.isEmpty() && arrivals.getLast().publication() == publication) {
      // Filters overlap: one copy, for all of them.
      arrivals.getLast().subscriptions().add(subscription);
    } else {
      List<Subscription> first = new ArrayList<>(1);
      first.add(subscription);
      arrivals.add(new Router.Arrival(current(), first, place));
    }
  }

  private void sent(ActorRef<Exchange.Command> node, boolean plain, @Nullable String shared) {
    List<Exchange.Sent> all = nodes.computeIfAbsent(node, n -> new ArrayList<>(2));
    Exchange.Sent last = all.isEmpty() ? null : all.getLast();
    List<String> groups = new ArrayList<>(0);
    boolean toAll = plain;
    if (last != null && last.publication() == publication) {
      all.removeLast();
      groups.addAll(last.shared());
      toAll |= last.plain();
    }
    if (shared != null) {
      groups.add(shared);
    }
    all.add(new Exchange.Sent(current(), toAll, groups, place == null ? 0 : place.position()));
  }

  void tell() {
    tell(null);
  }

  void tell(@Nullable StreamVoice voice) {
    streams.forEach((stream, arrivals) -> stream.tell(new Router.Arrived(arrivals)));
    nodes.forEach(
        (node, all) -> {
          int from = 0;
          int bytes = 0;
          for (int i = 0; i < all.size(); i++) {
            bytes += all.get(i).publication().size();
            if (bytes > BYTES_AT_ONCE || i + 1 == all.size()) {
              List<Exchange.Sent> part = List.copyOf(all.subList(from, i + 1));
              node.tell(
                  voice == null
                      ? new Exchange.Deliver(part)
                      : voice.say(node, met.getOrDefault(node, 0L), part));
              from = i + 1;
              bytes = 0;
            }
          }
        });
  }
}
