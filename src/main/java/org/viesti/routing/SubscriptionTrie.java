package org.viesti.routing;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.TopicFilter;

/**
 * Filters, and what is subscribed with each, found by topic. Exact filters are one look in a map;
 * those with wildcards are a tree by level, in which a topic is followed along at most {@code 2 ^
 * levels} paths, as many as there are filters at the worst.
 *
 * <p>Any thread may look while one changes it: entries are arrays that are replaced, never changed,
 * and who looks meanwhile sees them as before or as after.
 */
final class SubscriptionTrie<S> {
  private static final Object[] NONE = {};

  /**
   * One level of the filters with wildcards; {@code "+"} and {@code "#"} are levels like others.
   */
  private static final class Level {
    final ConcurrentHashMap<String, Level> below = new ConcurrentHashMap<>(2);
    volatile Object[] entries = NONE;

    boolean isEmpty() {
      return entries.length == 0 && below.isEmpty();
    }
  }

  private final ConcurrentHashMap<String, Object[]> exact = new ConcurrentHashMap<>();
  private final Level root = new Level();

  synchronized void add(TopicFilter filter, S entry) {
    if (filter.isExact()) {
      exact.merge(filter.path(), new Object[] {entry}, (old, added) -> with(old, entry));
      return;
    }
    Level level = root;
    for (String name : filter.path().split("/", -1)) {
      level = level.below.computeIfAbsent(name, n -> new Level());
    }
    level.entries = with(level.entries, entry);
  }

  /** Whether it was there. */
  synchronized boolean remove(TopicFilter filter, S entry) {
    if (!filter.isExact()) {
      return remove(root, filter.path().split("/", -1), 0, entry);
    }
    Object[] old = exact.get(filter.path());
    if (old == null) {
      return false;
    }
    Object[] left = without(old, entry);
    if (left.length == 0) {
      exact.remove(filter.path());
    } else {
      exact.put(filter.path(), left);
    }
    return left != old;
  }

  private boolean remove(Level level, String[] names, int at, S entry) {
    if (at == names.length) {
      Object[] old = level.entries;
      level.entries = without(old, entry);
      return level.entries != old;
    }
    Level next = level.below.get(names[at]);
    if (next == null) {
      return false;
    }
    boolean removed = remove(next, names, at + 1, entry);
    if (next.isEmpty()) {
      level.below.remove(names[at]);
    }
    return removed;
  }

  /** Shows every entry whose filter matches the topic; one that is under two filters, twice. */
  void match(String topic, Consumer<? super S> to) {
    Object[] named = exact.get(topic);
    if (named != null) {
      show(named, to);
    }
    if (!root.below.isEmpty()) {
      match(root, topic, 0, !topic.startsWith("$"), to);
    }
  }

  /** Whether any filter matches the topic. */
  boolean matches(String topic) {
    if (exact.containsKey(topic)) {
      return true;
    }
    if (root.below.isEmpty()) {
      return false;
    }
    boolean[] any = {false};
    match(root, topic, 0, !topic.startsWith("$"), entry -> any[0] = true);
    return any[0];
  }

  private void match(
      Level level, String topic, int from, boolean wildcards, Consumer<? super S> to) {
    if (wildcards) {
      Level rest = level.below.get("#");
      if (rest != null) {
        show(rest.entries, to);
      }
    }
    if (from > topic.length()) {
      show(level.entries, to);
      return;
    }
    int slash = topic.indexOf('/', from);
    int end = slash < 0 ? topic.length() : slash;
    Level named = level.below.get(topic.substring(from, end));
    if (named != null) {
      match(named, topic, end + 1, true, to);
    }
    if (wildcards) {
      Level any = level.below.get("+");
      if (any != null) {
        match(any, topic, end + 1, true, to);
      }
    }
  }

  boolean isEmpty() {
    return exact.isEmpty() && root.isEmpty();
  }

  @SuppressWarnings("unchecked")
  private static <S> void show(Object[] entries, Consumer<? super S> to) {
    for (Object entry : entries) {
      to.accept((S) entry);
    }
  }

  private static Object[] with(Object[] old, Object entry) {
    Object[] more = Arrays.copyOf(old, old.length + 1);
    more[old.length] = entry;
    return more;
  }

  private static Object[] without(Object[] old, @Nullable Object entry) {
    for (int i = 0; i < old.length; i++) {
      if (old[i] == entry) {
        Object[] fewer = new Object[old.length - 1];
        System.arraycopy(old, 0, fewer, 0, i);
        System.arraycopy(old, i + 1, fewer, i, fewer.length - i);
        return fewer;
      }
    }
    return old;
  }
}
