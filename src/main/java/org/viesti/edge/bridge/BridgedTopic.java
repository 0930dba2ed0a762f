package org.viesti.edge.bridge;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.Refused;
import org.viesti.protocol.TopicFilter;

/**
 * What goes over a bridge, and what it is called on each side, in Mosquitto's words: {@code pattern
 * [direction [qos [local-prefix [remote-prefix]]]]}. The filter of a side is its prefix and the
 * pattern; a topic that goes over has the one prefix taken off and the other put on.
 *
 * @param in the remote broker's messages are taken
 * @param out ours are given
 * @param qos at most; what comes at a lower one goes on at that
 */
public record BridgedTopic(
    String pattern, boolean in, boolean out, int qos, String localPrefix, String remotePrefix) {
  private static final String EMPTY = "\"\"";

  /** Throws {@link IllegalArgumentException} with a sentence that says what is wrong. */
  static BridgedTopic parse(String text) {
    List<String> words = List.of(text.trim().split("\\s+"));
    String direction = word(words, 1, "out").toLowerCase(Locale.ROOT);
    String qos = word(words, 2, "0");
    if (words.size() > 5
        || !List.of("in", "out", "both").contains(direction)
        || !List.of("0", "1").contains(qos)) {
      throw new IllegalArgumentException(
          "\""
              + text
              + "\" is none: write a pattern, in, out or both, QoS 0 or 1, the local prefix and the"
              + " remote one; \"\" is an empty one");
    }
    BridgedTopic topic =
        new BridgedTopic(
            word(words, 0, ""),
            !direction.equals("out"),
            !direction.equals("in"),
            Integer.parseInt(qos),
            word(words, 3, ""),
            word(words, 4, ""));
    topic.check(text);
    return topic;
  }

  private static String word(List<String> words, int place, String otherwise) {
    String word = place < words.size() ? words.get(place) : otherwise;
    return word.equals(EMPTY) ? "" : word;
  }

  private void check(String text) {
    if ((localPrefix + remotePrefix).matches(".*[+#].*")) {
      throw new IllegalArgumentException("\"" + text + "\": a prefix has neither + nor #");
    }
    try {
      for (TopicFilter filter : List.of(local(), remote())) {
        if (filter.share() != null) {
          throw new IllegalArgumentException("\"" + text + "\": shared filters are not bridged");
        }
      }
    } catch (Refused refused) {
      throw new IllegalArgumentException(
          "\"" + text + "\": " + refused.refusal().detail(), refused);
    }
    if (out && local().path().startsWith("$")) {
      throw new IllegalArgumentException("\"" + text + "\": topics with $ stay here");
    }
  }

  /** What is subscribed to here. */
  TopicFilter local() {
    return TopicFilter.parse(localPrefix + pattern);
  }

  /** What is subscribed to there. */
  TopicFilter remote() {
    return TopicFilter.parse(remotePrefix + pattern);
  }

  /** What a topic of ours is called there; null: it does not go there by this. */
  @Nullable String toRemote(String topic) {
    return out ? mapped(topic, local(), localPrefix, remotePrefix) : null;
  }

  /** What a topic of theirs is called here; null: it does not come here by this. */
  @Nullable String toLocal(String topic) {
    return in ? mapped(topic, remote(), remotePrefix, localPrefix) : null;
  }

  /** A filter {@code a/#} is also for {@code a}, which has no prefix {@code a/} to take off. */
  private static @Nullable String mapped(String topic, TopicFilter filter, String from, String to) {
    return topic.startsWith(from) && filter.matches(topic)
        ? to + topic.substring(from.length())
        : null;
  }
}
