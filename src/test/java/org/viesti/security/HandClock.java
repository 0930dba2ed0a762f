package org.viesti.security;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that stands still until a test moves it. */
final class HandClock implements InstantSource {
  static final Instant START = Instant.parse("2026-01-01T12:00:00Z");

  private volatile Instant now = START;

  void pass(Duration time) {
    now = now.plus(time);
  }

  @Override
  public Instant instant() {
    return now;
  }
}
