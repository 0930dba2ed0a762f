package org.viesti.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** One device of a user. Written as {@code tenant/user/device}. */
public record DeviceId(UserId user, String id) {
  public DeviceId {
    Ids.name(id, "device id");
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static DeviceId parse(String key) {
    int slash = key.lastIndexOf('/');
    return new DeviceId(UserId.parse(key.substring(0, slash)), key.substring(slash + 1));
  }

  /** Of the device's own log. */
  public Topic topic() {
    return new Topic(user.tenant(), Topic.DEVICES + user.id() + "/" + id);
  }

  /** The device that has this log. */
  public static DeviceId of(Topic topic) {
    return parse(topic.tenant() + "/" + topic.path().substring(Topic.DEVICES.length()));
  }

  @JsonValue
  public String key() {
    return user.key() + "/" + id;
  }

  @Override
  public String toString() {
    return key();
  }
}
