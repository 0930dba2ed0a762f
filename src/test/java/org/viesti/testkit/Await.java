package org.viesti.testkit;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** Waiting for a condition, never for a time. */
public final class Await {
  private static final long POLL_MS = 20;

  private Await() {}

  /**
   * Returns once the condition holds.
   *
   * @param otherwise what to say if it does not within {@code most}; evaluated then
   */
  public static void until(Duration most, Supplier<String> otherwise, Callable<Boolean> condition) {
    long deadline = System.nanoTime() + most.toNanos();
    try {
      while (!condition.call()) {
        if (System.nanoTime() > deadline) {
          throw new AssertionError(otherwise.get() + ", after " + most.toMillis() + " ms");
        }
        Thread.sleep(POLL_MS);
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(otherwise.get(), e);
    }
  }
}
