package org.viesti.platform.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;
import org.viesti.platform.Activity;

/**
 * How a client of Sockethub words its messages, and wants to be answered. Each message shows its
 * own; {@link ClientMemory} knows it where one does not.
 */
public enum Dialect {
  /** 3.x and 4.x: {@code context}, {@code @type}, {@code @id}; results are events. */
  A(new OldestWire()),
  /** 5.0 alpha.4 to alpha.11, the client on npm: {@code context}, {@code type}; acks. */
  B(new MiddleWire()),
  /** 5.0 alpha.13 and later: {@code @context} is a list, {@code type}; acks. */
  C(new NewestWire());

  private final Wire wire;

  Dialect(Wire wire) {
    this.wire = wire;
  }

  Wire wire() {
    return wire;
  }

  /** The dialect that a message shows; null: it could be any. */
  static @Nullable Dialect shownBy(JsonNode input) {
    if (input.path("@context").isArray()) {
      return C;
    }
    if (!input.path("context").isTextual()) {
      return null;
    }
    boolean old =
        input.has("@type")
            || input.path("actor").has("@id")
            || input.path("actor").has("@type")
            || input.path("object").has("@type");
    return old ? A : B;
  }

  /**
   * Whether its clients never ask to connect, but expect the first thing they ask of a platform to
   * do it.
   */
  public boolean connectsUnasked() {
    return this == A;
  }

  /** To the client, when its job is safe in the queue. */
  public Told queued() {
    return wire.queued();
  }

  /** To the client, when its credentials are kept. */
  public Told accepted(Activity credentials) {
    return wire.accepted(credentials);
  }

  /**
   * To the client, when its job is done.
   *
   * @param result what came of it; null: the request itself says it
   */
  public Told completed(Activity request, @Nullable Activity result) {
    return wire.completed(request, result);
  }

  /** To the client, when its job could not be done. */
  public Told failed(Activity request, String text) {
    return wire.failed(request, text);
  }

  /** To the client, which did not ask for it. */
  public Event unsolicited(Activity event) {
    return new Event("message", wire.writeNews(event));
  }

  /** Why a job that needs credentials failed where the client gave none. */
  public String credentialsNotFound(Activity request) {
    String whose = this == C ? request.platform() + ":" + request.actorId() : request.actorId();
    return "credentials not found for " + whose;
  }
}
