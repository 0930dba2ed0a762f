package org.viesti.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * One partition of a tenant's topics that are no room's and no user's. Written as {@code
 * tenant/streams/3}.
 */
public record StreamId(String tenant, int partition) implements LogId {
  private static final String STREAMS = "streams/";

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static StreamId parse(String key) {
    int at = key.indexOf('/' + STREAMS);
    return new StreamId(
        key.substring(0, at), Integer.parseInt(key.substring(at + 1 + STREAMS.length())));
  }

  @JsonValue
  public String key() {
    return tenant + "/" + path();
  }

  /** Its name within the tenant: {@code streams/3}. */
  @Override
  public String path() {
    return STREAMS + partition;
  }

  /** Whether it is the name of a stream. */
  public static boolean isPath(String path) {
    return path.startsWith(STREAMS);
  }

  @Override
  public String toString() {
    return key();
  }
}
