package org.viesti.routing;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.viesti.protocol.StreamId;

/**
 * What a node heard of the streams that its sessions follow. Messages between nodes may be lost,
 * and so may an owner that has recorded something and told nobody; either shows in the numbers of
 * what comes next, or of what the owner says when it is asked. Then those who follow the stream
 * read it for themselves.
 */
final class StreamLinks {
  private record Heard(long life, long number) {}

  private final Map<StreamId, Set<ActorRef<Router.Routed>>> followers = new HashMap<>();
  private final Map<StreamId, Heard> heard = new HashMap<>();

  void follow(StreamId stream, ActorRef<Router.Routed> follower) {
    followers.computeIfAbsent(stream, s -> new HashSet<>()).add(follower);
  }

  void unfollow(StreamId stream, ActorRef<Router.Routed> follower) {
    Set<ActorRef<Router.Routed>> all = followers.get(stream);
    if (all != null && all.remove(follower) && all.isEmpty()) {
      followers.remove(stream);
      heard.remove(stream);
    }
  }

  Set<StreamId> followed() {
    return followers.keySet();
  }

  /**
   * Something recorded came: the {@code number}th in the owner's life. To be said before it is
   * handed on.
   */
  void came(StreamId stream, long life, long number) {
    if (!followers.containsKey(stream)) {
      return;
    }
    Heard before = heard.put(stream, new Heard(life, number));
    if (before == null || before.life() != life || before.number() + 1 != number) {
      look(stream);
    }
  }

  /** The owner says that it has sent so many. */
  void told(StreamId stream, long life, long number) {
    if (!followers.containsKey(stream)) {
      return;
    }
    Heard now = new Heard(life, number);
    if (!now.equals(heard.put(stream, now))) {
      look(stream);
    }
  }

  private void look(StreamId stream) {
    followers
        .getOrDefault(stream, Set.of())
        .forEach(follower -> follower.tell(new Router.Look(stream)));
  }
}
