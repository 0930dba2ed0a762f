package org.viesti.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.typesafe.config.ConfigException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.viesti.protocol.DeviceId;

/**
 * Makes HS256 tokens that {@link TokenAuthenticator} believes: for development, tests and the
 * command line.
 */
public final class TokenIssuer {
  private final SecuritySettings settings;
  private final MACSigner signer;
  private final InstantSource clock;

  private TokenIssuer(SecuritySettings settings, MACSigner signer, InstantSource clock) {
    this.settings = settings;
    this.signer = signer;
    this.clock = clock;
  }

  /**
   * @throws ConfigException if tokens are signed elsewhere, with keys that are not ours
   */
  public static TokenIssuer of(SecuritySettings settings, InstantSource clock) {
    if (settings.jwks() != null) {
      throw new ConfigException.BadValue(
          "viesti.auth.jwks", "its issuer makes the tokens; here none can be made");
    }
    try {
      return new TokenIssuer(settings, new MACSigner(SharedKey.of(settings).bytes()), clock);
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * @param roles service roles, such as {@link Principal#OPERATOR}
   */
  public String issue(DeviceId device, Set<String> roles, Duration lifetime) {
    Instant now = clock.instant();
    JWTClaimsSet.Builder claims =
        new JWTClaimsSet.Builder()
            .subject(device.user().id())
            .claim("device_id", device.id())
            .claim("tenant", device.user().tenant())
            .issueTime(Date.from(now))
            .expirationTime(Date.from(now.plus(lifetime)));
    if (!roles.isEmpty()) {
      claims.claim("roles", List.copyOf(roles));
    }
    if (settings.issuer() != null) {
      claims.issuer(settings.issuer());
    }
    if (settings.audience() != null) {
      claims.audience(settings.audience());
    }
    SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims.build());
    try {
      token.sign(signer);
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
    return token.serialize();
  }
}
