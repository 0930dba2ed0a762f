package org.viesti.testkit;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;

/** Tokens as an identity provider would sign them, with a secret that is shared with the node. */
public final class Tokens {
  /** For nodes under test only. */
  public static final String SECRET = "a-secret-for-tests-alone-0123456789abcdef";

  /** Of the gateway, likewise. */
  public static final String GATEWAY_KEY = "YS1rZXktZm9yLXRlc3RzLWFsb25lLTAxMjM0NTY3ODk=";

  public static final String TENANT = "test";

  private Tokens() {}

  /** A token of an hour, without roles. */
  public static String of(String user, String device) {
    return of(user, device, TENANT, List.of(), Duration.ofHours(1));
  }

  public static String of(
      String user, String device, String tenant, List<String> roles, Duration lifetime) {
    SignedJWT token =
        new SignedJWT(
            new JWSHeader(JWSAlgorithm.HS256),
            new JWTClaimsSet.Builder()
                .subject(user)
                .claim("device_id", device)
                .claim("tenant", tenant)
                .claim("roles", roles)
                .expirationTime(Date.from(Instant.now().plus(lifetime)))
                .build());
    try {
      token.sign(new MACSigner(SECRET));
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
    return token.serialize();
  }
}
