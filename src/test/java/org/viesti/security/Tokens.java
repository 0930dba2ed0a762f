package org.viesti.security;

import static org.assertj.core.api.Assertions.catchThrowable;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Date;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.protocol.UserId;

/** Makes the tokens that tests show, right ones and wrong ones. */
final class Tokens {
  static final String SECRET = "a secret of more than thirty-two bytes";
  static final DeviceId PHONE = new DeviceId(new UserId("acme", "alice"), "phone");

  private Tokens() {}

  /** Settings with {@code viesti.auth} changed by these lines. */
  static SecuritySettings settings(String... lines) {
    String auth = "viesti.auth {\n" + String.join("\n", lines) + "\n}";
    return SecuritySettings.of(ConfigFactory.parseString(auth).withFallback(ConfigFactory.load()));
  }

  static SecuritySettings withSecret(String... lines) {
    return settings("secret = \"" + SECRET + "\"\n" + String.join("\n", lines));
  }

  /** Alice's claims for an hour, changed. */
  static JWTClaimsSet claims(UnaryOperator<JWTClaimsSet.Builder> change) {
    JWTClaimsSet.Builder alice =
        new JWTClaimsSet.Builder()
            .subject("alice")
            .expirationTime(Date.from(HandClock.START.plus(Duration.ofHours(1))));
    return change.apply(alice).build();
  }

  static String hs256(UnaryOperator<JWTClaimsSet.Builder> change) {
    return sign(new JWSHeader(JWSAlgorithm.HS256), claims(change), SECRET.getBytes());
  }

  static String sign(JWSHeader header, JWTClaimsSet claims, byte[] secret) {
    try {
      return sign(header, claims, new MACSigner(secret));
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  static String sign(JWSHeader header, JWTClaimsSet claims, JWSSigner signer) {
    SignedJWT token = new SignedJWT(header, claims);
    try {
      token.sign(signer);
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
    return token.serialize();
  }

  static Principal principal(CompletionStage<Principal> answer) {
    return answer.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }

  static Refusal refusal(CompletionStage<Principal> answer) {
    Throwable failure = catchThrowable(() -> principal(answer));
    if (failure instanceof CompletionException && failure.getCause() instanceof Refused refused) {
      return refused.refusal();
    }
    throw new AssertionError("was not refused", failure);
  }
}
