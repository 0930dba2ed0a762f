package org.viesti.security;

import java.time.Instant;
import java.util.Set;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.UserId;

/**
 * Who a token speaks for.
 *
 * @param roles service roles of the token, such as {@code operator}; room roles are the room's
 * @param expires from then on the token opens nothing, and closes what it opened
 */
public record Principal(UserId user, String device, Set<String> roles, Instant expires) {
  public Principal {
    expires = expires.isAfter(NEVER) ? NEVER : expires;
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
}
