package org.viesti.platform.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What every message of a dialect must be like, whatever platform it is for. Checked by hand, key
 * by key, and each part only against the schema of its own type: with a {@code oneOf} over all
 * types it would cost ten times as much.
 *
 * <p>Of several mistakes the one told is the deepest in a part whose type is right, else the last
 * in the order of the keys below: what Sockethub's clients are used to.
 */
final class Envelope {
  private static final Rules TIME = Rules.of(text().put("format", "date-time"));

  private final @Nullable Set<String> keys;
  private final ObjectTypes actor;
  private final ObjectTypes target;
  private final @Nullable ObjectTypes object;

  /**
   * @param keys what a message may have; null: anything
   * @param object null: any object, which needs no type
   */
  Envelope(
      @Nullable Set<String> keys,
      ObjectTypes actor,
      ObjectTypes target,
      @Nullable ObjectTypes object) {
    this.keys = keys;
    this.actor = actor;
    this.target = target;
    this.object = object;
  }

  private static ObjectNode text() {
    return Wire.object().put("type", "string");
  }

  /** What is wrong with a message in its inner form; null: nothing. */
  @Nullable Mistake check(ObjectNode activity) {
    Mistakes found = new Mistakes();
    checkKeys(activity, found);
    JsonNode id = activity.get("id");
    if (id != null && !id.isTextual()) {
      found.add(Mistake.at("id", "must be string"));
    }
    checkPart("actor", activity, actor, found);
    checkPart("target", activity, target, found);
    checkObject(activity, found);
    JsonNode published = activity.get("published");
    if (published != null) {
      found.add(TIME.checkPart("published", published));
    }
    return found.told();
  }

  private void checkKeys(ObjectNode activity, Mistakes found) {
    if (keys == null) {
      return;
    }
    for (Iterator<String> names = activity.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!keys.contains(name)) {
        found.add(Mistake.whole("must NOT have additional properties: " + name));
      }
    }
  }

  private void checkObject(ObjectNode activity, Mistakes found) {
    JsonNode given = activity.get("object");
    if (given != null && !given.isObject()) {
      found.add(Mistake.at("object", "must be object"));
    } else if (object != null) {
      checkPart("object", activity, object, found);
    }
  }

  private void checkPart(String key, ObjectNode activity, ObjectTypes types, Mistakes found) {
    JsonNode part = activity.get(key);
    if (part == null) {
      return;
    }
    Rules rules = types.rulesFor(part);
    if (rules != null) {
      found.addTyped(rules.checkPart(key, part));
    } else {
      found.add(types.mismatch(key, part));
    }
  }

  /** Those of one message, of which one is told. */
  private static final class Mistakes {
    private @Nullable Mistake deepest;
    private @Nullable Mistake last;

    void add(@Nullable Mistake mistake) {
      last = mistake == null ? last : mistake;
    }

    void addTyped(@Nullable Mistake mistake) {
      if (mistake != null && (deepest == null || mistake.depth() > deepest.depth())) {
        deepest = mistake;
      }
    }

    @Nullable Mistake told() {
      return deepest == null ? last : deepest;
    }
  }
}
