package org.viesti.testkit;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * One message as a device received it.
 *
 * @param prev the visible position before it, as the server says
 * @param arrived by {@link System#nanoTime}
 */
public record Delivery(
    String topic, long seq, long prev, String sender, JsonNode body, long arrived) {

  static Delivery read(JsonNode frame) {
    JsonNode message = frame.required("message");
    return new Delivery(
        frame.required("topic").textValue(),
        frame.required("seq").longValue(),
        frame.required("prev").longValue(),
        message.required("sender").textValue(),
        message.required("body"),
        System.nanoTime());
  }

  public boolean isPost() {
    return body.path("kind").asText().equals("post");
  }

  /** The sender's own id of a post. */
  public String clientId() {
    return body.path("client_id").asText();
  }
}
