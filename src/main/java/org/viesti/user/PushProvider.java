package org.viesti.user;

import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * A way to reach devices that are away. Implement it with a public constructor without parameters,
 * and either list the class in {@code META-INF/services/org.viesti.user.PushProvider} or name it in
 * {@code viesti.push.providers.<name>.class}.
 */
public interface PushProvider extends AutoCloseable {

  /** What devices name it by: the first part of {@code viesti.push.providers.<name>}. */
  String name();

  /**
   * Called once, before anything is sent.
   *
   * @param settings what stands in {@code viesti.push.providers.<name>}
   * @throws IllegalArgumentException with a sentence for operators: the node does not start
   */
  void start(Map<String, String> settings);

  /**
   * Sends a push; never blocks, may be called from any thread. A stage that fails counts as {@link
   * PushResult.Retry}. A push comes again after a crash at the wrong moment: its {@link Push#id}
   * tells.
   */
  CompletionStage<PushResult> send(Push push);

  @Override
  default void close() {}
}
