package org.viesti.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/**
 * The HS256 key that this cluster shares with whoever issues its tokens: the configured secret or
 * the development key.
 */
final class SharedKey implements SignatureCheck {
  private final byte[] key;
  private final MACVerifier verifier;

  private SharedKey(byte[] key) {
    this.key = key;
    try {
      verifier = new MACVerifier(key);
    } catch (JOSEException e) {
      throw new IllegalArgumentException(e);
    }
  }

  static SharedKey of(SecuritySettings settings) {
    String secret = settings.secret();
    return new SharedKey(
        secret == null
            ? DevelopmentKey.at(settings.developmentKeyFile())
            : secret.getBytes(StandardCharsets.UTF_8));
  }

  byte[] bytes() {
    return key;
  }

  @Override
  public CompletableFuture<SignedJWT> check(SignedJWT token) {
    JWSAlgorithm algorithm = token.getHeader().getAlgorithm();
    if (!algorithm.equals(JWSAlgorithm.HS256)) {
      return CompletableFuture.failedFuture(
          SignatureCheck.refusal("the token must be signed by HS256, not " + algorithm));
    }
    try {
      return token.verify(verifier)
          ? CompletableFuture.completedFuture(token)
          : CompletableFuture.failedFuture(
              SignatureCheck.refusal("the token's signature is wrong"));
    } catch (JOSEException e) {
      return CompletableFuture.failedFuture(
          SignatureCheck.refusal("the token's signature cannot be checked"));
    }
  }
}
