package org.viesti.testkit;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Work of hundreds of clients at its time, each on a virtual thread. */
final class Later {
  private static final Executor THREADS = Executors.newVirtualThreadPerTaskExecutor();

  private Later() {}

  static Executor after(long millis) {
    return CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS, THREADS);
  }

  static void run(long millis, Runnable work) {
    after(millis).execute(work);
  }
}
