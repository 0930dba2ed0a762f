package org.viesti;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * What a node does when it stops: clients are told first, while everything still works; then the
 * doors close.
 */
final class Shutdown {
  private final CoordinatedShutdown shutdown;

  Shutdown(ActorSystem<?> system) {
    shutdown = CoordinatedShutdown.get(system);
  }

  /** While nothing has changed yet. */
  void first(String what, Runnable work) {
    add(
        CoordinatedShutdown.PhaseBeforeServiceUnbind(),
        what,
        () -> {
          work.run();
          return CompletableFuture.completedFuture(Done.getInstance());
        });
  }

  /** A door, which lets nobody in any more, and in the end closes. */
  void door(String name, Supplier<CompletionStage<?>> unbind, Supplier<CompletionStage<?>> stop) {
    add(CoordinatedShutdown.PhaseServiceUnbind(), "stop-listening-" + name, unbind);
    close(name, stop);
  }

  /** Between the two. */
  void drain(String what, Supplier<CompletionStage<?>> work) {
    add(CoordinatedShutdown.PhaseServiceRequestsDone(), "drain-" + what, work);
  }

  void close(String what, Supplier<CompletionStage<?>> work) {
    add(CoordinatedShutdown.PhaseServiceStop(), "close-" + what, work);
  }

  /** When entities are gone. */
  void last(String what, Runnable work) {
    add(
        CoordinatedShutdown.PhaseBeforeActorSystemTerminate(),
        "stop-" + what,
        () -> CompletableFuture.runAsync(work));
  }

  private void add(String phase, String what, Supplier<CompletionStage<?>> work) {
    shutdown.addTask(phase, what, () -> work.get().thenApply(done -> Done.getInstance()));
  }
}
