package org.viesti.platform.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.AnnotationKeyword;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A JSON Schema (draft 7), made ready once. Of all that is wrong with a message it says one thing,
 * in the words that Sockethub's clients know.
 */
final class Rules {
  static final String ONE_OF = "must match exactly one schema in oneOf";

  private static final JsonSchemaFactory FACTORY =
      JsonSchemaFactory.getInstance(
          SpecVersion.VersionFlag.V7, builder -> builder.metaSchema(withoutWarnings()));
  private static final SchemaValidatorsConfig CONFIG =
      SchemaValidatorsConfig.builder()
          .formatAssertionsEnabled(true)
          .pathType(PathType.JSON_POINTER)
          .build();

  private final JsonSchema schema;

  /** What the specification does not know is somewhere for definitions, and nothing to log. */
  private static JsonMetaSchema withoutWarnings() {
    return JsonMetaSchema.builder(JsonMetaSchema.getV7())
        .unknownKeywordFactory((keyword, context) -> new AnnotationKeyword(keyword))
        .build();
  }

  private Rules(JsonSchema schema) {
    this.schema = schema;
  }

  static Rules of(JsonNode schema) {
    JsonSchema ready = FACTORY.getSchema(schema, CONFIG);
    ready.initializeValidators();
    return new Rules(ready);
  }

  /**
   * What is wrong with an activity: the deepest mistake in a part that was checked as its own type
   * demands, else the last of all. Null: nothing.
   */
  @Nullable Mistake check(JsonNode activity) {
    Set<ValidationMessage> found = schema.validate(activity);
    return found.isEmpty() ? null : new Violations(found).told(activity);
  }

  /**
   * The deepest mistake in a part of an activity, for which these are the rules. Null: none.
   *
   * @param key where the part is
   */
  @Nullable Mistake checkPart(String key, JsonNode part) {
    Set<ValidationMessage> found = schema.validate(part);
    return found.isEmpty() ? null : new Violations(found).deepest().within(key);
  }
}
