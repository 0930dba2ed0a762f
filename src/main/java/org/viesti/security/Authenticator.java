package org.viesti.security;

import java.util.concurrent.CompletionStage;

/** Turns a token into who it speaks for. */
public interface Authenticator {
  /**
   * Fails with {@link org.viesti.protocol.Refused}: UNAUTHENTICATED for a token that is missing,
   * forged or malformed, TOKEN_EXPIRED for one whose time is over.
   */
  CompletionStage<Principal> authenticate(String token);
}
