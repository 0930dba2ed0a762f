package org.viesti.room;

import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;

/** A member's role, from least to most. */
public enum Role {
  GUEST,
  MEMBER,
  MODERATOR,
  ADMIN,
  OWNER;

  public static Role parse(String name) {
    for (Role role : values()) {
      if (role.label().equals(name)) {
        return role;
      }
    }
    throw new Refused(
        ErrorCode.INVALID_ARGUMENT, "role must be owner, admin, moderator, member or guest");
  }

  /** As it is stored and sent. */
  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  boolean outranks(Role other) {
    return compareTo(other) > 0;
  }
}
