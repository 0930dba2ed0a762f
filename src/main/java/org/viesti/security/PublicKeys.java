package org.viesti.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.SignedJWT;
import com.typesafe.config.ConfigException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;

/**
 * An identity provider's public keys, kept in memory.
 *
 * <p>A token signed by a key we have is checked at once. The keys are fetched again when a token
 * names one we lack (the provider has a new one), and when they are old (it may have dropped one):
 * from half their age on beside the tokens, past it before them. All tokens that wait share one
 * fetch, and there is at most one per interval, so that forged key names cannot make us flood the
 * provider. While the provider does not answer, the keys we have stay good.
 */
final class PublicKeys implements SignatureCheck {
  private static final Logger LOG = LoggerFactory.getLogger(PublicKeys.class);

  private enum Verdict {
    GENUINE,
    FORGED,
    UNKNOWN_KEY
  }

  /**
   * @param reachable whether the last fetch succeeded
   */
  private record Known(List<KeySet.Key> keys, Instant fetched, boolean reachable) {
    Verdict judge(SignedJWT token) {
      String named = token.getHeader().getKeyID();
      boolean found = false;
      for (KeySet.Key key : keys) {
        if (named != null && key.id() != null && !named.equals(key.id())) {
          continue;
        }
        found |= named != null && named.equals(key.id());
        if (key.algorithm().equals(token.getHeader().getAlgorithm()) && verifies(token, key)) {
          return Verdict.GENUINE;
        }
      }
      return found ? Verdict.FORGED : Verdict.UNKNOWN_KEY;
    }

    private static boolean verifies(SignedJWT token, KeySet.Key key) {
      try {
        return token.verify(key.verifier());
      } catch (JOSEException e) {
        return false;
      }
    }
  }

  private final KeySet source;
  private final Duration maxAge;
  private final Duration minInterval;
  private final InstantSource clock;
  private final Object lock = new Object();
  private volatile Known known = new Known(List.of(), Instant.EPOCH, false);
  private volatile Instant nextFetch = Instant.MIN;
  private @Nullable CompletableFuture<Known> fetching;

  private PublicKeys(KeySet source, Duration maxAge, Duration minInterval, InstantSource clock) {
    this.source = source;
    this.maxAge = maxAge;
    this.minInterval = minInterval;
    this.clock = clock;
  }

  /**
   * Begins the first fetch. A file must be there already; a provider may come up later than we do.
   *
   * @throws ConfigException with a sentence for operators
   */
  static PublicKeys of(SecuritySettings settings, InstantSource clock) {
    KeySet source = KeySet.of(Objects.requireNonNull(settings.jwks()), settings.jwksTimeout());
    PublicKeys keys =
        new PublicKeys(source, settings.jwksMaxAge(), settings.jwksMinInterval(), clock);
    CompletableFuture<Known> first = keys.refresh();
    if (source.local() && first.join().keys().isEmpty()) {
      throw new ConfigException.BadValue(
          "viesti.auth.jwks", "cannot be read, or has no key for RS256 or ES256: " + source);
    }
    return keys;
  }

  @Override
  public CompletableFuture<SignedJWT> check(SignedJWT token) {
    JWSAlgorithm algorithm = token.getHeader().getAlgorithm();
    if (!KeySet.ALGORITHMS.contains(algorithm)) {
      return CompletableFuture.failedFuture(
          SignatureCheck.refusal("the token must be signed by RS256 or ES256, not " + algorithm));
    }
    Known now = known;
    Verdict verdict = now.judge(token);
    Duration age = Duration.between(now.fetched(), clock.instant());
    if (verdict == Verdict.UNKNOWN_KEY || age.compareTo(maxAge) > 0) {
      return refresh().thenCompose(fresh -> answer(fresh, fresh.judge(token), token));
    }
    if (age.compareTo(maxAge.dividedBy(2)) > 0) {
      refresh();
    }
    return answer(now, verdict, token);
  }

  private CompletableFuture<SignedJWT> answer(Known by, Verdict verdict, SignedJWT token) {
    return switch (verdict) {
      case GENUINE -> CompletableFuture.completedFuture(token);
      case FORGED ->
          CompletableFuture.failedFuture(SignatureCheck.refusal("the token's signature is wrong"));
      case UNKNOWN_KEY -> CompletableFuture.failedFuture(unknownKey(by));
    };
  }

  private Refused unknownKey(Known by) {
    long retryMs = Math.max(1, Duration.between(clock.instant(), nextFetch).toMillis());
    return new Refused(
        by.reachable()
            ? new Refusal(ErrorCode.UNAUTHENTICATED, "the token's key is not known", null, retryMs)
            : new Refusal(
                ErrorCode.UNAVAILABLE,
                "the keys to check the token with cannot be had right now",
                null,
                retryMs));
  }

  /**
   * The keys after the fetch under way or begun here; where it is too early for one, those we have.
   */
  private CompletableFuture<Known> refresh() {
    synchronized (lock) {
      if (fetching != null) {
        return fetching;
      }
      Instant now = clock.instant();
      if (now.isBefore(nextFetch)) {
        return CompletableFuture.completedFuture(known);
      }
      nextFetch = now.plus(minInterval);
      fetching =
          CompletableFuture.supplyAsync(
              this::fetch, task -> Thread.ofVirtual().name("viesti-jwks").start(task));
      return fetching;
    }
  }

  private Known fetch() {
    Known result = new Known(known.keys(), known.fetched(), false);
    try {
      result = new Known(source.read(), clock.instant(), true);
    } catch (Exception e) {
      LOG.warn("cannot read the public keys at {}: {}", source, e.toString());
    } finally {
      synchronized (lock) {
        known = result;
        fetching = null;
      }
    }
    return result;
  }
}
