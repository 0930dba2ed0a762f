package org.viesti.edge.socketio;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What the server itself tells a client that went too far: an event {@code error}. */
final class ServerErrors {
  private static final List<String> CONTEXT =
      List.of(
          "https://www.w3.org/ns/activitystreams",
          "https://sockethub.org/ns/context/v1.jsonld",
          "https://sockethub.org/ns/context/platform/error/v1.jsonld");

  private ServerErrors() {}

  static SocketIo.Outgoing event(String summary) {
    ObjectNode error = JsonNodeFactory.instance.objectNode().put("type", "Error");
    CONTEXT.forEach(error.putArray("@context")::add);
    error.putObject("actor").put("type", "Application").put("name", "sockethub-server");
    return new SocketIo.Outgoing.Event("error", List.of(error.put("summary", summary)));
  }
}
