package org.viesti.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.jspecify.annotations.Nullable;

/**
 * Which topics a subscription is for, as MQTT 5.0 §4.7 has it: levels between slashes, {@code +}
 * for any one of them, {@code #} at the end for whatever follows. {@code $share/group/filter} is
 * shared: each message goes to one member of the group (§4.8.2).
 *
 * @param text as the client wrote it
 * @param share the group; null: not shared
 * @param path what is matched, without the group
 */
public record TopicFilter(String text, @Nullable String share, String path) {
  private static final String SHARE = "$share/";

  /** Reads a filter; refuses with INVALID_ARGUMENT what is none. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static TopicFilter parse(String text) {
    Publication.checkText(text, "topic filter");
    if (!text.startsWith(SHARE)) {
      return new TopicFilter(text, null, checked(text));
    }
    int slash = text.indexOf('/', SHARE.length());
    String share = slash < 0 ? "" : text.substring(SHARE.length(), slash);
    if (share.isEmpty() || share.indexOf('+') >= 0 || share.indexOf('#') >= 0) {
      throw new Refused(
          ErrorCode.INVALID_ARGUMENT,
          "a shared filter is $share/{group}/{filter}, its group without + and #");
    }
    return new TopicFilter(text, share, checked(text.substring(slash + 1)));
  }

  private static String checked(String path) {
    if (path.isEmpty()) {
      throw new Refused(ErrorCode.INVALID_ARGUMENT, "a topic filter must not be empty");
    }
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      boolean alone =
          (i == 0 || path.charAt(i - 1) == '/')
              && (i + 1 == path.length() || path.charAt(i + 1) == '/');
      if ((c == '+' && !alone) || (c == '#' && !(alone && i + 1 == path.length()))) {
        throw new Refused(
            ErrorCode.INVALID_ARGUMENT,
            "in a topic filter + fills a level, and # the last one: " + path);
      }
    }
    return path;
  }

  /** Whether it names one topic. */
  public boolean isExact() {
    return path.indexOf('+') < 0 && path.indexOf('#') < 0;
  }

  /** Whether a topic may be one of both's; never false where there is one. */
  public boolean overlaps(TopicFilter other) {
    String[] own = path.split("/", -1);
    String[] its = other.path.split("/", -1);
    for (int i = 0; i < own.length && i < its.length; i++) {
      if (own[i].equals("#") || its[i].equals("#")) {
        return true;
      }
      if (!own[i].equals("+") && !its[i].equals("+") && !own[i].equals(its[i])) {
        return false;
      }
    }
    return own.length == its.length
        || (own.length == its.length + 1 && own[its.length].equals("#"))
        || (its.length == own.length + 1 && its[own.length].equals("#"));
  }

  /** Whether a topic is one of its topics; a wildcard at the front has no part in {@code $}. */
  public boolean matches(String topic) {
    if (topic.startsWith("$") && !path.startsWith("$")) {
      return false;
    }
    int f = 0;
    int t = 0;
    while (f < path.length()) {
      char c = path.charAt(f);
      if (c == '#') {
        return true;
      }
      if (c == '+') {
        while (t < topic.length() && topic.charAt(t) != '/') {
          t++;
        }
        f++;
      } else if (t < topic.length() && topic.charAt(t) == c) {
        t++;
        f++;
      } else {
        // "a/#" is also for "a".
        return t == topic.length() && path.startsWith("/#", f) && f + 2 == path.length();
      }
    }
    return t == topic.length();
  }

  @JsonValue
  @Override
  public String toString() {
    return text;
  }
}
