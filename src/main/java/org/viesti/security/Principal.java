package org.viesti.security;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.UserId;

/**
 * Who a token, a device's secret or a certificate speaks for.
 *
 * @param roles service roles of the token, such as {@code operator}; room roles are the room's
 * @param expires from then on what it showed opens nothing, and closes what it opened
 */
public record Principal(
    UserId user, String device, Set<String> roles, Instant expires, Proof proof) {
  public Principal {
    expires = expires.isAfter(NEVER) ? NEVER : expires;
  }

  /** Whom a token speaks for. */
  public Principal(UserId user, String device, Set<String> roles, Instant expires) {
    this(user, device, roles, expires, Proof.OF_A_TOKEN);
  }

  /**
   * What it showed besides a token.
   *
   * @param secret the fingerprint of its device's secret, if it was let in by that
   * @param commonName of its certificate, if it has one
   * @param ofTheNode nothing: it is no client, but a part of the node
   */
  public record Proof(@Nullable String secret, @Nullable String commonName, boolean ofTheNode) {
    static final Proof OF_A_TOKEN = new Proof(null, null);

    public Proof(@Nullable String secret, @Nullable String commonName) {
      this(secret, commonName, false);
    }
  }

  /**
   * A part of the node that is a device to the rest of it: whoever configured it said its rights.
   */
  public static Principal ofTheNode(UserId user, String device) {
    return new Principal(user, device, Set.of(), NEVER, new Proof(null, null, true));
  }

  /** May do anything in its tenant: support staff and other services. */
  public static final String OPERATOR = "operator";

  /** The last moment that can be counted in milliseconds. */
  public static final Instant NEVER = Instant.ofEpochMilli(Long.MAX_VALUE);

  public DeviceId deviceId() {
    return new DeviceId(user, device);
  }

  public boolean isOperator() {
    return roles.contains(OPERATOR);
  }

  /** It was let in by its device's secret. */
  public boolean isBySecret() {
    return proof.secret() != null;
  }
}
