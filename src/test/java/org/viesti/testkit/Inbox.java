package org.viesti.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What one device has received, over all its streams: keeps a position for each topic, drops
 * repeats by (topic, seq), and notes whatever breaks the promise of order.
 *
 * <p>Two rules judge a delivery. Within one stream each names the one before it ({@code prev}), and
 * positions grow. The first of a topic on a new stream may lie at or before the device's position
 * (a repeat), but must not jump past it (a gap).
 */
public final class Inbox {
  private final Map<String, Long> positions = new HashMap<>();
  private final Map<String, Long> onThisStream = new HashMap<>();
  private final Map<String, List<Delivery>> received = new HashMap<>();
  private final List<String> resets = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private long repeats;
  private int repeatsOnThisStream;
  private int mostRepeats;

  /** A new stream begins: what follows may repeat what is known. */
  public synchronized void newStream() {
    onThisStream.clear();
    repeatsOnThisStream = 0;
  }

  /** Takes a delivery in; false if it was a repeat. */
  public synchronized boolean accept(Delivery delivery) {
    String topic = delivery.topic();
    Long last = onThisStream.put(topic, delivery.seq());
    Long position = positions.get(topic);
    if (last != null && delivery.seq() <= last) {
      violate(delivery, "comes after " + last + " on the same stream");
    } else if (last != null && delivery.prev() != last) {
      violate(delivery, "follows " + last + ", not its prev");
    } else if (last == null && position != null && delivery.prev() > position) {
      violate(delivery, "leaves a gap after " + position);
    }
    if (position != null && delivery.seq() <= position) {
      repeats++;
      mostRepeats = Math.max(mostRepeats, ++repeatsOnThisStream);
      return false;
    }
    positions.put(topic, delivery.seq());
    received.computeIfAbsent(topic, _ -> new ArrayList<>()).add(delivery);
    return true;
  }

  /** The server cannot go on from the device's position. */
  public synchronized void reset(String topic, long head, String reason) {
    Long position = positions.put(topic, head);
    onThisStream.remove(topic);
    resets.add(topic + " to " + head + ": " + reason);
    if (position != null && position != head) {
      violations.add("reset of " + topic + " from " + position + " to " + head + ": " + reason);
    }
  }

  private void violate(Delivery delivery, String what) {
    violations.add(
        delivery.topic() + " " + delivery.seq() + " (prev " + delivery.prev() + ") " + what);
  }

  /** The last position by topic. */
  public synchronized Map<String, Long> positions() {
    return Map.copyOf(positions);
  }

  /** The last position in a topic, 0 if there is none. */
  public synchronized long position(String topic) {
    return positions.getOrDefault(topic, 0L);
  }

  /** Everything received in a topic, without repeats, in the order it came. */
  public synchronized List<Delivery> received(String topic) {
    return List.copyOf(received.getOrDefault(topic, List.of()));
  }

  /** How many messages were received, without repeats. */
  public synchronized long count() {
    return received.values().stream().mapToLong(List::size).sum();
  }

  public synchronized long repeats() {
    return repeats;
  }

  /** The most that any one stream repeated. */
  public synchronized int mostRepeats() {
    return mostRepeats;
  }

  /** Every reset frame, as a sentence. */
  public synchronized List<String> resets() {
    return List.copyOf(resets);
  }

  /** Every broken promise, as a sentence; empty is what a test wants. */
  public synchronized List<String> violations() {
    return List.copyOf(violations);
  }
}
