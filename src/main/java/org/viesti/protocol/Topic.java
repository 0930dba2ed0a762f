package org.viesti.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The address of one log within a tenant, such as {@code rooms/general}. */
public record Topic(String tenant, String path) implements LogId {
  public static final String ROOMS = "rooms/";
  public static final String USERS = "users/";
  public static final String DEVICES = "devices/";

  /** A client names topics by path alone: its tenant is its own. */
  public static Topic of(String tenant, String path) {
    if (path != null && path.startsWith(ROOMS)) {
      return new RoomId(tenant, path.substring(ROOMS.length())).topic();
    }
    if (path != null && path.startsWith(USERS)) {
      return new UserId(tenant, path.substring(USERS.length())).topic();
    }
    throw new Refused(ErrorCode.INVALID_ARGUMENT, "topic must be rooms/{room} or users/{user}");
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Topic parse(String key) {
    int slash = key.indexOf('/');
    return new Topic(key.substring(0, slash), key.substring(slash + 1));
  }

  @JsonValue
  public String key() {
    return tenant + "/" + path;
  }

  public boolean isRoom() {
    return isRoom(path);
  }

  /** Whether a path can be none but a room's. */
  public static boolean isRoom(String path) {
    return path.startsWith(ROOMS);
  }

  public RoomId room() {
    return new RoomId(tenant, path.substring(ROOMS.length()));
  }

  @Override
  public String toString() {
    return key();
  }
}
