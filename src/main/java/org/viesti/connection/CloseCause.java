package org.viesti.connection;

import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;

/** Why a stream ended. */
public sealed interface CloseCause {
  /** The client left, or its link broke. */
  record ClientGone() implements CloseCause {}

  /** The client was refused or broke the protocol. */
  record Rejected(Refusal refusal) implements CloseCause {}

  /** A newer stream of the same device took over. */
  record TakenOver() implements CloseCause {}

  /** The token's time is over. */
  record TokenExpired() implements CloseCause {}

  /** The device may not come back. */
  record Revoked() implements CloseCause {}

  /** The secret that opened the stream is the device's no longer. */
  record SecretRevoked() implements CloseCause {}

  /** Nothing was heard for two heartbeats. */
  record Silent() implements CloseCause {}

  /** The node is leaving. */
  record Drained() implements CloseCause {}

  /** The error code that tells a client. */
  default ErrorCode code() {
    return switch (this) {
      case ClientGone() -> ErrorCode.UNAVAILABLE;
      case Rejected(Refusal refusal) -> refusal.code();
      case TakenOver() -> ErrorCode.CONNECTED_ELSEWHERE;
      case TokenExpired() -> ErrorCode.TOKEN_EXPIRED;
      case Revoked() -> ErrorCode.DEVICE_REVOKED;
      case SecretRevoked() -> ErrorCode.UNAUTHENTICATED;
      case Silent() -> ErrorCode.UNAVAILABLE;
      case Drained() -> ErrorCode.DRAINING;
    };
  }

  /** What a client is told, in a sentence. */
  default Refusal refusal() {
    return switch (this) {
      case ClientGone() -> Refusal.of(code(), "the client left");
      case Rejected(Refusal refusal) -> refusal;
      case TakenOver() -> Refusal.of(code(), "a newer stream of this device took over");
      case TokenExpired() -> Refusal.of(code(), "the token's time is over: connect with a new one");
      case Revoked() -> Refusal.of(code(), "the device was revoked: it may not come back");
      case SecretRevoked() ->
          Refusal.of(
              code(), "the device's secret was revoked or replaced: connect with the new one");
      case Silent() -> Refusal.of(code(), "nothing was heard for two heartbeats");
      case Drained() -> Refusal.of(code(), "the node is leaving: connect again, to any node");
    };
  }
}
