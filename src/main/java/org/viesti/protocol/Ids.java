package org.viesti.protocol;

/**
 * The characters an id may have. Every id is scoped by its tenant, which no client can choose.
 *
 * <p>Ids are checked wherever they are read, many times for each message: by hand, because a
 * regular expression takes ten times as long.
 */
final class Ids {
  private static final int ROOM_LENGTH = 64;
  private static final int NAME_LENGTH = 128;

  private Ids() {}

  static String room(String id) {
    if (!isMadeOf(id, ROOM_LENGTH, "_-")) {
      throw new Refused(ErrorCode.INVALID_ARGUMENT, "room id must be 1 to 64 of [0-9A-Za-z_-]");
    }
    return id;
  }

  /** Tenants, users and devices: whatever OpenID providers put in {@code sub}. */
  static String name(String id, String what) {
    if (!isMadeOf(id, NAME_LENGTH, "._@|:=~-")) {
      throw new Refused(
          ErrorCode.INVALID_ARGUMENT, what + " must be 1 to 128 of [0-9A-Za-z._@|:=~-]");
    }
    return id;
  }

  private static boolean isMadeOf(String id, int most, String others) {
    if (id == null || id.isEmpty() || id.length() > most) {
      return false;
    }
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      boolean plain = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z';
      if (!plain && others.indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }
}
