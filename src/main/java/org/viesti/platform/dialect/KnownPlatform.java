package org.viesti.platform.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.viesti.platform.Platform;

/**
 * A platform that may be used, with its schemas ready for use.
 *
 * @param persistent whether it tells things unasked
 * @param types its verbs, after {@code credentials} if it has such
 * @param credentials null: it has none
 * @param responses null: whatever it tells will do
 */
record KnownPlatform(
    String id,
    boolean persistent,
    List<String> types,
    Rules messages,
    @Nullable Rules credentials,
    @Nullable Rules responses) {

  static KnownPlatform of(Platform.Description description) {
    return new KnownPlatform(
        description.id(),
        description.persistent(),
        types(description),
        Rules.of(description.messages()),
        rules(description.credentials()),
        rules(description.responses()));
  }

  static List<String> types(Platform.Description description) {
    List<String> types = new ArrayList<>();
    if (description.credentials() != null) {
      types.add("credentials");
    }
    for (JsonNode verb : description.messages().at("/properties/type/enum")) {
      types.add(verb.asText());
    }
    return List.copyOf(types);
  }

  private static @Nullable Rules rules(@Nullable JsonNode schema) {
    return schema == null ? null : Rules.of(schema);
  }

  /** Whether an event may be of this type; only one that brings credentials is of theirs. */
  boolean has(String type, boolean credentials) {
    return types.contains(type) && credentials == type.equals("credentials");
  }

  /** Refuses a verb that it has not. */
  void checkVerb(String type, boolean credentials) throws NotAccepted {
    if (!has(type, credentials)) {
      throw new NotAccepted(
          "platform type %s not supported by %s platform. (types: %s)"
              .formatted(type, id, String.join(", ", types)));
    }
  }

  /** A mistake of a message for it, in words for the client. */
  NotAccepted mistaken(Mistake mistake) {
    return new NotAccepted("[" + id + "] " + mistake);
  }
}
