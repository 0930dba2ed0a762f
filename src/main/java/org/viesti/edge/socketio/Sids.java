package org.viesti.edge.socketio;

import java.security.SecureRandom;
import java.util.Base64;

/** Names of sessions that nobody can guess: who knows one may speak for it. */
final class Sids {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();

  private Sids() {}

  static String next() {
    byte[] bytes = new byte[15];
    RANDOM.nextBytes(bytes);
    return TEXT.encodeToString(bytes);
  }
}
