package org.viesti.edge.mqtt;

import org.viesti.connection.CloseCause;
import org.viesti.protocol.ErrorCode;

/**
 * The reason that a client is told when its connection closes: in a DISCONNECT of MQTT 5.0
 * (§3.14.2.1), in a CONNACK (§3.2.2.2), and in a CONNACK of MQTT 3.1.1 (§3.2.2.3). Each has codes
 * that the others may not have.
 */
final class MqttCloseCodes {
  /** MQTT 3.1.1 has no code that says it: the connection closes without a CONNACK. */
  static final int NONE = -1;

  private MqttCloseCodes() {}

  static int disconnect(CloseCause cause) {
    return switch (cause) {
      case CloseCause.ClientGone() -> Reasons.SUCCESS;
      case CloseCause.Rejected(var refusal) -> disconnect(refusal.code());
      case CloseCause.TakenOver() -> Reasons.TAKEN_OVER;
      case CloseCause.TokenExpired(), CloseCause.Revoked(), CloseCause.SecretRevoked() ->
          Reasons.NOT_AUTHORIZED;
      case CloseCause.Silent() -> Reasons.KEEP_ALIVE_TIMEOUT;
      case CloseCause.Drained() -> Reasons.SHUTTING_DOWN;
    };
  }

  static int disconnect(ErrorCode code) {
    return switch (code) {
      case INVALID_ARGUMENT, FAILED_PRECONDITION -> Reasons.PROTOCOL_ERROR;
      case PAYLOAD_MISMATCH -> Reasons.PAYLOAD_FORMAT_INVALID;
      case TOO_LARGE -> Reasons.PACKET_TOO_LARGE;
      case LIMIT_EXCEEDED -> Reasons.QUOTA_EXCEEDED;
      case RATE_LIMITED -> Reasons.MESSAGE_RATE_TOO_HIGH;
      case UNAUTHENTICATED, TOKEN_EXPIRED, DEVICE_REVOKED, PERMISSION_DENIED ->
          Reasons.NOT_AUTHORIZED;
      case CONNECTED_ELSEWHERE -> Reasons.TAKEN_OVER;
      case DRAINING -> Reasons.SHUTTING_DOWN;
      case UNAVAILABLE -> Reasons.SERVER_BUSY;
      case NOT_FOUND, ALREADY_EXISTS, GONE, RESUME_REJECTED -> Reasons.IMPLEMENTATION_SPECIFIC;
      case INTERNAL -> Reasons.UNSPECIFIED;
    };
  }

  static int connack(CloseCause cause) {
    return switch (cause) {
      case CloseCause.Rejected(var refusal) -> connack(refusal.code());
      case CloseCause.TokenExpired(), CloseCause.Revoked(), CloseCause.SecretRevoked() ->
          Reasons.NOT_AUTHORIZED;
      case CloseCause.Drained(),
          CloseCause.TakenOver(),
          CloseCause.Silent(),
          CloseCause.ClientGone() ->
          Reasons.SERVER_UNAVAILABLE;
    };
  }

  private static int connack(ErrorCode code) {
    return switch (code) {
      case UNAUTHENTICATED -> Reasons.BAD_USER_OR_PASSWORD;
      case RATE_LIMITED, LIMIT_EXCEEDED -> Reasons.QUOTA_EXCEEDED;
      case DRAINING, UNAVAILABLE, CONNECTED_ELSEWHERE -> Reasons.SERVER_UNAVAILABLE;
      case INVALID_ARGUMENT,
          FAILED_PRECONDITION,
          PAYLOAD_MISMATCH,
          TOO_LARGE,
          TOKEN_EXPIRED,
          DEVICE_REVOKED,
          PERMISSION_DENIED,
          NOT_FOUND,
          ALREADY_EXISTS,
          GONE,
          RESUME_REJECTED,
          INTERNAL ->
          disconnect(code);
    };
  }

  /** The return code of MQTT 3.1.1 for a reason of a CONNACK, or {@link #NONE}. */
  static int returnCode(int reason) {
    return switch (reason) {
      case Reasons.UNSUPPORTED_VERSION -> 1;
      case Reasons.CLIENT_ID_NOT_VALID -> 2;
      case Reasons.SERVER_UNAVAILABLE,
          Reasons.SERVER_BUSY,
          Reasons.USE_ANOTHER_SERVER,
          Reasons.QUOTA_EXCEEDED,
          Reasons.UNSPECIFIED ->
          3;
      case Reasons.BAD_USER_OR_PASSWORD -> 4;
      case Reasons.NOT_AUTHORIZED, Reasons.BAD_AUTHENTICATION_METHOD -> 5;
      default -> NONE;
    };
  }
}
