package org.viesti.room;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;
import org.pcollections.PMap;
import org.pcollections.PSet;
import org.viesti.room.RoomEvent.Wanted;
import org.viesti.routing.Wish;

/**
 * Which members want to hear of posts. A member who never wanted to is not in it, so a room's size
 * costs nothing; one who no longer does is, so that an older wish that comes late is known as such.
 *
 * @param all those who want every post, found without looking at everyone in a large room
 */
record Wishes(PMap<String, Wanted> byUser, PSet<String> all) {
  static final Wishes NONE = new Wishes(HashTreePMap.empty(), HashTreePSet.empty());

  /** In mentions: everyone in the room. */
  private static final String EVERYONE = "*";

  static Wishes of(Map<String, Wanted> wanted) {
    Wishes wishes = NONE;
    for (Map.Entry<String, Wanted> entry : wanted.entrySet()) {
      wishes = wishes.with(entry.getKey(), entry.getValue());
    }
    return wishes;
  }

  boolean isEmpty() {
    return byUser.isEmpty();
  }

  Wishes with(String user, Wanted wanted) {
    Wanted was = byUser.get(user);
    if (was != null && was.version() >= wanted.version()) {
      return this;
    }
    return new Wishes(
        byUser.plus(user, wanted),
        Wish.of(wanted.wish()) == Wish.ALL ? all.plus(user) : all.minus(user));
  }

  Wishes without(Collection<String> users) {
    return new Wishes(byUser.minusAll(users), all.minusAll(users));
  }

  Wish of(String user) {
    Wanted wanted = byUser.get(user);
    return wanted == null ? Wish.NONE : Wish.of(wanted.wish());
  }

  /** Who is to hear of a post; never its sender. */
  Set<String> concernedBy(String sender, @Nullable List<String> mentions, boolean large) {
    List<String> mentioned = mentions == null ? List.of() : mentions;
    boolean everyone = mentioned.contains(EVERYONE);
    Set<String> concerned = new HashSet<>();
    if (everyone || !large) {
      byUser.keySet().stream()
          .filter(user -> of(user).covers(everyone || mentioned.contains(user), large))
          .forEach(concerned::add);
    } else {
      concerned.addAll(all);
      mentioned.stream().filter(user -> of(user).covers(true, large)).forEach(concerned::add);
    }
    concerned.remove(sender);
    return concerned;
  }

  static boolean mentions(@Nullable List<String> mentions, String user) {
    return mentions != null && (mentions.contains(user) || mentions.contains(EVERYONE));
  }
}
