package org.viesti.testkit;

/** How a stream ended; code 1006 (RFC 6455 §7.4.1) stands for no close frame at all. */
public record End(int code, String reason) {}
