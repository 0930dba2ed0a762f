package org.viesti.edge;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.viesti.device.Devices;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;
import org.viesti.security.Authenticator;
import org.viesti.security.Principal;

/**
 * Who is calling: the bearer of a token whose device was not revoked. A call has no stream that a
 * revocation could close, so its device is asked about, though not again within a few seconds.
 */
public final class Callers {
  private static final String SCHEME = "bearer ";

  /** Devices remembered as in order; beyond, all are asked about anew. */
  private static final int REMEMBERED_AT_MOST = 10_000;

  private final Authenticator authenticator;
  private final Devices devices;
  private final long trustNanos;
  private final LongSupplier nanoTime;
  private final ConcurrentHashMap<DeviceId, Long> trustedUntil = new ConcurrentHashMap<>();

  /**
   * @param trust how long a device once found in order is not asked about again
   * @param nanoTime {@link System#nanoTime}, or a test's clock
   */
  public Callers(
      Authenticator authenticator, Devices devices, Duration trust, LongSupplier nanoTime) {
    this.authenticator = authenticator;
    this.devices = devices;
    this.trustNanos = trust.toNanos();
    this.nanoTime = nanoTime;
  }

  /** The caller with this {@code Authorization} header, or null without one. */
  public CompletionStage<Principal> of(@Nullable String authorization) {
    return bearer(token(authorization)).thenCompose(this::inOrder);
  }

  /** The bearer of a token, for a stream: its connection sees to revocation by itself. */
  public CompletionStage<Principal> bearer(@Nullable String token) {
    return token == null
        ? CompletableFuture.failedFuture(
            new Refused(ErrorCode.UNAUTHENTICATED, "send the header Authorization: Bearer {token}"))
        : authenticator.authenticate(token);
  }

  /** The token of an {@code Authorization} header; null if it holds none. */
  public static @Nullable String token(@Nullable String authorization) {
    return authorization != null && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        ? authorization.substring(SCHEME.length()).strip()
        : null;
  }

  /** From now on the device is asked about again. */
  void forget(DeviceId device) {
    trustedUntil.remove(device);
  }

  private CompletionStage<Principal> inOrder(Principal principal) {
    DeviceId device = principal.deviceId();
    Long until = trustedUntil.get(device);
    if (until != null && nanoTime.getAsLong() - until < 0) {
      return CompletableFuture.completedFuture(principal);
    }
    return devices
        .get(device)
        .thenApply(
            outbox -> {
              if (outbox.revoked()) {
                throw new Refused(ErrorCode.DEVICE_REVOKED, "this device was revoked");
              }
              trust(device);
              return principal;
            });
  }

  private void trust(DeviceId device) {
    if (trustedUntil.size() >= REMEMBERED_AT_MOST) {
      trustedUntil.clear();
    }
    trustedUntil.put(device, nanoTime.getAsLong() + trustNanos);
  }
}
