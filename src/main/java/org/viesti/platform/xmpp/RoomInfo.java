package org.viesti.platform.xmpp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Objects;
import org.jivesoftware.smack.packet.StandardExtensionElement;
import org.jspecify.annotations.Nullable;

/** What a room says of itself (XEP-0045 §6.4, XEP-0128), as JSON. */
final class RoomInfo {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String INFO = "muc#roominfo_";
  private static final String CONFIG = "muc#roomconfig_";

  /** More digits than a number of JavaScript has. */
  private static final int MAX_DIGITS = 15;

  private RoomInfo() {}

  /** The first name it gives itself. */
  static @Nullable String name(StandardExtensionElement query) {
    return Elements.of(query, "identity").stream()
        .map(identity -> identity.getAttributeValue("name"))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  static ObjectNode of(StandardExtensionElement query) {
    ObjectNode info = JSON.objectNode().put("type", "room-info");
    ArrayNode features = info.putArray("features");
    Elements.of(query, "feature")
        .forEach(feature -> features.add(feature.getAttributeValue("var")));
    ArrayNode identities = info.putArray("identities");
    Elements.of(query, "identity").forEach(identity -> identities.add(identity(identity)));
    ObjectNode roominfo = info.putObject("roominfo");
    ObjectNode custom = info.putObject("custom");
    ObjectNode roomconfig = info.putObject("roomconfig");
    for (StandardExtensionElement form : Elements.of(query, "x", Namespaces.FORM)) {
      for (StandardExtensionElement field : Elements.of(form, "field")) {
        String name = String.valueOf(field.getAttributeValue("var"));
        if (name.startsWith(INFO)) {
          roominfo.set(name.substring(INFO.length()), field(field));
        } else if (name.startsWith(CONFIG)) {
          roomconfig.set(name.substring(CONFIG.length()), field(field));
        } else if (!name.equals("FORM_TYPE")) {
          custom.set(name, field(field));
        }
      }
    }
    return info;
  }

  private static ObjectNode identity(StandardExtensionElement identity) {
    ObjectNode json = JSON.objectNode();
    json.put("category", identity.getAttributeValue("category"));
    json.put("type", identity.getAttributeValue("type"));
    return putIfThere(json, "name", identity.getAttributeValue("name"));
  }

  private static ObjectNode field(StandardExtensionElement field) {
    String type = field.getAttributeValue("type");
    ObjectNode json = JSON.objectNode().put("type", type == null ? "text-single" : type);
    putIfThere(json, "label", field.getAttributeValue("label"));
    json.set("value", value(json.path("type").asText(), texts(field, "value")));
    List<StandardExtensionElement> options = Elements.of(field, "option");
    if (!options.isEmpty()) {
      ArrayNode choices = json.putArray("options");
      options.forEach(option -> choices.add(option(option)));
    }
    return json;
  }

  private static ObjectNode option(StandardExtensionElement option) {
    ObjectNode json = JSON.objectNode();
    putIfThere(json, "label", option.getAttributeValue("label"));
    return json.put("value", String.join("", texts(option, "value")));
  }

  private static JsonNode value(String type, List<String> values) {
    if (type.endsWith("-multi")) {
      ArrayNode all = JSON.arrayNode();
      values.forEach(all::add);
      return all;
    }
    if (type.equals("boolean")) {
      return JSON.booleanNode(values.contains("1") || values.contains("true"));
    }
    if (values.isEmpty()) {
      return JSON.nullNode();
    }
    String value = values.getFirst();
    boolean number = value.matches("[0-9]{1," + MAX_DIGITS + "}") && !type.equals("list-single");
    return number ? JSON.numberNode(Long.parseLong(value)) : JSON.textNode(value);
  }

  private static List<String> texts(StandardExtensionElement in, String name) {
    return Elements.of(in, name).stream()
        .map(each -> each.getText() == null ? "" : each.getText())
        .toList();
  }

  private static ObjectNode putIfThere(ObjectNode json, String key, @Nullable String value) {
    return value == null ? json : json.put(key, value);
  }
}
