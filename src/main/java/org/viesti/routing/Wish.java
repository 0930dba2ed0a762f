package org.viesti.routing;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Which posts of a room a user wants to be pushed to it. Sent and stored by its {@link #label}. */
public enum Wish {
  /** None: no device of it can be pushed to, or it does not want to hear of the room. */
  NONE,
  /** Those that mention it. */
  MENTIONS,
  /** All in a small room, those that mention it in a large one. */
  DEFAULT,
  /** All, however large the room. */
  ALL;

  public static Wish of(@Nullable String label) {
    for (Wish wish : values()) {
      if (wish.label().equals(label)) {
        return wish;
      }
    }
    return NONE;
  }

  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether a post is among them. */
  public boolean covers(boolean mentioned, boolean inLargeRoom) {
    return switch (this) {
      case NONE -> false;
      case MENTIONS -> mentioned;
      case DEFAULT -> mentioned || !inLargeRoom;
      case ALL -> true;
    };
  }
}
