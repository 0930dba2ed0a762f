package org.viesti.platform.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.ValidationMessage;
import java.util.ArrayList;
import java.util.List;

/** What is said of each keyword of JSON Schema that is not fulfilled. */
final class Words {
  private Words() {}

  static String of(ValidationMessage found) {
    JsonNode value = found.getSchemaNode();
    return switch (found.getType()) {
      case "type" -> "must be " + list(value, ",");
      case "enum" -> "must be equal to one of the allowed values";
      case "const" -> "must be equal to constant";
      case "required" -> "must have required property '" + found.getProperty() + "'";
      case "additionalProperties" -> "must NOT have additional properties: " + found.getProperty();
      case "minimum" -> "must be >= " + value.asText();
      case "maximum" -> "must be <= " + value.asText();
      case "exclusiveMinimum" -> "must be > " + value.asText();
      case "exclusiveMaximum" -> "must be < " + value.asText();
      case "multipleOf" -> "must be multiple of " + value.asText();
      case "minLength" -> "must NOT have fewer than " + value.asText() + " characters";
      case "maxLength" -> "must NOT have more than " + value.asText() + " characters";
      case "minItems" -> "must NOT have fewer than " + value.asText() + " items";
      case "maxItems" -> "must NOT have more than " + value.asText() + " items";
      case "pattern" -> "must match pattern \"" + value.asText() + "\"";
      case "format" -> "must match format \"" + value.asText() + "\"";
      case "not" -> "must NOT be valid";
      case "false" -> "boolean schema is false";
      default -> found.getError();
    };
  }

  /** The same, with the values that are allowed where some are. */
  static String withValues(ValidationMessage found) {
    return found.getType().equals("enum")
        ? of(found) + ": " + list(found.getSchemaNode(), ", ")
        : of(found);
  }

  private static String list(JsonNode values, String separator) {
    if (!values.isArray()) {
      return values.asText();
    }
    List<String> texts = new ArrayList<>();
    values.forEach(value -> texts.add(value.asText()));
    return String.join(separator, texts);
  }
}
