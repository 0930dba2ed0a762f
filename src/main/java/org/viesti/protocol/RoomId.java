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

  @Override
  public String toString() {
    return key();
  }
}
