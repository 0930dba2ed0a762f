package org.viesti.user;

import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.viesti.routing.Alarm;

/**
 * What a user's owner has yet to do, and the alarm that sees to it: it is woken for it also if its
 * node dies. Whoever asked for something that leaves a duty is answered only when the alarm is set
 * as well.
 */
final class Duties {
  private final ActorContext<UserCommand> context;
  private final Alarm alarm;
  private final Clock clock;
  private boolean owesWishes;
  private CompletionStage<Done> armed = CompletableFuture.completedFuture(Done.getInstance());

  Duties(ActorContext<UserCommand> context, Alarm alarm, Clock clock) {
    this.context = context;
    this.alarm = alarm;
    this.clock = clock;
  }

  /** The owner has come to itself. */
  void recovered(UserState state) {
    owesWishes = state.owesWishes();
  }

  /** A batch is about to be written that leads to this state. */
  void arm(List<UserEvent> events, UserState ahead) {
    if (events.stream().anyMatch(WishTeller::mayChangeWishes)) {
      owesWishes = ahead.owesWishes();
    }
    long next = next(ahead);
    if (next != Long.MAX_VALUE) {
      armed = alarm.ensure(next, Long.MAX_VALUE);
    }
  }

  /** Runs on the owner's own thread, at once where no alarm had to be set. */
  void whenArmed(Runnable answers) {
    if (armed.toCompletableFuture().isDone()) {
      answers.run();
    } else {
      context.pipeToSelf(armed, (done, failure) -> new UserCommand.Armed(answers));
    }
  }

  /** The alarm rang. */
  void wake(UserState state, long dueAt) {
    alarm.rang(dueAt, Long.MAX_VALUE);
    long next = next(state);
    if (next == Long.MAX_VALUE) {
      alarm.clear();
    } else {
      alarm.move(next, Long.MAX_VALUE);
    }
  }

  private long next(UserState state) {
    long next =
        state.pushesOrNone().values().stream()
            .mapToLong(PendingPush::dueAt)
            .min()
            .orElse(Long.MAX_VALUE);
    if (owesWishes) {
      next = Math.min(next, clock.millis());
    }
    return next == Long.MAX_VALUE ? next : Math.max(next, clock.millis());
  }
}
