package org.viesti.connection;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ServerFrame;

/**
 * The answers to one client's publishes, given in the order these came (MQTT-4.6.0-2), though what
 * is journaled takes longer than what is not.
 */
final class PublishAnswers {
  /** The place of one answer. */
  static final class Slot {
    private @Nullable ServerFrame answer;
  }

  private final Consumer<ServerFrame> out;
  private final ArrayDeque<Slot> slots = new ArrayDeque<>(0);

  PublishAnswers(Consumer<ServerFrame> out) {
    this.out = out;
  }

  Slot next() {
    Slot slot = new Slot();
    slots.add(slot);
    return slot;
  }

  void fill(Slot slot, ServerFrame answer) {
    slot.answer = answer;
    for (Slot first = slots.peek(); first != null && first.answer != null; first = slots.peek()) {
      out.accept(first.answer);
      slots.remove();
    }
  }
}
