package org.viesti.testkit;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * The answer to a send.
 *
 * @param duplicate it had been recorded before; event and seq are the first one's
 */
public record Ack(String id, String room, String eventId, long seq, boolean duplicate) {

  static Ack read(JsonNode frame) {
    return new Ack(
        frame.required("id").textValue(),
        frame.required("room").textValue(),
        frame.required("event_id").textValue(),
        frame.required("seq").longValue(),
        frame.required("duplicate").booleanValue());
  }
}
