package org.viesti.platform.xmpp;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.viesti.platform.Activity;

/** What is told of a link itself. */
final class LinkEvents {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private LinkEvents() {}

  static Activity remaking(String actor, LinkFailure failure) {
    return connect(
        actor,
        "Connection lost: " + failure.wholeText() + ". Attempting automatic reconnection...",
        "reconnecting",
        failure);
  }

  static Activity failed(String actor, LinkFailure failure) {
    return connect(
        actor,
        "Connection failed: " + failure.wholeText() + ". Manual reconnection required.",
        "failed",
        failure);
  }

  private static Activity connect(String actor, String error, String status, LinkFailure failure) {
    ObjectNode object =
        JSON.objectNode()
            .put("type", "connect")
            .put("status", status)
            .put("condition", failure.condition());
    return Activity.of(XmppPlatform.ID, "connect")
        .with("actor", person(actor))
        .with("error", error)
        .with("object", object);
  }

  /** Follows {@link #failed} if the actor had been connected. */
  static Activity ended(LinkFailure failure) {
    ObjectNode object =
        JSON.objectNode().put("type", "message").put("condition", failure.condition());
    return Activity.of(XmppPlatform.ID, "error")
        .with("actor", person("unknown"))
        .with("error", failure.wholeText())
        .with("object", object);
  }

  private static ObjectNode person(String id) {
    return JSON.objectNode().put("id", id).put("type", "person");
  }
}
