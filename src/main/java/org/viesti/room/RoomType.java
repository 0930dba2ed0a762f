package org.viesti.room;

import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;

/** What kind of conversation a room is. */
public enum RoomType {
  /** Two people; nobody comes in. */
  DIRECT,
  /** Everyone talks. */
  GROUP,
  /** Moderators and above talk, the rest listen and react; no typing, presence or receipts. */
  CHANNEL,
  /** A conversation with a program. */
  BOT;

  public static RoomType parse(String name) {
    for (RoomType type : values()) {
      if (type.label().equals(name)) {
        return type;
      }
    }
    throw new Refused(
        ErrorCode.INVALID_ARGUMENT, "room type must be direct, group, channel or bot");
  }

  /** As it is stored and sent. */
  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
