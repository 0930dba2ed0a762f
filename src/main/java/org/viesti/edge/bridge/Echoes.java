package org.viesti.edge.bridge;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What was given to the remote broker that it will send back, because a filter of ours there is for
 * it: MQTT 3.1.1 knows no subscription without one's own. By topic and payload, and how often.
 *
 * <p>So many and so long are remembered. An echo that comes later than that is taken for a message
 * of the remote's, and is published here once more; it goes no further. And if the remote does not
 * send an echo, another client's message that is the same is taken for it, within that time.
 */
final class Echoes {
  static final int MOST = 10_000;
  static final Duration WITHIN = Duration.ofMinutes(1);

  private record Given(int times, long at) {}

  private final LongSupplier nanos;

  /** By topic and digest, those given last at the end. */
  private final Map<String, Given> given = new LinkedHashMap<>();

  Echoes(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** It is on its way to the remote broker, which will send it back. */
  void expect(String topic, byte[] payload) {
    long now = nanos.getAsLong();
    String key = key(topic, payload);
    Given before = given.remove(key);
    given.put(key, new Given(before == null ? 1 : before.times() + 1, now));
    Iterator<Given> oldest = given.values().iterator();
    while (oldest.hasNext() && (isOver(oldest.next(), now) || given.size() > MOST)) {
      oldest.remove();
    }
  }

  /** Whether a message of the remote's is one that was given to it; each is found once. */
  boolean take(String topic, byte[] payload) {
    if (given.isEmpty()) {
      return false;
    }
    String key = key(topic, payload);
    Given found = given.get(key);
    if (found == null || isOver(found, nanos.getAsLong())) {
      return false;
    }
    if (found.times() == 1) {
      given.remove(key);
    } else {
      given.replace(key, new Given(found.times() - 1, found.at()));
    }
    return true;
  }

  private static boolean isOver(Given given, long now) {
    return now - given.at() > WITHIN.toNanos();
  }

  private static String key(String topic, byte[] payload) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(topic.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0); // no topic has it
      return Base64.getEncoder().encodeToString(digest.digest(payload));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
