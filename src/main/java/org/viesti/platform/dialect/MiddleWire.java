package org.viesti.platform.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;
import org.viesti.platform.Activity;

/** Dialect B: {@code context} names the platform; objects may be known by their ids. */
final class MiddleWire implements Wire {
  static final String CONTEXT = "context";

  /** An actor, a target and an object may be of the same types. */
  private static final ObjectTypes TYPES =
      ObjectTypes.of(
              "credentials",
              "feed",
              "message",
              "me",
              "person",
              "room",
              "service",
              "website",
              "attendance",
              "presence",
              "relationship",
              "topic",
              "address")
          .askingForType();

  private static final Envelope ENVELOPE = new Envelope(null, TYPES, TYPES, TYPES);

  @Override
  public KnownPlatform platformOf(ObjectNode input, boolean credentials, KnownPlatforms platforms)
      throws NotAccepted {
    JsonNode context = input.path(CONTEXT);
    if (!context.isTextual()) {
      throw new NotAccepted("activity stream must contain a context property");
    }
    Wire.checkTypeAndActor(input);
    KnownPlatform platform = platforms.enabled(context.textValue());
    if (platform == null) {
      throw new NotAccepted(
          "platform context "
              + context.textValue()
              + " not registered with this Sockethub instance.");
    }
    return platform;
  }

  @Override
  public Activity read(ObjectNode input, String platform) {
    return new Activity(platform, Wire.without(input, CONTEXT));
  }

  /**
   * The schema of a platform is asked only of credentials: what an object must have is in the types
   * of this dialect.
   */
  @Override
  public void check(ObjectNode input, Activity request, KnownPlatform platform, boolean credentials)
      throws NotAccepted {
    if (credentials) {
      Wire.checkCredentialsType(request);
    }
    Mistake mistake = ENVELOPE.check(request.json());
    Rules rules = platform.credentials();
    if (mistake == null && credentials && rules != null) {
      mistake = rules.check(request.json());
    }
    if (mistake != null) {
      throw platform.mistaken(mistake);
    }
    platform.checkVerb(request.type(), credentials);
  }

  @Override
  public ObjectNode readObject(ObjectNode input) throws NotAccepted {
    return checkedObject(input);
  }

  static ObjectNode checkedObject(ObjectNode input) throws NotAccepted {
    Mistake mistake = objectMistake(input);
    if (mistake != null) {
      throw new NotAccepted(mistake.toString());
    }
    return input;
  }

  /** What is wrong with an object that is to be known by its id. */
  static @Nullable Mistake objectMistake(ObjectNode object) {
    Mistake mistake = ENVELOPE.check(Wire.object().set("object", object));
    if (mistake != null || object.path("id").isTextual()) {
      return mistake;
    }
    return Mistake.at("object", "must have required property 'id'");
  }

  @Override
  public ObjectNode write(Activity activity) {
    return Wire.marked(activity.json(), CONTEXT, TextNode.valueOf(activity.platform()));
  }

  @Override
  public ObjectNode writeNews(Activity event) {
    Activity told = withEpoch(event);
    ObjectNode actor = event.actor();
    if (event.type().equals("error") && actor != null) {
      told = told.with("actor", Wire.without(actor, "type").put("type", "unknown"));
    }
    return write(told);
  }

  /** An event of IRC says in milliseconds since 1970, in a string, when it was. */
  static Activity withEpoch(Activity event) {
    JsonNode published = event.json().path("published");
    if (!event.platform().equals("irc") || !published.isTextual()) {
      return event;
    }
    try {
      long ms = OffsetDateTime.parse(published.textValue()).toInstant().toEpochMilli();
      return event.with("published", String.valueOf(ms));
    } catch (DateTimeException e) {
      return event;
    }
  }

  @Override
  public Told refused(JsonNode input, String text) {
    ObjectNode said = Wire.object().put(CONTEXT, "error").put("error", "Error: " + text);
    said.set("content", input);
    return new Told(said, new Event("failure", said));
  }
}
