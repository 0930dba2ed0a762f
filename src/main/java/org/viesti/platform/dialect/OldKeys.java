package org.viesti.platform.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Set;

/** Keys and verbs of the oldest dialect, and what they are called inside. */
final class OldKeys {
  private static final Map<String, String> INNER =
      Map.of("@id", "id", "@type", "type", "displayName", "name");
  private static final Map<String, String> OUTER =
      Map.of("id", "@id", "type", "@type", "name", "displayName");

  /** What is ActivityStreams itself; other objects are somebody's data. */
  private static final Set<String> PARTS = Set.of("actor", "target", "object", "subject", "items");

  private OldKeys() {}

  static ObjectNode inner(ObjectNode outer) {
    ObjectNode inner = renamed(outer, INNER);
    moveText(inner, "topic", "content");
    return withVerb(inner, "type", "observe", "query");
  }

  static ObjectNode outer(ObjectNode inner) {
    ObjectNode outer = renamed(inner, OUTER);
    moveText(outer, "content", "topic");
    return withVerb(outer, "@type", "query", "observe");
  }

  /** A mistake in the words of the dialect. */
  static String outer(Mistake mistake, String separator) {
    return mistake.place().replaceFirst("/(id|type)$", "/@$1")
        + separator
        + mistake.message().replaceFirst("'(id|type)'", "'@$1'");
  }

  private static ObjectNode renamed(ObjectNode node, Map<String, String> names) {
    ObjectNode renamed = Wire.object();
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      String key = names.getOrDefault(entry.getKey(), entry.getKey());
      boolean plain = key.equals(entry.getKey());
      if (plain && renamed.has(key)) {
        continue;
      }
      JsonNode value = entry.getValue();
      renamed.set(key, PARTS.contains(key) ? renamed(value, names) : value);
    }
    return renamed;
  }

  private static JsonNode renamed(JsonNode value, Map<String, String> names) {
    if (value instanceof ObjectNode object) {
      return renamed(object, names);
    }
    if (value instanceof ArrayNode list) {
      ArrayNode all = list.arrayNode();
      list.forEach(one -> all.add(renamed(one, names)));
      return all;
    }
    return value;
  }

  /** A topic has its text under a key of its own. */
  private static void moveText(ObjectNode activity, String from, String to) {
    if (activity.get("object") instanceof ObjectNode object
        && (object.path("type").asText().equals("topic")
            || object.path("@type").asText().equals("topic"))
        && object.has(from)) {
      object.set(to, object.remove(from));
    }
  }

  private static ObjectNode withVerb(ObjectNode activity, String key, String from, String to) {
    if (activity.path(key).asText().equals(from)) {
      activity.put(key, to);
    }
    return activity;
  }

  /** The same with a name: if it has none, what its id says of itself as a URI. */
  static ObjectNode named(ObjectNode part) {
    JsonNode id = part.path("id");
    if (part.has("name") || !id.isTextual()) {
      return part;
    }
    ObjectNode named = Wire.object();
    named.setAll(part);
    return named.put("name", nameOf(id.textValue()));
  }

  private static String nameOf(String id) {
    try {
      URI uri = new URI(id);
      for (String name : new String[] {uri.getUserInfo(), uri.getFragment(), uri.getPath()}) {
        if (name != null && !name.isEmpty()) {
          return name;
        }
      }
      return id;
    } catch (URISyntaxException e) {
      return id;
    }
  }
}
