package org.viesti.platform.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.viesti.platform.Activity;
import org.viesti.platform.Platform;
import org.viesti.platform.PlatformSchema;

/** A middleware with the platforms of the house, and JSON as short as a test wants it. */
final class Frames {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Pattern CONTEXT = Pattern.compile("CTX\\(([a-z]+)\\)");
  private static final String CONTEXTS =
      """
      ["https://www.w3.org/ns/activitystreams","https://sockethub.org/ns/context/v1.jsonld",\
      "https://sockethub.org/ns/context/platform/$1/v1.jsonld"]""";

  /** Here, but switched off. */
  static final String DISABLED = "caldav";

  private Frames() {}

  static Middleware middleware() {
    return new Middleware(platforms(), Set.of(DISABLED), "1.2.3");
  }

  static List<Platform.Description> platforms() {
    List<Platform.Description> all = new ArrayList<>();
    for (String id : List.of("xmpp", "dummy", "feeds", "irc", "metadata")) {
      all.add(platform(id));
    }
    return all;
  }

  static Platform.Description platform(String id) {
    PlatformSchema schema = PlatformSchema.load(id);
    return new Platform.Description(
        id,
        "1.0.0",
        id.equals("irc") || id.equals("xmpp"),
        Set.of("connect"),
        schema.messages(),
        schema.credentials(),
        schema.responses(),
        Duration.ofSeconds(30));
  }

  static ClientMemory client() {
    return new ClientMemory(100, 10_000);
  }

  /** JSON in which CTX(irc) is the context of a platform. */
  static JsonNode json(String text) {
    try {
      return JSON.readTree(CONTEXT.matcher(text).replaceAll(CONTEXTS));
    } catch (IOException e) {
      throw new UncheckedIOException(text, e);
    }
  }

  static JsonNode ack(Told told) {
    return Objects.requireNonNull(told.ack());
  }

  static Event event(Told told) {
    return Objects.requireNonNull(told.event());
  }

  static Activity activity(String platform, String text) {
    return new Activity(platform, (ObjectNode) json(text));
  }
}
