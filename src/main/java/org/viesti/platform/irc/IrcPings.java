package org.viesti.platform.irc;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kitteh.irc.client.library.feature.sending.MessageSendingQueue;

/**
 * What Kitteh sends of its own accord, a PING each minute, goes out at once or not at all. Its own
 * queues have a thread each.
 */
final class IrcPings implements MessageSendingQueue {
  private volatile @Nullable Consumer<String> wire;

  @Override
  public void beginSending(Consumer<String> consumer) {
    wire = consumer;
  }

  @Override
  public boolean contains(String message) {
    return false;
  }

  @Override
  public Optional<Consumer<String>> getConsumer() {
    return Optional.ofNullable(wire);
  }

  @Override
  public void pause() {
    wire = null;
  }

  @Override
  public void queue(String message) {
    Consumer<String> now = wire;
    if (now != null) {
      now.accept(message);
    }
  }

  @Override
  public Queue<String> shutdown() {
    pause();
    return new ArrayDeque<>();
  }
}
