package org.viesti.protocol;

/** Why something was refused. Each edge has one total table from this to its own codes. */
public enum ErrorCode {
  /** A field is missing, malformed or out of bounds; the detail says which. */
  INVALID_ARGUMENT,
  /** A payload's type does not match its body. */
  PAYLOAD_MISMATCH,
  /** Larger than a limit allows; the limit is named. */
  TOO_LARGE,
  /** A count limit is reached (members, rooms, batch, connections); the limit is named. */
  LIMIT_EXCEEDED,
  /** Too fast; the limit is named and retry_after says when to come again. */
  RATE_LIMITED,
  /** No token, or one that is not valid. */
  UNAUTHENTICATED,
  /** The token's time is over: bring a new one. */
  TOKEN_EXPIRED,
  /** The device was revoked: it may not come back. */
  DEVICE_REVOKED,
  /** Known, but not allowed to do this. */
  PERMISSION_DENIED,
  /** No such room, message, member or device, or not one the caller may know of. */
  NOT_FOUND,
  /** Something else has that id. */
  ALREADY_EXISTS,
  /** It was here and has been deleted. */
  GONE,
  /** Right in itself, but not in the present state. */
  FAILED_PRECONDITION,
  /** The resume token is forged, expired, or another device's. */
  RESUME_REJECTED,
  /** A newer stream of the same device took over. */
  CONNECTED_ELSEWHERE,
  /** The node is leaving; connect again, to any node. */
  DRAINING,
  /** The owner did not answer in time; the same request may be sent again. */
  UNAVAILABLE,
  /** A fault of the server's own. */
  INTERNAL;

  /** Whether the same request could be taken later, unchanged. */
  public boolean mayBeTakenLater() {
    return switch (this) {
      case RATE_LIMITED, DRAINING, UNAVAILABLE, INTERNAL, CONNECTED_ELSEWHERE -> true;
      case INVALID_ARGUMENT,
          PAYLOAD_MISMATCH,
          TOO_LARGE,
          LIMIT_EXCEEDED,
          UNAUTHENTICATED,
          TOKEN_EXPIRED,
          DEVICE_REVOKED,
          PERMISSION_DENIED,
          NOT_FOUND,
          ALREADY_EXISTS,
          GONE,
          FAILED_PRECONDITION,
          RESUME_REJECTED ->
          false;
    };
  }
}
