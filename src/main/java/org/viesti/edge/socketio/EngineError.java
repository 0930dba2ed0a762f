package org.viesti.edge.socketio;

import io.netty.handler.codec.http.HttpResponseStatus;

/** Why a request of Engine.IO is refused, in the library's own codes and words. */
enum EngineError {
  TRANSPORT_UNKNOWN("Transport unknown"),
  SESSION_UNKNOWN("Session ID unknown"),
  BAD_HANDSHAKE_METHOD("Bad handshake method"),
  BAD_REQUEST("Bad request"),
  FORBIDDEN("Forbidden"),
  UNSUPPORTED_VERSION("Unsupported protocol version");

  private final String message;

  EngineError(String message) {
    this.message = message;
  }

  HttpResponseStatus status() {
    return this == FORBIDDEN ? HttpResponseStatus.FORBIDDEN : HttpResponseStatus.BAD_REQUEST;
  }

  /** The order of the constants is that of the codes. */
  String json() {
    return "{\"code\":" + ordinal() + ",\"message\":\"" + message + "\"}";
  }
}
