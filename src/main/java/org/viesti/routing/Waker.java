package org.viesti.routing;

import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.SingletonActor;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.WakeUps;

/**
 * Wakes owners whose {@link Alarm} is due: one of it in the cluster. An owner that is woken clears
 * its entry or moves it on; until then it is woken again and again.
 */
public final class Waker extends AbstractBehavior<Waker.Command> {

  /** What the waker is told. */
  public sealed interface Command {}

  private record Sweep() implements Command {}

  private record Found(List<WakeUps.Due> due) implements Command {}

  private record Failed(Throwable failure) implements Command {}

  private final WakerSettings settings;
  private final WakeUps table;
  private final TopicOwner owners;
  private final Clock clock;
  private final AtomicBoolean leaving;
  private WakeUps.@Nullable Due page;

  /** Starts the cluster's waker, once the doors to all owners are open on this node. */
  public static void start(
      ActorSystem<?> system,
      WakerSettings settings,
      WakeUps table,
      TopicOwner owners,
      Clock clock) {
    // Owners that are handed over must not be woken on a node that leaves.
    AtomicBoolean leaving = new AtomicBoolean();
    CoordinatedShutdown.get(system)
        .addTask(
            CoordinatedShutdown.PhaseServiceUnbind(),
            "stop-waking",
            () -> {
              leaving.set(true);
              return CompletableFuture.completedFuture(Done.getInstance());
            });
    Behavior<Command> waker =
        Behaviors.setup(
            context ->
                Behaviors.withTimers(
                    timers -> new Waker(context, timers, settings, table, owners, clock, leaving)));
    ClusterSingleton.get(system)
        .init(
            SingletonActor.of(
                Behaviors.supervise(waker)
                    .onFailure(
                        SupervisorStrategy.restartWithBackoff(
                            settings.every(), settings.every().multipliedBy(10), 0.2)),
                "waker"));
  }

  private Waker(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      WakerSettings settings,
      WakeUps table,
      TopicOwner owners,
      Clock clock,
      AtomicBoolean leaving) {
    super(context);
    this.settings = settings;
    this.table = table;
    this.owners = owners;
    this.clock = clock;
    this.leaving = leaving;
    timers.startTimerWithFixedDelay(new Sweep(), settings.every());
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::on).build();
  }

  private Behavior<Command> on(Command command) {
    switch (command) {
      case Sweep() -> {
        if (!leaving.get()) {
          getContext()
              .pipeToSelf(
                  table.due(clock.millis(), page, settings.atOnce()),
                  (due, failure) -> due == null ? new Failed(failure) : new Found(due));
        }
      }
      case Found(List<WakeUps.Due> due) -> {
        due.forEach(owners::wake);
        // Those woken may take a while to move on, so the next sweep looks behind them.
        page = due.size() < settings.atOnce() ? null : due.getLast();
      }
      case Failed(Throwable failure) ->
          getContext().getLog().warn("cannot see whom to wake: {}", failure.toString());
    }
    return this;
  }
}
