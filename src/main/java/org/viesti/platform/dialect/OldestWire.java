package org.viesti.platform.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import org.viesti.platform.Activity;

/**
 * Dialect A: keys with {@code @}, results as events, and hardly anything that a message must have.
 * Its keys and verbs are {@link OldKeys}' matter, its feeds {@link OldFeeds}'.
 */
final class OldestWire implements Wire {
  private static final String CONTEXT = MiddleWire.CONTEXT;

  @Override
  public KnownPlatform platformOf(ObjectNode input, boolean credentials, KnownPlatforms platforms)
      throws NotAccepted {
    if (!input.path(CONTEXT).isTextual()) {
      throw new NotAccepted("message must contain a context property");
    }
    String id = input.path(CONTEXT).textValue();
    KnownPlatform platform = platforms.enabled(id);
    if (platform == null) {
      throw new NotAccepted(
          "platform context " + id + " not registered with this sockethub instance.");
    }
    if (!credentials && !input.path("@type").isTextual() && !input.path("type").isTextual()) {
      throw new NotAccepted("message must contain a @type property.");
    }
    return platform;
  }

  @Override
  public Activity read(ObjectNode input, String platform) {
    return new Activity(platform, OldKeys.inner(Wire.without(input, CONTEXT)));
  }

  @Override
  public Activity complete(Activity request) {
    Activity complete = OldFeeds.asked(request);
    for (String key : new String[] {"actor", "target"}) {
      if (complete.json().get(key) instanceof ObjectNode part) {
        complete = complete.with(key, OldKeys.named(part));
      }
    }
    ObjectNode object = complete.object();
    return object != null && object.path("type").asText().equals("credentials")
        ? withCredentials(complete, object)
        : complete;
  }

  /** Credentials of this dialect have no type but their object's; those of XMPP a user name. */
  private static Activity withCredentials(Activity request, ObjectNode object) {
    Activity typed = request.type().isEmpty() ? request.with("type", "credentials") : request;
    return request.platform().equals("xmpp") && object.has("username")
        ? typed.with(
            "object", Wire.without(object, "username").set("userAddress", object.get("username")))
        : typed;
  }

  @Override
  public void check(ObjectNode input, Activity request, KnownPlatform platform, boolean credentials)
      throws NotAccepted {
    Mistake mistake = checkParts(request.json());
    if (mistake != null) {
      throw new NotAccepted("actvity-stream schema validation failed: " + mistake);
    }
    if (credentials) {
      checkCredentials(request, platform);
    } else if (!platform.has(request.type(), false)) {
      throw new NotAccepted(
          "actvity-stream schema validation failed: "
              + Mistake.at("@type", "must be equal to one of the allowed values"));
    }
  }

  private static void checkCredentials(Activity request, KnownPlatform platform)
      throws NotAccepted {
    Wire.checkCredentialsType(request);
    Rules rules = platform.credentials();
    if (rules == null) {
      throw new NotAccepted("no credentials schema found for " + platform.id() + " context");
    }
    Mistake mistake = rules.check(request.json());
    if (mistake != null) {
      throw new NotAccepted(
          "credentials schema validation failed: " + OldKeys.outer(mistake, " = "));
    }
  }

  /** Only that a platform finds objects where it looks for them. */
  private static @Nullable Mistake checkParts(ObjectNode activity) {
    if (!activity.path("actor").isObject()) {
      return Mistake.at("actor", "must be object");
    }
    if (!activity.path("actor").path("id").isTextual()) {
      return Mistake.at("actor", "must have required property '@id'");
    }
    for (String key : new String[] {"target", "object"}) {
      if (activity.has(key) && !activity.get(key).isObject()) {
        return Mistake.at(key, "must be object");
      }
    }
    return null;
  }

  @Override
  public ObjectNode readObject(ObjectNode input) throws NotAccepted {
    ObjectNode object = OldKeys.named(OldKeys.inner(input));
    Mistake mistake = MiddleWire.objectMistake(object);
    if (mistake != null) {
      throw new NotAccepted(
          "activity-object schema validation failed: " + OldKeys.outer(mistake, " = "));
    }
    return object;
  }

  @Override
  public ObjectNode write(Activity activity) {
    ObjectNode written = Wire.object().put(CONTEXT, activity.platform());
    written.setAll(OldKeys.outer(OldFeeds.shown(activity).json()));
    return written;
  }

  /** An error names its actor only, and says in its object what happened. */
  @Override
  public ObjectNode writeNews(Activity event) {
    JsonNode error = event.json().get("error");
    if (error == null) {
      return write(MiddleWire.withEpoch(event));
    }
    Activity told = MiddleWire.withEpoch(event).with("object", error(error.asText()));
    return event.type().equals("error")
        ? write(told.with("actor", event.actorId()).without("error"))
        : write(told);
  }

  private static ObjectNode error(String text) {
    return Wire.object().put("type", "error").put("content", text);
  }

  @Override
  public Told refused(JsonNode input, String text) {
    ObjectNode said = Wire.object().put("@type", "failure");
    for (String key : new String[] {"@id", CONTEXT, "actor"}) {
      if (Wire.isGiven(input.get(key))) {
        said.set(key, input.get(key));
      }
    }
    if (!said.has("actor")) {
      said.putObject("actor").put("@id", "system").put("@type", "service");
    }
    said.set("object", OldKeys.outer(error(text)));
    said.put("error", text);
    return new Told(Wire.object(), new Event("failure", said));
  }

  @Override
  public Told queued() {
    return NULL;
  }

  /** Its clients get their request back; what came of it is the object. */
  @Override
  public Told completed(Activity request, @Nullable Activity result) {
    return new Told(null, new Event("completed", write(withResult(request, result))));
  }

  private static Activity withResult(Activity request, @Nullable Activity result) {
    if (result == null) {
      return request;
    }
    if (result.json().get("items") != null) {
      return request.with("object", OldFeeds.result(result));
    }
    ObjectNode object = result.object();
    return object == null ? request : request.with("object", object);
  }

  /** An error in JavaScript says its kind; this dialect told only the message. */
  @Override
  public Told failed(Activity request, String text) {
    String plain = text.startsWith("Error: ") ? text.substring("Error: ".length()) : text;
    ObjectNode said = write(request.with("object", error(plain))).put("error", plain);
    return new Told(null, new Event("failed", said));
  }
}
