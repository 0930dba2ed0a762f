package org.viesti.platform.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonNodePath;
import com.networknt.schema.ValidationMessage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All that a validator found wrong, in the order in which Ajv finds it: Sockethub validates with
 * Ajv, and which of several mistakes it tells depends on that order. Ajv goes through the keywords
 * of a schema in an order of its own, and says of an {@code anyOf} or {@code oneOf} that failed
 * after all that failed in it; what failed in it is left out here.
 */
final class Violations {
  private static final List<String> KEYWORDS =
      List.of(
          ("type maximum minimum exclusiveMaximum exclusiveMinimum multipleOf maxLength minLength"
                  + " pattern format $ref const enum not anyOf oneOf allOf if maxItems minItems"
                  + " uniqueItems items contains maxProperties minProperties required dependencies"
                  + " propertyNames additionalProperties properties patternProperties")
              .split(" "));

  private static final Set<String> NAMES_FOLLOW =
      Set.of("properties", "patternProperties", "dependencies");
  private static final Set<String> GOES_DOWN =
      Set.of("properties", "patternProperties", "items", "additionalProperties", "contains");
  private static final Set<String> CHOICES = Set.of("anyOf", "oneOf");

  private final List<Violation> all = new ArrayList<>();

  /** Those of one parent, in the order in which they were met. */
  private final Map<String, Integer> siblings = new HashMap<>();

  /**
   * @param order where it comes among the others: a number for each name of its path
   * @param choice the {@code anyOf} or {@code oneOf} it failed in; empty: none
   * @param down how far down in the message that is
   */
  private record Violation(ValidationMessage found, List<Integer> order, String choice, int down) {}

  /**
   * @param found at least one
   */
  Violations(Collection<ValidationMessage> found) {
    found.forEach(message -> all.add(violation(message)));
    all.sort(Comparator.comparing(Violation::order, Violations::compare));
  }

  private Violation violation(ValidationMessage found) {
    JsonNodePath path = found.getEvaluationPath();
    List<Integer> order = new ArrayList<>();
    StringBuilder at = new StringBuilder();
    boolean name = false;
    int down = 0;
    for (int i = 0; i < path.getNameCount(); i++) {
      String element = path.getName(i);
      at.append('/').append(element);
      if (name || path.getElement(i) instanceof Integer) {
        order.add(siblings.computeIfAbsent(at.toString(), any -> siblings.size()));
        name = false;
        continue;
      }
      order.add(KEYWORDS.indexOf(element));
      if (CHOICES.contains(element)) {
        return new Violation(found, order, element, down);
      }
      name = NAMES_FOLLOW.contains(element);
      down += GOES_DOWN.contains(element) ? 1 : 0;
    }
    return new Violation(found, order, "", found.getInstanceLocation().getNameCount());
  }

  private static int compare(List<Integer> one, List<Integer> other) {
    for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
      int difference = Integer.compare(one.get(i), other.get(i));
      if (difference != 0) {
        return difference;
      }
    }
    return 0;
  }

  /** The one that a client is told, of an activity. */
  Mistake told(JsonNode activity) {
    List<ValidationMessage> own =
        all.stream().map(Violation::found).filter(found -> isOfOwnType(found, activity)).toList();
    return own.isEmpty() ? last() : deepest(own);
  }

  /** The first of those furthest down. */
  Mistake deepest() {
    return deepest(all.stream().map(Violation::found).toList());
  }

  private static Mistake deepest(List<ValidationMessage> of) {
    // Collections.max gives the first of several that are equal.
    return mistake(Collections.max(of, Comparator.comparingInt(Violations::depth)));
  }

  private static int depth(ValidationMessage found) {
    return found.getInstanceLocation().getNameCount();
  }

  private static Mistake mistake(ValidationMessage found) {
    return mistake(found, depth(found), Words.withValues(found));
  }

  private Mistake last() {
    Violation last = all.getLast();
    String message =
        switch (last.choice) {
          case "anyOf" -> "must match a schema in anyOf";
          case "oneOf" -> Rules.ONE_OF;
          default -> Words.of(last.found);
        };
    return mistake(last.found, last.down, message);
  }

  private static Mistake mistake(ValidationMessage found, int depth, String message) {
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < depth; i++) {
      path.append('/').append(found.getInstanceLocation().getName(i));
    }
    return new Mistake(path.toString(), depth, message);
  }

  /**
   * Whether it was found by the schema that is called as the type of the part it is in: {@code
   * #/definitions/objectTypes/message} in an object of type {@code message}.
   */
  private static boolean isOfOwnType(ValidationMessage found, JsonNode activity) {
    JsonNodePath path = found.getEvaluationPath();
    int after = 0;
    while (after < path.getNameCount()
        && !path.getName(path.getNameCount() - 1 - after).equals("$ref")) {
      after++;
    }
    JsonNodePath schema = found.getSchemaLocation().getFragment();
    int called = schema.getNameCount() - 1 - after;
    if (after == path.getNameCount() || called < 0 || depth(found) == 0) {
      return false;
    }
    JsonNode part = activity.path(found.getInstanceLocation().getName(0));
    return schema.getName(called).equals(part.path("type").asText());
  }
}
