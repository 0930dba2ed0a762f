package org.viesti.protocol;

import java.util.function.LongSupplier;

/** A rate: so many a second on average, so many at once. Not thread-safe. */
public final class TokenBucket {
  private static final double NANOS = 1e9;
  private final double perSecond;
  private final double burst;
  private final LongSupplier nanoTime;
  private double tokens;
  private long filledAt;

  /**
   * @param perSecond 0: no limit
   * @param nanoTime {@link System#nanoTime}, or a test's clock
   */
  public TokenBucket(int perSecond, int burst, LongSupplier nanoTime) {
    this.perSecond = perSecond;
    this.burst = Math.max(1, burst);
    this.nanoTime = nanoTime;
    this.tokens = this.burst;
    this.filledAt = nanoTime.getAsLong();
  }

  /** Takes one; returns 0, or the milliseconds after which one will be there. */
  public long take() {
    if (perSecond == 0) {
      return 0;
    }
    fill();
    if (tokens >= 1) {
      tokens -= 1;
      return 0;
    }
    return Math.max(1, (long) Math.ceil((1 - tokens) / perSecond * 1000));
  }

  /** Takes so many, also where fewer are there: then it is behind. */
  public void spend(int count) {
    if (perSecond > 0) {
      fill();
      tokens -= count;
    }
  }

  /** The milliseconds after which all that was spent is there again; 0: it is not behind. */
  public long behind() {
    if (perSecond == 0) {
      return 0;
    }
    fill();
    return tokens >= 0 ? 0 : Math.max(1, (long) Math.ceil(-tokens / perSecond * 1000));
  }

  private void fill() {
    long now = nanoTime.getAsLong();
    tokens = Math.min(burst, tokens + (now - filledAt) / NANOS * perSecond);
    filledAt = now;
  }

  /** Whether it has been left alone long enough to be full: it may be forgotten. */
  public boolean isFull() {
    return tokens + (nanoTime.getAsLong() - filledAt) / NANOS * perSecond >= burst;
  }
}
