package org.viesti.user;

import org.viesti.routing.Tell;
import org.viesti.routing.Wish;

/**
 * Which posts are worth a push, and when. Pure.
 *
 * <p>Never one's own; none of a muted room; else as the user wishes ({@link Wish}): a large room's
 * only where they mention it, unless it wants all. Edits, reactions and receipts are no posts. In
 * quiet hours a push waits for their end, and is then one push for each room. A call rings at once
 * or not at all: after its time, and in quiet hours, it is dropped, for whoever asked not to be
 * disturbed meant calls before all.
 */
record PushPolicy(PushSettings settings) {
  /** No push. */
  static final long NEVER = -1;

  private static final long MINUTE = 60_000;
  private static final int MINUTES_A_DAY = 24 * 60;

  /** When to push a post, in milliseconds since 1970; {@link #NEVER}: not at all. */
  long dueAt(String user, Wish wish, Tell.Post post, int members, Quiet quiet, long now) {
    boolean large = members > settings.mentionsOnlyAbove();
    if (post.sender().equals(user) || !wish.covers(post.mentioned(), large)) {
      return NEVER;
    }
    return post.call()
        ? callAt(post.at(), quiet, now + settings.callDelay().toMillis())
        : quiet.end(now + settings.delay().toMillis());
  }

  /** When to send a push that is due: at once, later, or {@link #NEVER}. */
  long sendAt(PendingPush push, Quiet quiet, long now) {
    return push.call() ? callAt(push.at(), quiet, now) : quiet.end(now);
  }

  private long callAt(long calledAt, Quiet quiet, long at) {
    boolean over = at - calledAt > settings.callLifetime().toMillis();
    return over || quiet.covers(at) ? NEVER : at;
  }

  /**
   * From one minute of the day to before another (UTC), over midnight if the second is smaller; -1,
   * or both the same: never.
   */
  record Quiet(int from, int to) {

    boolean covers(long at) {
      if (from < 0 || to < 0 || from == to) {
        return false;
      }
      int minute = minute(at);
      return from < to ? minute >= from && minute < to : minute >= from || minute < to;
    }

    /** That time, or the end of the quiet hours it lies in. */
    long end(long at) {
      if (!covers(at)) {
        return at;
      }
      int left = Math.floorMod(to - minute(at), MINUTES_A_DAY);
      return at - Math.floorMod(at, MINUTE) + left * MINUTE;
    }

    private static int minute(long at) {
      return (int) Math.floorMod(Math.floorDiv(at, MINUTE), (long) MINUTES_A_DAY);
    }
  }
}
