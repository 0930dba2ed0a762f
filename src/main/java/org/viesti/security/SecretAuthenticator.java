package org.viesti.security;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;

/** Lets devices in by their secrets, and slows down whoever tries them out. */
public final class SecretAuthenticator {
  private static final Logger LOG = LoggerFactory.getLogger(SecretAuthenticator.class);
  private static final Counter WRONG = Metrics.counter("viesti.admit.wrong-secrets");

  private final Function<DeviceId, CompletionStage<Optional<String>>> fingerprints;
  private final Guesses guesses;

  /**
   * @param fingerprints {@link DeviceSecrets#fingerprint(DeviceId)}
   */
  public SecretAuthenticator(
      Function<DeviceId, CompletionStage<Optional<String>>> fingerprints,
      SecuritySettings settings,
      InstantSource clock) {
    this.fingerprints = fingerprints;
    this.guesses = new Guesses(settings.wrongSecrets(), settings.wrongSecretsWithin(), clock);
  }

  /** Whether it may be a secret; else it may be a token. */
  public static boolean isOne(String password) {
    return password.startsWith(DeviceSecrets.PREFIX);
  }

  /**
   * Fails with {@link Refused}: UNAUTHENTICATED for a wrong secret, and alike where there is no
   * such device; RATE_LIMITED after too many.
   *
   * @param address where it comes from
   */
  public CompletionStage<Principal> authenticate(DeviceId device, String secret, String address) {
    long waitMs = guesses.tries(device, address);
    if (waitMs > 0) {
      LOG.debug("admit: too many wrong secrets for {} from {}", device, address);
      return CompletableFuture.failedFuture(
          new Refused(
              new Refusal(
                  ErrorCode.RATE_LIMITED,
                  "too many wrong secrets; viesti.auth.wrong-secrets",
                  "viesti.auth.wrong-secrets",
                  waitMs)));
    }
    String fingerprint = DeviceSecrets.fingerprint(device, secret);
    return fingerprints
        .apply(device)
        .whenComplete(
            (kept, failure) -> {
              if (failure != null || isSame(kept, fingerprint)) {
                guesses.forgive(device, address);
              }
            })
        .thenApply(
            kept -> {
              if (!isSame(kept, fingerprint)) {
                WRONG.increment();
                LOG.debug("admit: a wrong secret for {} from {}", device, address);
                throw wrong();
              }
              return new Principal(
                  device.user(),
                  device.id(),
                  Set.of(),
                  Principal.NEVER,
                  new Principal.Proof(fingerprint, null));
            });
  }

  /** What is said of a secret that is not the device's. */
  public static Refused wrong() {
    return new Refused(ErrorCode.UNAUTHENTICATED, "the user, the client id or the secret is wrong");
  }

  /** Whether the secret that let it in is still the device's. */
  public CompletionStage<Boolean> isStillGood(Principal principal) {
    String shown = principal.proof().secret();
    return shown == null
        ? CompletableFuture.completedFuture(true)
        : fingerprints.apply(principal.deviceId()).thenApply(kept -> isSame(kept, shown));
  }

  /** In a time that tells nothing of how much of it is right. */
  private static boolean isSame(Optional<String> kept, String shown) {
    return kept.isPresent()
        && MessageDigest.isEqual(
            kept.get().getBytes(StandardCharsets.US_ASCII),
            shown.getBytes(StandardCharsets.US_ASCII));
  }
}
