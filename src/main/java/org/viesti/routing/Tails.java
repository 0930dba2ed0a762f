package org.viesti.routing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.Body;
import org.viesti.protocol.Message;
import org.viesti.protocol.Topic;

/**
 * The last messages of the topics followed on this node, as they came past: what a follower that
 * was behind for a moment would else read from the log, decode and encode, each for itself.
 *
 * <p>A tail is a chain by {@code prev}; a gap begins it anew. What is redacted is erased from it.
 * Bounded by messages for each topic and bytes for all: past them the topic that was quiet longest
 * gives way. The router writes, followers read from any thread.
 */
public final class Tails {
  private final int messagesEach;
  private final long bytesInAll;
  private final Map<Topic, Tail> tails = new ConcurrentHashMap<>();

  /** The router's own: the quietest first. */
  private final LinkedHashMap<Topic, Tail> byQuiet = new LinkedHashMap<>();

  private long bytes;

  /**
   * @param messagesEach 0: nothing is kept
   */
  public Tails(int messagesEach, long bytesInAll) {
    this.messagesEach = messagesEach;
    this.bytesInAll = bytesInAll;
  }

  /** What lies directly after a position, oldest first; null if the log must be asked. */
  public @Nullable List<Message> after(Topic topic, long after, int most) {
    Tail tail = tails.get(topic);
    return tail == null ? null : tail.after(after, most);
  }

  void add(Topic topic, List<Message> messages) {
    if (messagesEach == 0 || messages.isEmpty()) {
      return;
    }
    Tail tail = byQuiet.get(topic);
    if (tail == null) {
      tail = new Tail();
      tails.put(topic, tail);
    }
    byQuiet.putLast(topic, tail);
    bytes += tail.add(messages, messagesEach);
    while (bytes > bytesInAll && !byQuiet.isEmpty()) {
      drop(byQuiet.firstEntry().getKey());
    }
  }

  void drop(Topic topic) {
    Tail tail = byQuiet.remove(topic);
    if (tail != null) {
      tails.remove(topic);
      bytes -= tail.size();
    }
  }

  /** One topic's. */
  private static final class Tail {
    private final ArrayDeque<Message> messages = new ArrayDeque<>();
    private long size;

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
