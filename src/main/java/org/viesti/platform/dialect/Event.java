package org.viesti.platform.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** An event of Socket.IO for the client, with its only argument. */
public record Event(String name, JsonNode payload) {

  /** What is wrong with the client's connection as a whole, such as that it sends too much. */
  public static Event error(String summary) {
    ObjectNode payload = JsonNodeFactory.instance.objectNode().put("type", "Error");
    payload.set("@context", Contexts.of("error"));
    payload.putObject("actor").put("type", "Application").put("name", "sockethub-server");
    return new Event("error", payload.put("summary", summary));
  }
}
