package org.viesti.platform;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a session tells its client, in order: all that the client has not taken, and the last of
 * what it has, for a client that was cut off before it arrived. An offset names one of them: {@code
 * outcomes.life.number}, where outcomes are numbered for ever and all only as long as the session's
 * owner lives.
 */
final class Told {
  private final int keep;
  private final String life = Long.toString(System.nanoTime() ^ System.currentTimeMillis(), 36);
  private final ArrayDeque<Kept> all = new ArrayDeque<>(1);
  private long outcomes;
  private long last;
  private long taken;

  /** Up to where events were said to be taken. */
  private long counted;

  private record Kept(long number, long outcomes, boolean event, byte[] sealed) {}

  /**
   * @param keep how many that the client has taken
   */
  Told(int keep) {
    this.keep = keep;
  }

  /** Outcomes that the log has. */
  void recover(long done, List<Outcome> lastOutcomes) {
    all.clear();
    last = 0;
    taken = 0;
    counted = 0;
    outcomes = done - lastOutcomes.size();
    lastOutcomes.forEach(outcome -> outcome(outcome.sealed()));
  }

  GatewaySessions.Entry outcome(byte[] sealed) {
    outcomes++;
    return add(false, sealed);
  }

  GatewaySessions.Entry event(byte[] sealed) {
    return add(true, sealed);
  }

  private GatewaySessions.Entry add(boolean event, byte[] sealed) {
    last++;
    Kept kept = new Kept(last, outcomes, event, sealed);
    all.add(kept);
    return entry(kept);
  }

  private GatewaySessions.Entry entry(Kept kept) {
    return new GatewaySessions.Entry(
        kept.number(), kept.outcomes() + "." + life + "." + kept.number(), kept.sealed());
  }

  /** The client took everything up to here; returns how many events more than ever before. */
  int took(long number) {
    int events = 0;
    for (Kept kept : all) {
      if (kept.number() > number) {
        break;
      }
      if (kept.number() > counted && kept.event()) {
        events++;
      }
    }
    taken = Math.max(taken, number);
    counted = Math.max(counted, number);
    while (!all.isEmpty()
        && all.element().number() <= taken
        && taken - all.element().number() >= keep) {
      all.remove();
    }
    return events;
  }

  /**
   * The client comes back, having heard everything up to an offset; returns how many events that it
   * was not known to have taken.
   */
  int heard(@Nullable String offset) {
    String[] parts = offset == null ? new String[0] : offset.split("\\.", -1);
    long to = 0;
    try {
      if (parts.length == 3 && parts[1].equals(life)) {
        to = Long.parseLong(parts[2]);
      } else if (parts.length == 3) {
        long known = Long.parseLong(parts[0]);
        for (Kept kept : all) {
          if (kept.outcomes() <= known) {
            to = kept.number();
          }
        }
      }
    } catch (NumberFormatException e) {
      to = 0; // nobody gave it this one
    }
    int events = took(to);
    taken = Math.min(taken, to);
    return events;
  }

  /** What the client is to be told, or told again. */
  List<GatewaySessions.Entry> waiting() {
    List<GatewaySessions.Entry> waiting = new ArrayList<>();
    for (Kept kept : all) {
      if (kept.number() > taken) {
        waiting.add(entry(kept));
      }
    }
    return waiting;
  }

  long waitingOutcomes() {
    return all.stream().filter(kept -> kept.number() > taken && !kept.event()).count();
  }
}
