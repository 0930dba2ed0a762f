package org.viesti.edge.mqtt;

/**
 * A client breaks the specification, and its connection closes with this reason. It has no stack
 * trace: it is an answer, not a fault.
 */
final class Violation extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final int reason;

  Violation(int reason, String detail) {
    super(detail, null, false, false);
    this.reason = reason;
  }

  int reason() {
    return reason;
  }

  String detail() {
    return String.valueOf(getMessage());
  }
}
