package org.viesti.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message on a topic that is no room's and no user's: what an MQTT PUBLISH carries.
 *
 * @param tenant whose tree the topic is in
 * @param path of the topic; see {@link #checkTopic}
 * @param payload bytes that nobody here looks into; not to be changed
 * @param qos 0 at most once, 1 at least once, 2 exactly once; as published
 * @param retain the topic's last message is to be kept for those who subscribe later
 * @param at milliseconds since 1970, by the clock of the node that took it
 * @param expiresAt milliseconds since 1970: from then on it is not delivered; 0: never
 * @param publisher whose stream it came from, for those who do not want their own; null: the
 *     cluster's
 */
public record Publication(
    String tenant,
    String path,
    byte[] payload,
    int qos,
    boolean retain,
    long at,
    long expiresAt,
    @Nullable String publisher,
    @Nullable Properties properties) {
  private static final byte[] NOTHING = {};

  /** What is stored leaves out what is empty. */
  public Publication {
    payload = payload == null ? NOTHING : payload;
  }

  /** Longest topic or filter, in bytes of UTF-8: MQTT 5.0 §1.5.4. */
  public static final int MAX_TEXT = 65_535;

  /**
   * What goes with a payload (MQTT 5.0 §3.3.2.3), passed on as it came.
   *
   * @param utf8 the payload is said to be text
   * @param correlation for the requester, with {@code responseTopic}
   * @param user in the order they came; names may repeat
   */
  public record Properties(
      boolean utf8,
      @Nullable String contentType,
      @Nullable String responseTopic,
      byte @Nullable [] correlation,
      @JsonInclude(JsonInclude.Include.ALWAYS) List<Pair> user) {}

  /** A user property. */
  public record Pair(String name, String value) {}

  /** As it would be if it were published at that time. */
  public Publication at(long time) {
    return new Publication(
        tenant,
        path,
        payload,
        qos,
        retain,
        time,
        expiresAt == 0 ? 0 : time + expiresAt - at,
        publisher,
        properties);
  }

  /** Whether its time is over. */
  public boolean isExpired(long now) {
    return expiresAt != 0 && now >= expiresAt;
  }

  /** About how many bytes it takes in a delivery. */
  public int size() {
    return 40 + path.length() + payload.length;
  }

  /** Refuses with INVALID_ARGUMENT what cannot be published to: MQTT 5.0 §4.7. */
  public static String checkTopic(String path) {
    checkText(path, "topic");
    if (path.isEmpty() || path.indexOf('+') >= 0 || path.indexOf('#') >= 0) {
      throw new Refused(
          ErrorCode.INVALID_ARGUMENT, "a topic must not be empty, and has neither + nor #");
    }
    return path;
  }

  static void checkText(String text, String what) {
    if (text == null || text.indexOf('\0') >= 0) {
      throw new Refused(ErrorCode.INVALID_ARGUMENT, "a " + what + " must have no U+0000");
    }
    if (text.length() > MAX_TEXT / 3 && text.getBytes(StandardCharsets.UTF_8).length > MAX_TEXT) {
      throw new Refused(
          ErrorCode.INVALID_ARGUMENT, "a " + what + " has at most " + MAX_TEXT + " bytes of UTF-8");
    }
  }
}
