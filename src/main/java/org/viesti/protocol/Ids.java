package org.viesti.protocol;

import java.util.regex.Pattern;

/** The characters an id may have. Every id is scoped by its tenant, which no client can choose. */
public final class Ids {
  private static final Pattern ROOM = Pattern.compile("[0-9A-Za-z_-]{1,64}");
  private static final Pattern NAME = Pattern.compile("[0-9A-Za-z._@|:=~-]{1,128}");

  private Ids() {}

  static String room(String id) {
    return check(ROOM, id, "room id", "1 to 64 of [0-9A-Za-z_-]");
  }

  /** Tenants, users and devices: whatever OpenID providers put in {@code sub}. */
  static String name(String id, String what) {
    return check(NAME, id, what, "1 to 128 of [0-9A-Za-z._@|:=~-]");
  }

  private static String check(Pattern pattern, String id, String what, String shape) {
    if (id == null || !pattern.matcher(id).matches()) {
      throw new Refused(ErrorCode.INVALID_ARGUMENT, what + " must be " + shape);
    }
    return id;
  }
}
