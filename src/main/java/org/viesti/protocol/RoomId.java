package org.viesti.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** A room of a tenant. Written as {@code tenant/room}. */
public record RoomId(String tenant, String id) {
  public RoomId {
    Ids.name(tenant, "tenant");
    Ids.room(id);
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static RoomId parse(String key) {
    int slash = key.indexOf('/');
    return new RoomId(key.substring(0, slash), key.substring(slash + 1));
  }

  @JsonValue
  public String key() {
    return tenant + "/" + id;
  }

  public Topic topic() {
    return new Topic(tenant, Topic.ROOMS + id);
  }

  /** The id of this room's message at a position: {@code room.position}. */
  public String messageId(long seq) {
    return id + "." + seq;
  }

  /** The position that a message id of this room names. */
  public long seqOf(String messageId) {
    String prefix = id + ".";
    if (messageId.startsWith(prefix)) {
      try {
        long seq = Long.parseLong(messageId.substring(prefix.length()));
        if (seq > 0) {
          return seq;
        }
      } catch (NumberFormatException e) {
        // falls through: it is no message id of this room
      }
    }
    throw new Refused(ErrorCode.INVALID_ARGUMENT, messageId + " is no message id of room " + id);
  }

  @Override
  public String toString() {
    return key();
  }
}
