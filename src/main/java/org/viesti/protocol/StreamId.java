package org.viesti.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.jspecify.annotations.Nullable;

/**
 * One partition of a tenant's topics that are no room's and no user's. Written as {@code
 * tenant/streams/3}, or {@code tenant/streams/telemetry/3} where a rule of retention has its own.
 *
 * @param rule null: the topics of no rule
 */
public record StreamId(String tenant, @Nullable String rule, int partition) implements LogId {
  private static final String STREAMS = "streams/";

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static StreamId parse(String key) {
    int at = key.indexOf('/' + STREAMS);
    String name = key.substring(at + 1 + STREAMS.length());
    int slash = name.indexOf('/');
    return new StreamId(
        key.substring(0, at),
        slash < 0 ? null : name.substring(0, slash),
        Integer.parseInt(name.substring(slash + 1)));
  }

  @JsonValue
  public String key() {
    return tenant + "/" + path();
  }

  /** Its name within the tenant: {@code streams/3}. */
  @Override
  public String path() {
    return rule == null ? STREAMS + partition : STREAMS + rule + "/" + partition;
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
