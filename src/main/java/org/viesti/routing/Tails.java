package org.viesti.routing;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.Body;
import org.viesti.protocol.Message;
import org.viesti.protocol.Topic;

/**
 * The last messages of the topics followed on this node, as they came past: what a follower that
 * was behind for a moment would else read from the log, decode and encode, each for itself. While
 * nobody is behind nothing is kept: what lives that long costs the collector of a busy node dearly.
 *
 * <p>A tail is a chain by {@code prev}; a gap begins it anew. What is redacted is erased from it.
 * Bounded by messages for each topic and bytes for all: past them the topic that was quiet longest
 * gives way. The router writes, followers read from any thread.
 */
public final class Tails {
  /** A topic's tail is kept so long after a follower last asked for it. */
  static final Duration KEPT = Duration.ofSeconds(10);

  private final int messagesEach;
  private final long bytesInAll;
  private final LongSupplier nanoTime;

  /** Of topics that a follower asked for. */
  private final Map<Topic, Tail> tails = new ConcurrentHashMap<>();

  /** The router's own, of those that hold something: the quietest first. */
  private final LinkedHashMap<Topic, Tail> byQuiet = new LinkedHashMap<>();

  private long bytes;

  /**
   * @param messagesEach 0: nothing is kept
   */
  public Tails(int messagesEach, long bytesInAll) {
    this(messagesEach, bytesInAll, System::nanoTime);
  }

  Tails(int messagesEach, long bytesInAll, LongSupplier nanoTime) {
    this.messagesEach = messagesEach;
    this.bytesInAll = bytesInAll;
    this.nanoTime = nanoTime;
  }

  /**
   * What lies directly after a position, oldest first; null if the log must be asked. From now on a
   * tail of the topic is kept.
   */
  public @Nullable List<Message> after(Topic topic, long after, int most) {
    if (messagesEach == 0) {
      return null;
    }
    Tail tail = tails.computeIfAbsent(topic, t -> new Tail());
    tail.wantedAt = nanoTime.getAsLong();
    return tail.after(after, most);
  }

  void add(Topic topic, List<Message> messages) {
    Tail tail = tails.get(topic);
    if (tail == null || messages.isEmpty()) {
      return;
    }
    if (nanoTime.getAsLong() - tail.wantedAt > KEPT.toNanos()) {
      drop(topic);
      return;
    }
    byQuiet.putLast(topic, tail);
    bytes += tail.add(messages, messagesEach);
    while (bytes > bytesInAll && !byQuiet.isEmpty()) {
      drop(byQuiet.firstEntry().getKey());
    }
  }

  void drop(Topic topic) {
    tails.remove(topic);
    Tail tail = byQuiet.remove(topic);
    if (tail != null) {
      bytes -= tail.size();
    }
  }

  /** One topic's. */
  private static final class Tail {
    private final ArrayDeque<Message> messages = new ArrayDeque<>();
    private long size;
    volatile long wantedAt;

    synchronized long size() {
      return size;
    }

    /** Returns by how many bytes it grew. */
    synchronized long add(List<Message> more, int most) {
      long before = size;
      for (Message message : more) {
        Message last = messages.peekLast();
        if (last != null && message.seq() <= last.seq()) {
          continue;
        }
        if (last != null && message.prev() != last.seq()) {
          messages.clear();
          size = 0;
        }
        if (message.body() instanceof Body.Redaction redaction) {
          erase(redaction.target());
        }
        messages.addLast(message);
        size += message.size();
        if (messages.size() > most) {
          size -= messages.removeFirst().size();
        }
      }
      return size - before;
    }

    private void erase(String target) {
      Iterator<Message> all = messages.iterator();
      List<Message> kept = new ArrayList<>(messages.size());
      while (all.hasNext()) {
        Message message = all.next();
        boolean redacted =
            message.id().equals(target) && message.body() instanceof Body.Post
                || message.body() instanceof Body.Edit edit && edit.target().equals(target);
        kept.add(redacted ? message.erased() : message);
      }
      messages.clear();
      messages.addAll(kept);
      size = kept.stream().mapToLong(Message::size).sum();
    }

    synchronized @Nullable List<Message> after(long after, int most) {
      Message first = messages.peekFirst();
      if (first == null || first.prev() > after) {
        return null;
      }
      List<Message> found = new ArrayList<>();
      for (Message message : messages) {
        if (message.seq() > after) {
          found.add(message);
          if (found.size() == most) {
            break;
          }
        }
      }
      return found.isEmpty() ? null : found;
    }
  }
}
