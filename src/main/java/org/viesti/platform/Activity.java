package org.viesti.platform;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * An object of ActivityStreams as the gateway has it inside, whatever dialect its client speaks:
 * keys {@code type}, {@code id}, {@code actor}, {@code target}, {@code object}, {@code published},
 * {@code error} and others the client gave, without {@code @context}. Nobody changes its JSON: what
 * differs is another activity.
 *
 * @param platform the name of the platform it is for, or comes from
 */
public record Activity(String platform, ObjectNode json) {

  public static Activity of(String platform, String type) {
    return new Activity(platform, JsonNodeFactory.instance.objectNode().put("type", type));
  }

  /** What is to be done, or what happened; empty if it says nothing of it. */
  public String type() {
    return json.path("type").asText();
  }

  public @Nullable ObjectNode actor() {
    return part("actor");
  }

  public @Nullable ObjectNode target() {
    return part("target");
  }

  public @Nullable ObjectNode object() {
    return part("object");
  }

  /** The id of its actor; empty if it has none. */
  public String actorId() {
    return json.path("actor").path("id").asText();
  }

  /** A text within it, such as {@code text("object", "content")}; null: there is none. */
  public @Nullable String text(String part, String key) {
    JsonNode value = json.path(part).path(key);
    return value.isTextual() ? value.textValue() : null;
  }

  /** The same with this value, instead of another that it may have. */
  public Activity with(String key, JsonNode value) {
    ObjectNode changed = JsonNodeFactory.instance.objectNode();
    changed.setAll(json);
    changed.set(key, value);
    return new Activity(platform, changed);
  }

  public Activity with(String key, String value) {
    return with(key, JsonNodeFactory.instance.textNode(value));
  }

  /** The same without a value. */
  public Activity without(String key) {
    ObjectNode changed = JsonNodeFactory.instance.objectNode();
    changed.setAll(json);
    changed.remove(key);
    return new Activity(platform, changed);
  }

  private @Nullable ObjectNode part(String key) {
    return json.get(key) instanceof ObjectNode object ? object : null;
  }
}
