package org.viesti.edge.websocket;

import org.viesti.connection.CloseCause;
import org.viesti.protocol.ErrorCode;

/**
 * The WebSocket close code of every error code. Where RFC 6455 or IANA's registry has a code that
 * says it, that one, because stock clients act on it (1001 and 1013: come again); else 4000 and the
 * HTTP status of the same refusal, for clients that tell "bring a new token" (4401) from "do not
 * come back" (4403, 4409).
 */
final class CloseCodes {
  static final int NORMAL = 1000;
  static final int PROTOCOL_ERROR = 1002;

  private CloseCodes() {}

  static int of(CloseCause cause) {
    return cause instanceof CloseCause.ClientGone ? NORMAL : of(cause.code());
  }

  static int of(ErrorCode code) {
    return switch (code) {
      case INVALID_ARGUMENT, PAYLOAD_MISMATCH -> 4400;
      case UNAUTHENTICATED, TOKEN_EXPIRED -> 4401;
      case DEVICE_REVOKED, PERMISSION_DENIED -> 4403;
      case NOT_FOUND -> 4404;
      // Never the cause of a close, and kept apart from 4409, at which a client must stay away.
      case ALREADY_EXISTS -> 4400;
      case CONNECTED_ELSEWHERE -> 4409;
      case GONE -> 4410;
      case FAILED_PRECONDITION, RESUME_REJECTED -> 4412;
      case LIMIT_EXCEEDED, RATE_LIMITED -> 4429;
      case DRAINING -> 1001; // going away
      case TOO_LARGE -> 1009; // message too big
      case INTERNAL -> 1011;
      case UNAVAILABLE -> 1013; // try again later
    };
  }
}
