package org.viesti.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import java.util.Base64;
import java.util.Set;

/**
 * The JSON form of a protobuf frame and back, by the schema alone: an independent second opinion on
 * the codecs. A oneof of messages is the object's own tag ({@code type} or {@code kind}) in JSON; a
 * Struct is a free object.
 */
public final class ProtoTree {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Set<String> TAGGED = Set.of("ClientFrame", "ServerFrame", "Body", "Payload");

  private ProtoTree() {}

  public static ObjectNode tree(Message message) {
    Descriptor type = message.getDescriptorForType();
    ObjectNode made = MAPPER.createObjectNode();
    if (TAGGED.contains(type.getName())) {
      FieldDescriptor branch = message.getOneofFieldDescriptor(type.getOneofs().getFirst());
      made.put(tag(type), branch.getName());
      JsonNode inner = value(branch, message.getField(branch));
      if (branch.getName().equals("data")) {
        made.set("data", inner);
      } else {
        made.setAll((ObjectNode) inner);
      }
      return made;
    }
    for (FieldDescriptor field : type.getFields()) {
      boolean plain = !field.isRepeated() && !field.hasPresence();
      if (field.isRepeated()
          ? message.getRepeatedFieldCount(field) > 0
          : plain || message.hasField(field)) {
        made.set(field.getName(), value(field, message.getField(field)));
      }
    }
    if (type.getName().equals("Delivery")) {
      ObjectNode inner = (ObjectNode) made.remove("message");
      for (String own : Set.of("topic", "seq", "prev")) {
        made.set(own, inner.remove(own));
      }
      made.set("message", inner);
    }
    return made;
  }

  private static String tag(Descriptor type) {
    return type.getName().equals("Body") ? "kind" : "type";
  }

  private static JsonNode value(FieldDescriptor field, Object value) {
    if (field.isMapField()) {
      ObjectNode made = MAPPER.createObjectNode();
      for (Object entry : (java.util.List<?>) value) {
        Message pair = (Message) entry;
        made.put(
            (String) pair.getField(field.getMessageType().findFieldByName("key")),
            (Long) pair.getField(field.getMessageType().findFieldByName("value")));
      }
      return made;
    }
    if (field.isRepeated()) {
      ArrayNode made = MAPPER.createArrayNode();
      ((java.util.List<?>) value).forEach(item -> made.add(one(item)));
      return made;
    }
    return one(value);
  }

  private static JsonNode one(Object value) {
    return switch (value) {
      case Struct struct -> MAPPER.valueToTree(Structs.map(struct));
      case Message message -> tree(message);
      case ByteString bytes ->
          MAPPER.valueToTree(Base64.getEncoder().encodeToString(bytes.toByteArray()));
      case EnumValueDescriptor word ->
          MAPPER.valueToTree(word.getName().replace("ERROR_CODE_", ""));
      default -> MAPPER.valueToTree(value);
    };
  }

  /** Fills a builder from its JSON form, and notes every field it filled. */
  public static Message message(Message.Builder made, JsonNode tree, Set<String> filled) {
    Descriptor type = made.getDescriptorForType();
    if (TAGGED.contains(type.getName())) {
      FieldDescriptor branch = type.findFieldByName(tree.get(tag(type)).asText());
      ObjectNode inner = ((ObjectNode) tree).deepCopy();
      inner.remove(tag(type));
      filled.add(branch.getFullName());
      if (type.getName().equals("Payload")) {
        FieldDescriptor word = type.findFieldByName("type");
        filled.add(word.getFullName());
        made.setField(word, word.getEnumType().findValueByNumber(branch.getNumber() - 1));
      }
      JsonNode content = branch.getName().equals("data") ? inner.get("data") : inner;
      made.setField(branch, parsed(made, branch, content, filled));
      return made.build();
    }
    tree.fields()
        .forEachRemaining(
            entry -> {
              FieldDescriptor field = type.findFieldByName(entry.getKey());
              filled.add(field.getFullName());
              if (field.isMapField()) {
                entry
                    .getValue()
                    .fields()
                    .forEachRemaining(
                        pair -> {
                          Message.Builder item = made.newBuilderForField(field);
                          item.setField(
                              field.getMessageType().findFieldByName("key"), pair.getKey());
                          item.setField(
                              field.getMessageType().findFieldByName("value"),
                              pair.getValue().longValue());
                          made.addRepeatedField(field, item.build());
                        });
              } else if (field.isRepeated()) {
                entry
                    .getValue()
                    .forEach(
                        item -> made.addRepeatedField(field, parsed(made, field, item, filled)));
              } else {
                made.setField(field, parsed(made, field, entry.getValue(), filled));
              }
            });
    return made.build();
  }

  private static Object parsed(
      Message.Builder made, FieldDescriptor field, JsonNode tree, Set<String> filled) {
    return switch (field.getJavaType()) {
      case MESSAGE ->
          field.getMessageType().getFullName().equals("google.protobuf.Struct")
              ? Structs.struct(MAPPER.convertValue(tree, java.util.Map.class))
              : message(made.newBuilderForField(field), tree, filled);
      case STRING -> tree.textValue();
      case BYTE_STRING -> ByteString.copyFrom(Base64.getDecoder().decode(tree.textValue()));
      case LONG -> tree.longValue();
      case INT -> tree.intValue();
      case BOOLEAN -> tree.booleanValue();
      case FLOAT, DOUBLE, ENUM -> throw new AssertionError(field);
    };
  }
}
