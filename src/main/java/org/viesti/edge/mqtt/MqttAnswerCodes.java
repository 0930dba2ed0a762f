package org.viesti.edge.mqtt;

import org.viesti.protocol.ErrorCode;

/** The reason codes of MQTT 5.0 for requests that are refused while their connection goes on. */
final class MqttAnswerCodes {
  private MqttAnswerCodes() {}

  /** In a PUBACK or PUBREC: §3.4.2.1, §3.5.2.1. */
  static int publish(ErrorCode code) {
    return switch (code) {
      case INVALID_ARGUMENT -> Reasons.TOPIC_NAME_INVALID;
      case PERMISSION_DENIED, NOT_FOUND, UNAUTHENTICATED, TOKEN_EXPIRED, DEVICE_REVOKED ->
          Reasons.NOT_AUTHORIZED;
      case RATE_LIMITED, LIMIT_EXCEEDED -> Reasons.QUOTA_EXCEEDED;
      case PAYLOAD_MISMATCH -> Reasons.PAYLOAD_FORMAT_INVALID;
      case TOO_LARGE,
          ALREADY_EXISTS,
          GONE,
          FAILED_PRECONDITION,
          RESUME_REJECTED,
          CONNECTED_ELSEWHERE,
          DRAINING,
          UNAVAILABLE,
          INTERNAL ->
          Reasons.UNSPECIFIED;
    };
  }

  /**
   * In a SUBACK: §3.9.3. What the rules deny is an unspecified error: there are clients, the Paho
   * test suite's among them, that know no other refusal there. NOT_FOUND is a room that the user is
   * not in.
   */
  static int subscribe(ErrorCode code) {
    return switch (code) {
      case INVALID_ARGUMENT -> Reasons.TOPIC_FILTER_INVALID;
      case RATE_LIMITED, LIMIT_EXCEEDED -> Reasons.QUOTA_EXCEEDED;
      case NOT_FOUND -> Reasons.NOT_AUTHORIZED;
      case PAYLOAD_MISMATCH,
          TOO_LARGE,
          ALREADY_EXISTS,
          GONE,
          FAILED_PRECONDITION,
          RESUME_REJECTED,
          CONNECTED_ELSEWHERE,
          DRAINING,
          UNAVAILABLE,
          UNAUTHENTICATED,
          TOKEN_EXPIRED,
          DEVICE_REVOKED,
          PERMISSION_DENIED,
          INTERNAL ->
          Reasons.UNSPECIFIED;
    };
  }
}
