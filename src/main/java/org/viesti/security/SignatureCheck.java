package org.viesti.security;

import com.nimbusds.jwt.SignedJWT;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;

/**
 * Says whether a token's signature is right. The algorithms it knows are its own, never the token's
 * choice: a token cannot pass off a public key as a shared secret.
 */
sealed interface SignatureCheck permits SharedKey, PublicKeys {
  /**
   * The token, if its signature is right; else fails with {@link Refused}. Done at once unless a
   * key must be fetched.
   */
  CompletableFuture<SignedJWT> check(SignedJWT token);

  static SignatureCheck of(SecuritySettings settings, InstantSource clock) {
    return settings.jwks() == null ? SharedKey.of(settings) : PublicKeys.of(settings, clock);
  }

  static Refused refusal(String detail) {
    return new Refused(ErrorCode.UNAUTHENTICATED, detail);
  }
}
