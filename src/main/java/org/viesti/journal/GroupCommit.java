package org.viesti.journal;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.apache.pekko.actor.typed.BackoffSupervisorStrategy;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.jspecify.annotations.Nullable;

/**
 * What an owner has decided but not yet written.
 *
 * <p>A handler validates against {@link #ahead}, the state as it will be, and gathers its events
 * with what is to be done once they are committed. The first to gather is told to send the owner a
 * flush. While a write is under way the owner stashes, so the next batch forms by itself, and one
 * write carries as many requests as arrived during the last.
 */
public final class GroupCommit<S, E> {
  /**
   * What an owner does when a write fails: it reads its log again, for it no longer knows what is
   * in it. Its voice goes on: what was committed is to be heard.
   */
  public static final BackoffSupervisorStrategy RESTART =
      SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.2)
          .withStopChildren(false);

  private final BiFunction<S, E, S> apply;
  private List<E> events = new ArrayList<>();
  private List<Runnable> effects = new ArrayList<>();
  private @Nullable S ahead;

  /** What events will make of the state, the next first. */
  private final ArrayDeque<Step<S, E>> steps = new ArrayDeque<>(1);

  private boolean flushing;

  private record Step<S, E>(S before, E event, S after) {}

  public GroupCommit(BiFunction<S, E, S> apply) {
    this.apply = apply;
  }

  /** The state with everything gathered applied. */
  public S ahead(S state) {
    return ahead == null ? state : ahead;
  }

  /** Gathers one event; returns the state ahead of it. */
  public S gather(S state, E event) {
    S before = ahead(state);
    S next = apply.apply(before, event);
    steps.add(new Step<>(before, event, next));
    events.add(event);
    ahead = next;
    return next;
  }

  /**
   * The owner's event handler: what was made of the state when the event was gathered need not be
   * made again when it is written.
   */
  public S grown(S state, E event) {
    Step<S, E> step = steps.poll();
    if (step != null && step.before() == state && step.event() == event) {
      return step.after();
    }
    steps.clear();
    return apply.apply(state, event);
  }

  /** Runs after what has been gathered so far is committed, or at once if nothing is. */
  public void afterwards(Runnable effect) {
    if (events.isEmpty()) {
      effect.run();
    } else {
      effects.add(effect);
    }
  }

  /** True exactly once for each batch: the caller then tells itself to flush. */
  public boolean wantsFlush() {
    if (events.isEmpty() || flushing) {
      return false;
    }
    flushing = true;
    return true;
  }

  /** Takes the batch out. */
  public Batch<E> take() {
    Batch<E> batch = new Batch<>(events, effects);
    events = new ArrayList<>();
    effects = new ArrayList<>();
    ahead = null;
    flushing = false;
    return batch;
  }

  /** One write. */
  public record Batch<E>(List<E> events, List<Runnable> effects) {
    public void committed() {
      effects.forEach(Runnable::run);
    }
  }
}
