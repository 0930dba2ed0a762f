package org.viesti.connection;

import java.util.concurrent.ConcurrentHashMap;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.protocol.TokenBucket;
import org.viesti.protocol.UserId;

/** How fast each user may post, over all its devices on this node and by whatever edge. */
final class Quotas {
  private static final int SWEEP_AT = 10_000;
  private final int perSecond;
  private final int burst;
  private final ConcurrentHashMap<UserId, TokenBucket> users = new ConcurrentHashMap<>();

  Quotas(int perSecond, int burst) {
    this.perSecond = perSecond;
    this.burst = burst;
  }

  /** Throws {@link Refused} with RATE_LIMITED unless the user may post one more. */
  void admit(UserId user) {
    if (perSecond == 0) {
      return;
    }
    if (users.size() > SWEEP_AT) {
      users.values().removeIf(Quotas::isFull);
    }
    TokenBucket bucket =
        users.computeIfAbsent(user, u -> new TokenBucket(perSecond, burst, System::nanoTime));
    long waitMs;
    synchronized (bucket) {
      waitMs = bucket.take();
    }
    refuse(waitMs, "viesti.limits.user-rate");
  }

  private static boolean isFull(TokenBucket bucket) {
    synchronized (bucket) {
      return bucket.isFull();
    }
  }

  static void refuse(long waitMs, String limit) {
    if (waitMs > 0) {
      throw new Refused(
          new Refusal(ErrorCode.RATE_LIMITED, "too many posts; " + limit, limit, waitMs));
    }
  }
}
