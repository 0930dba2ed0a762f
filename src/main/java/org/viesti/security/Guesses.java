package org.viesti.security;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.viesti.protocol.DeviceId;

/**
 * Counts the secrets tried for a device from one address, and not yet found right: past so many in
 * a while no more are looked at until it is over. By address, so that whoever guesses keeps no
 * device out that is somewhere else.
 */
final class Guesses {
  /** Who is remembered; past it the longest quiet are forgotten, so that no heap is filled. */
  private static final int REMEMBERED = 10_000;

  private record Guesser(DeviceId device, String address) {}

  private record Tried(int times, Instant since) {}

  private final int most;
  private final Duration within;
  private final InstantSource clock;
  private final Map<Guesser, Tried> tried =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Guesser, Tried> eldest) {
          return size() > REMEMBERED;
        }
      };

  Guesses(int most, Duration within, InstantSource clock) {
    this.most = most;
    this.within = within;
    this.clock = clock;
  }

  /**
   * One more is tried: counted before anybody knows whether it is right, so that many at once are
   * no more than many in turn. Returns 0, or the milliseconds after which one may be.
   */
  synchronized long tries(DeviceId device, String address) {
    Guesser guesser = new Guesser(device, address);
    Instant now = clock.instant();
    Tried before = tried.get(guesser);
    if (before == null || !now.isBefore(before.since().plus(within))) {
      before = new Tried(0, now);
    }
    if (before.times() >= most) {
      return Math.max(1, Duration.between(now, before.since().plus(within)).toMillis());
    }
    tried.put(guesser, new Tried(before.times() + 1, before.since()));
    return 0;
  }

  /** It was right, or nobody could tell. */
  synchronized void forgive(DeviceId device, String address) {
    tried.remove(new Guesser(device, address));
  }
}
