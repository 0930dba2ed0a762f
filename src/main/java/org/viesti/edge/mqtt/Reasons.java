package org.viesti.edge.mqtt;

/** Reason codes of MQTT 5.0 §2.4. */
final class Reasons {
  static final int SUCCESS = 0x00;
  static final int NO_MATCHING_SUBSCRIBERS = 0x10;
  static final int NO_SUBSCRIPTION_EXISTED = 0x11;
  static final int CONTINUE_AUTHENTICATION = 0x18;
  static final int RE_AUTHENTICATE = 0x19;
  static final int UNSPECIFIED = 0x80;
  static final int MALFORMED = 0x81;
  static final int PROTOCOL_ERROR = 0x82;
  static final int IMPLEMENTATION_SPECIFIC = 0x83;
  static final int UNSUPPORTED_VERSION = 0x84;
  static final int CLIENT_ID_NOT_VALID = 0x85;
  static final int BAD_USER_OR_PASSWORD = 0x86;
  static final int NOT_AUTHORIZED = 0x87;
  static final int SERVER_UNAVAILABLE = 0x88;
  static final int SERVER_BUSY = 0x89;
  static final int SHUTTING_DOWN = 0x8B;
  static final int BAD_AUTHENTICATION_METHOD = 0x8C;
  static final int KEEP_ALIVE_TIMEOUT = 0x8D;
  static final int TAKEN_OVER = 0x8E;
  static final int TOPIC_FILTER_INVALID = 0x8F;
  static final int TOPIC_NAME_INVALID = 0x90;
  static final int PACKET_ID_NOT_FOUND = 0x92;
  static final int RECEIVE_MAXIMUM_EXCEEDED = 0x93;
  static final int TOPIC_ALIAS_INVALID = 0x94;
  static final int PACKET_TOO_LARGE = 0x95;
  static final int MESSAGE_RATE_TOO_HIGH = 0x96;
  static final int QUOTA_EXCEEDED = 0x97;
  static final int PAYLOAD_FORMAT_INVALID = 0x99;
  static final int USE_ANOTHER_SERVER = 0x9C;

  private Reasons() {}

  /** From here on a code says that something failed. */
  static boolean failed(int reason) {
    return reason >= 0x80;
  }
}
