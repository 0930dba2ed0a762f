package org.viesti.security;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;
import org.viesti.protocol.UserId;

/**
 * Believes JSON Web Tokens (RFC 7519). Claims: {@code sub} the user, {@code exp}; optional {@code
 * device_id}, {@code tenant}, {@code roles} (a list, or a string with spaces or commas), {@code
 * nbf}; {@code iss} and {@code aud} where they are configured.
 *
 * <p>The answer is there at once, on the caller's thread, unless a public key must be fetched.
 */
public final class TokenAuthenticator implements Authenticator {
  /** Characters; a token must fit into a header line, and servers commonly take 8 kB of those. */
  private static final int MAX_LENGTH = 8192;

  private static final String DEFAULT_DEVICE = "default";

  private final SecuritySettings settings;
  private final SignatureCheck signatures;
  private final InstantSource clock;

  private TokenAuthenticator(
      SecuritySettings settings, SignatureCheck signatures, InstantSource clock) {
    this.settings = settings;
    this.signatures = signatures;
    this.clock = clock;
  }

  /**
   * Reads, and if need be makes, the key that the settings name.
   *
   * @throws com.typesafe.config.ConfigException with a sentence for operators
   * @throws DevelopmentKey.Unusable likewise
   */
  public static TokenAuthenticator of(SecuritySettings settings, InstantSource clock) {
    return new TokenAuthenticator(settings, SignatureCheck.of(settings, clock), clock);
  }

  @Override
  public CompletionStage<Principal> authenticate(String token) {
    try {
      return signatures.check(parse(token)).thenApply(this::principal);
    } catch (Refused refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }

  private static SignedJWT parse(String token) {
    if (token.isBlank()) {
      throw SignatureCheck.refusal("a token is needed");
    }
    if (token.length() > MAX_LENGTH) {
      throw SignatureCheck.refusal("the token is longer than " + MAX_LENGTH + " characters");
    }
    try {
      return SignedJWT.parse(token);
    } catch (ParseException | IllegalArgumentException e) {
      throw SignatureCheck.refusal("the token is no signed JWT");
    }
  }

  private Principal principal(SignedJWT token) {
    try {
      JWTClaimsSet claims = token.getJWTClaimsSet();
      Instant expires = checkTime(claims);
      checkParties(claims);
      String user = claims.getSubject();
      if (user == null) {
        throw SignatureCheck.refusal("the token has no sub");
      }
      DeviceId device =
          device(
              or(claims.getStringClaim("tenant"), settings.tenant()),
              user,
              or(claims.getStringClaim("device_id"), DEFAULT_DEVICE));
      return new Principal(device.user(), device.id(), roles(claims.getClaim("roles")), expires);
    } catch (ParseException e) {
      throw SignatureCheck.refusal("a claim of the token has the wrong type: " + e.getMessage());
    }
  }

  /**
   * When the token's time is over by our clock: later than it says by the skew, or one admitted
   * late would be cut off at once.
   */
  private Instant checkTime(JWTClaimsSet claims) {
    Instant now = clock.instant();
    Date exp = claims.getExpirationTime();
    if (exp == null) {
      throw SignatureCheck.refusal("the token has no exp");
    }
    Instant expires = exp.toInstant().plus(settings.clockSkew());
    if (!now.isBefore(expires)) {
      throw new Refused(ErrorCode.TOKEN_EXPIRED, "the token's time was over at " + exp.toInstant());
    }
    Date nbf = claims.getNotBeforeTime();
    if (nbf != null && now.plus(settings.clockSkew()).isBefore(nbf.toInstant())) {
      throw SignatureCheck.refusal("the token is not valid before " + nbf.toInstant());
    }
    return expires;
  }

  private void checkParties(JWTClaimsSet claims) {
    if (settings.issuer() != null && !settings.issuer().equals(claims.getIssuer())) {
      throw SignatureCheck.refusal("the token's iss must be " + settings.issuer());
    }
    if (settings.audience() != null && !claims.getAudience().contains(settings.audience())) {
      throw SignatureCheck.refusal("the token's aud must contain " + settings.audience());
    }
  }

  private static DeviceId device(String tenant, String user, String device) {
    try {
      return new DeviceId(new UserId(tenant, user), device);
    } catch (Refused e) {
      throw SignatureCheck.refusal("of the token's claims, the " + e.refusal().detail());
    }
  }

  private static Set<String> roles(@Nullable Object claim) {
    Collection<?> roles =
        switch (claim) {
          case null -> Set.of();
          case String list -> Arrays.asList(list.strip().split("[ ,]+"));
          case Collection<?> list -> list;
          default -> throw SignatureCheck.refusal("the token's roles must be a list or a string");
        };
    return roles.stream()
        .map(String::valueOf)
        .filter(role -> !role.isEmpty())
        .collect(Collectors.toUnmodifiableSet());
  }

  private static String or(@Nullable String claim, String otherwise) {
    return claim == null ? otherwise : claim;
  }
}
