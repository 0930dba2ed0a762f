package org.viesti.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** A user of a tenant. Written as {@code tenant/user}. */
public record UserId(String tenant, String id) {
  public UserId {
    Ids.name(tenant, "tenant");
    Ids.name(id, "user id");
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static UserId parse(String key) {
    int slash = key.indexOf('/');
    return new UserId(key.substring(0, slash), key.substring(slash + 1));
  }

  @JsonValue
  public String key() {
    return tenant + "/" + id;
  }

  public Topic topic() {
    return new Topic(tenant, Topic.USERS + id);
  }

  @Override
  public String toString() {
    return key();
  }
}
