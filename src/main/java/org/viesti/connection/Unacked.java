package org.viesti.connection;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Positions of one log that are with the client, which is done with them one by one. */
final class Unacked {
  /** In order. */
  private final ArrayDeque<Long> pending = new ArrayDeque<>(4);

  /** Those of them that are done with, but not all before. */
  private final Set<Long> ahead = new HashSet<>(0);

  void with(long position) {
    pending.add(position);
  }

  void done(long position) {
    Long first = pending.peek();
    if (first == null || position < first) {
      return;
    }
    ahead.add(position);
    while (!pending.isEmpty() && ahead.remove(pending.peek())) {
      pending.remove();
    }
  }

  /** Everything up to here is done with, of what was sent up to there. */
  long upTo(long sent) {
    Long first = pending.peek();
    return first == null ? sent : Math.min(sent, first - 1);
  }

  /** The first that is with the client. */
  @Nullable Long first() {
    return pending.peek();
  }
}
