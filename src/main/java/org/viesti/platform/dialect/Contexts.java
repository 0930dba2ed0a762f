package org.viesti.platform.dialect;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.jspecify.annotations.Nullable;

/** The names of {@code @context} in the newest dialect. */
final class Contexts {
  static final String ACTIVITY_STREAMS = "https://www.w3.org/ns/activitystreams";
  static final String SOCKETHUB = "https://sockethub.org/ns/context/v1.jsonld";
  private static final String PLATFORM = "https://sockethub.org/ns/context/platform/";
  private static final String VERSION = "/v1.jsonld";

  private Contexts() {}

  /** All that an activity of a platform bears, in order. */
  static ArrayNode of(String platform) {
    return JsonNodeFactory.instance
        .arrayNode(3)
        .add(ACTIVITY_STREAMS)
        .add(SOCKETHUB)
        .add(urlOf(platform));
  }

  static String urlOf(String platform) {
    return PLATFORM + platform + VERSION;
  }

  /** The platform that a URL names, known or not; null: it names none. */
  static @Nullable String platformOf(String url) {
    return url.startsWith(PLATFORM) && url.endsWith(VERSION)
        ? url.substring(
            PLATFORM.length(), Math.max(PLATFORM.length(), url.length() - VERSION.length()))
        : null;
  }

  static boolean isBase(String url) {
    return url.equals(ACTIVITY_STREAMS) || url.equals(SOCKETHUB);
  }
}
