package org.viesti.platform.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.viesti.platform.Activity;

/** Dialect C: {@code @context} names the platform by URL; strict about what a message has. */
final class NewestWire implements Wire {
  private static final String CONTEXT = "@context";
  private static final String NOT_REGISTERED =
      "platform context URL not registered with this Sockethub instance. ";

  /** Of a text that is refused: each is a key of the answer, which must not grow with it. */
  private static final int MOST_CHARACTERS = 256;

  private static final ObjectTypes ACTORS =
      ObjectTypes.of("person", "room", "service", "feed", "website").andUnnamed("platform");
  private static final ObjectTypes TARGETS =
      ObjectTypes.of(
              "person", "room", "service", "feed", "website", "address", "calendar", "addressBook")
          .andUnnamed("platform");
  private static final Envelope ENVELOPE =
      new Envelope(
          Set.of("id", "type", "actor", "target", "object", "published"), ACTORS, TARGETS, null);

  /**
   * What its clients are told an object may be, though what a platform takes is in its own schema.
   */
  private static final String OBJECTS =
      ": feed, person, room, service, website, address, calendar, addressBook";

  @Override
  public KnownPlatform platformOf(ObjectNode input, boolean credentials, KnownPlatforms platforms)
      throws NotAccepted {
    List<String> contexts = contexts(input);
    Wire.checkTypeAndActor(input);
    List<String> named = contexts.stream().filter(url -> !Contexts.isBase(url)).toList();
    List<String> known =
        named.stream()
            .map(Contexts::platformOf)
            .filter(id -> id != null && platforms.knows(id))
            .toList();
    if (known.size() != 1) {
      throw new NotAccepted(NOT_REGISTERED + why(named, known));
    }
    String id = known.getFirst();
    KnownPlatform platform = platforms.enabled(id);
    if (platform == null) {
      throw new NotAccepted(
          "platform " + id + " resolved from @context is not enabled in this Sockethub instance.");
    }
    return platform;
  }

  private static List<String> contexts(ObjectNode input) throws NotAccepted {
    List<String> urls = new ArrayList<>();
    for (JsonNode url : input.path(CONTEXT)) {
      if (url.isTextual()) {
        urls.add(url.textValue());
      }
    }
    if (!input.path(CONTEXT).isArray() || urls.size() != input.path(CONTEXT).size()) {
      throw new NotAccepted("activity stream must contain an @context array.");
    }
    return urls;
  }

  private static String why(List<String> named, List<String> known) {
    if (!known.isEmpty()) {
      return "Multiple platform @context values were provided: "
          + known.stream().map(Contexts::urlOf).collect(Collectors.joining(", "))
          + ".";
    }
    return switch (named.size()) {
      case 0 -> "No platform @context values were provided.";
      case 1 -> "Unregistered platform @context value: " + named.getFirst();
      default -> "Unregistered platform @context values: " + String.join(", ", named);
    };
  }

  @Override
  public Activity read(ObjectNode input, String platform) {
    return new Activity(platform, Wire.without(input, CONTEXT));
  }

  @Override
  public void check(ObjectNode input, Activity request, KnownPlatform platform, boolean credentials)
      throws NotAccepted {
    if (credentials) {
      Wire.checkCredentialsType(request);
    }
    Mistake mistake = ENVELOPE.check(request.json());
    if (mistake == null) {
      mistake = contextMistake(input.path(CONTEXT));
    }
    if (mistake == null) {
      Rules rules = credentials ? platform.credentials() : platform.messages();
      mistake = rules == null ? null : rules.check(request.json());
    }
    if (mistake != null) {
      throw platform.mistaken(withTypes(mistake));
    }
    platform.checkVerb(request.type(), credentials);
  }

  private static @Nullable Mistake contextMistake(JsonNode contexts) {
    if (contexts.size() > 3) {
      return Mistake.at(CONTEXT, "must NOT have more than 3 items");
    }
    if (contexts.size() < 3) {
      return Mistake.at(CONTEXT, "must NOT have fewer than 3 items");
    }
    boolean first = false;
    boolean second = false;
    for (JsonNode url : contexts) {
      first |= url.textValue().equals(Contexts.ACTIVITY_STREAMS);
      second |= url.textValue().equals(Contexts.SOCKETHUB);
    }
    return first && second ? null : Mistake.at(CONTEXT, "must contain at least 1 valid item(s)");
  }

  private static Mistake withTypes(Mistake mistake) {
    return mistake.path().equals("/object") && mistake.message().equals(Rules.ONE_OF)
        ? Mistake.at("object", Rules.ONE_OF + OBJECTS)
        : mistake;
  }

  /** As the middle dialect has it: this one has no such event. */
  @Override
  public ObjectNode readObject(ObjectNode input) throws NotAccepted {
    return MiddleWire.checkedObject(input);
  }

  @Override
  public ObjectNode write(Activity activity) {
    return Wire.marked(activity.json(), CONTEXT, Contexts.of(activity.platform()));
  }

  @Override
  public Told refused(JsonNode input, String text) {
    ObjectNode said = spread(input);
    if (input.isNull()) {
      return new Told(said, null);
    }
    said.put("error", text);
    return new Told(said, new Event("failure", said));
  }

  /** What was sent, as an object: of a list or a text, each item by its index. */
  private static ObjectNode spread(JsonNode input) {
    ObjectNode said = Wire.object();
    if (input instanceof ObjectNode object) {
      said.setAll(object);
    }
    for (int i = 0; input.isArray() && i < input.size(); i++) {
      said.set(String.valueOf(i), input.get(i));
    }
    String text = input.isTextual() ? input.textValue() : "";
    for (int i = 0; i < Math.min(text.length(), MOST_CHARACTERS); i++) {
      said.put(String.valueOf(i), text.substring(i, i + 1));
    }
    return said;
  }

  @Override
  public Told accepted(Activity credentials) {
    return new Told(write(credentials), null);
  }
}
