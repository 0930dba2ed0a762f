package org.viesti.platform.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import org.viesti.platform.Activity;

/** The JSON of a dialect; what is the same in more than one is here. */
interface Wire {
  Told NOTHING = new Told(null, null);

  /** An acknowledgement that says JSON's null. */
  Told NULL = new Told(NullNode.getInstance(), null);

  /** The platform a message is for, once it has what every message must have. */
  KnownPlatform platformOf(ObjectNode input, boolean credentials, KnownPlatforms platforms)
      throws NotAccepted;

  /** The inner form of a message. It shares with the message what is the same. */
  Activity read(ObjectNode input, String platform);

  /** The same with what the dialect leaves unsaid; its parts are objects by now. */
  default Activity complete(Activity request) {
    return request;
  }

  /**
   * Refuses a message that is not as the dialect wants it, or not for this platform.
   *
   * @param request its inner form, complete
   */
  void check(ObjectNode input, Activity request, KnownPlatform platform, boolean credentials)
      throws NotAccepted;

  /** The inner form of an object that its client wants known by its id. */
  ObjectNode readObject(ObjectNode input) throws NotAccepted;

  /** The wire's form of an activity. */
  ObjectNode write(Activity activity);

  /** The wire's form of what a platform tells unasked. */
  default ObjectNode writeNews(Activity event) {
    return write(event);
  }

  /**
   * To a client whose message is refused.
   *
   * @param input as it came
   */
  Told refused(JsonNode input, String text);

  default Told queued() {
    return NOTHING;
  }

  default Told accepted(Activity credentials) {
    return NULL;
  }

  default Told completed(Activity request, @Nullable Activity result) {
    ObjectNode said = write(result == null ? request : result);
    return new Told(said, new Event("completed", said));
  }

  default Told failed(Activity request, String text) {
    ObjectNode said = write(request).put("error", text);
    return new Told(said, new Event("failure", said));
  }

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** The same without a key. */
  static ObjectNode without(ObjectNode object, String key) {
    ObjectNode copy = object();
    copy.setAll(object);
    copy.remove(key);
    return copy;
  }

  /** An activity that says, as all in its {@code items} do, whose it is. */
  static ObjectNode marked(ObjectNode activity, String key, JsonNode whose) {
    ObjectNode marked = object();
    marked.set(key, whose);
    marked.setAll(activity);
    if (activity.get("items") instanceof ArrayNode items) {
      ArrayNode all = marked.putArray("items");
      items.forEach(item -> all.add(item instanceof ObjectNode o ? marked(o, key, whose) : item));
    }
    return marked;
  }

  static void checkTypeAndActor(ObjectNode input) throws NotAccepted {
    if (!input.path("type").isTextual()) {
      throw new NotAccepted("activity stream must contain a type property.");
    }
    if (!isGiven(input.get("actor"))) {
      throw new NotAccepted("activity stream must contain an actor property.");
    }
  }

  /** Whether JavaScript would say that it is something. */
  static boolean isGiven(@Nullable JsonNode value) {
    return value != null && !value.isNull() && !(value.isTextual() && value.asText().isEmpty());
  }

  static void checkCredentialsType(Activity request) throws NotAccepted {
    if (!request.type().equals("credentials")) {
      throw new NotAccepted("credential activity streams must have credentials set as type");
    }
  }
}
