package org.viesti.platform.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The types that an actor, target or object may be of, in one place of a message. What each must
 * have is in the resource {@code object-types.json}.
 */
final class ObjectTypes {
  private static final Map<String, Rules> ALL = load();

  private final Map<String, Rules> allowed = new HashMap<>();
  private final String names;
  private boolean asksForType;

  private ObjectTypes(List<String> named) {
    named.forEach(type -> allowed.put(type, rulesOf(type)));
    names = String.join(", ", named);
  }

  static ObjectTypes of(String... named) {
    return new ObjectTypes(List.of(named));
  }

  /** Allows a type more, which refusals do not name. */
  ObjectTypes andUnnamed(String type) {
    allowed.put(type, rulesOf(type));
    return this;
  }

  /** Says that a part has no type, rather than which types there are. */
  ObjectTypes askingForType() {
    asksForType = true;
    return this;
  }

  /** What a part of such a type must have; null: it is of none of the types. */
  @Nullable Rules rulesFor(JsonNode part) {
    JsonNode type = part.path("type");
    return type.isTextual() ? allowed.get(type.textValue()) : null;
  }

  /** That a part is of none of the types. */
  Mistake mismatch(String key, JsonNode part) {
    return asksForType && part.isObject() && !part.has("type")
        ? Mistake.at(key, "must have required property 'type'")
        : Mistake.at(key, Rules.ONE_OF + ": " + names);
  }

  private static Rules rulesOf(String type) {
    Rules rules = ALL.get(type);
    if (rules == null) {
      throw new IllegalArgumentException(type);
    }
    return rules;
  }

  private static Map<String, Rules> load() {
    try (InputStream file = ObjectTypes.class.getResourceAsStream("object-types.json")) {
      if (file == null) {
        throw new FileNotFoundException("object-types.json");
      }
      Map<String, Rules> all = new HashMap<>();
      for (JsonNode entry : JsonMapper.builder().build().readTree(file)) {
        Rules rules = Rules.of(entry.required("schema"));
        entry.required("types").forEach(type -> all.put(type.asText(), rules));
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
