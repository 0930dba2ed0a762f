package org.viesti.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What one device has sent: unanswered until an ack or a lasting refusal, and repeated under the
 * same id until then.
 */
final class Sends {
  /** Refusals that time mends. */
  private static final Set<String> PASSING = Set.of("UNAVAILABLE", "RATE_LIMITED", "DRAINING");

  private static final long PAUSE_MS = 200;

  private static final class Pending {
    final ObjectNode frame;
    final CompletableFuture<Ack> answer = new CompletableFuture<>();
    int attempts;

    Pending(ObjectNode frame) {
      this.frame = frame;
    }
  }

  private final Map<String, Pending> pending = new LinkedHashMap<>();
  private final Map<String, Ack> acks = new LinkedHashMap<>();
  private final List<String> violations = new ArrayList<>();
  private long duplicates;

  /** Adds a text to be sent. */
  synchronized CompletableFuture<Ack> add(String id, String room, String text) {
    ObjectNode frame =
        JsonNodeFactory.instance.objectNode().put("type", "send").put("id", id).put("room", room);
    frame.putObject("payload").put("type", "text").put("body", text);
    Pending sent = new Pending(frame);
    pending.put(id, sent);
    return sent.answer;
  }

  /**
   * A frame to send.
   *
   * @param number from 1
   */
  record Attempt(int number, JsonNode frame) {}

  /** The next attempt at an unanswered send; null once it is answered. */
  synchronized @Nullable Attempt attempt(String id) {
    Pending sent = pending.get(id);
    return sent == null ? null : new Attempt(++sent.attempts, sent.frame);
  }

  /** Whether nothing came of an attempt: neither an answer nor another attempt. */
  synchronized boolean nothingCameOf(String id, Attempt attempt) {
    Pending sent = pending.get(id);
    return sent != null && sent.attempts == attempt.number();
  }

  /** Ids without an answer, oldest first. */
  synchronized List<String> unanswered() {
    return List.copyOf(pending.keySet());
  }

  void acked(JsonNode frame) {
    Ack ack = Ack.read(frame);
    Pending answered;
    synchronized (this) {
      answered = pending.remove(ack.id());
      duplicates += ack.duplicate() ? 1 : 0;
      Ack first = acks.putIfAbsent(ack.id(), ack);
      if (first != null && first.seq() != ack.seq()) {
        violations.add(first + " was acknowledged again as " + ack);
      }
    }
    if (answered != null) {
      answered.answer.complete(ack);
    }
  }

  /** Milliseconds after which to repeat what was refused; empty if there is nothing to repeat. */
  OptionalLong refused(JsonNode error) {
    String id = error.path("id").asText();
    Pending refused;
    synchronized (this) {
      if (!pending.containsKey(id)) {
        return OptionalLong.empty();
      }
      if (PASSING.contains(error.path("code").asText())) {
        return OptionalLong.of(error.path("retry_after").asLong(PAUSE_MS));
      }
      refused = pending.remove(id);
    }
    if (refused != null) {
      refused.answer.completeExceptionally(new IllegalStateException(error.toString()));
    }
    return OptionalLong.empty();
  }

  synchronized Map<String, Ack> acks() {
    return Map.copyOf(acks);
  }

  /** Sends that the server had recorded before: their first answer was lost. */
  synchronized long duplicates() {
    return duplicates;
  }

  synchronized List<String> violations() {
    return List.copyOf(violations);
  }
}
