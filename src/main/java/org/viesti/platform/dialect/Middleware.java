package org.viesti.platform.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.viesti.platform.Activity;
import org.viesti.platform.Platform;

/**
 * What a message passes before it is done: it is validated, strings in it become objects, and it
 * becomes an {@link Activity}, to be queued or, if it bears credentials, to be kept. What does not
 * pass is refused in the words of the client's {@link Dialect}. For any number of clients and
 * threads; what it knows of a client is in its {@link ClientMemory}.
 */
public final class Middleware {
  private final KnownPlatforms platforms;
  private final Registry registry;

  /**
   * @param enabled the platforms that may be used
   * @param disabled the ids of those that are here, but switched off
   * @param version the server's, for clients that want to know it
   */
  public Middleware(List<Platform.Description> enabled, Set<String> disabled, String version) {
    platforms = new KnownPlatforms(enabled, disabled);
    registry = new Registry(enabled, version);
  }

  /**
   * What a client's event comes to.
   *
   * @param input the event's first argument; null: it has none
   * @param acked whether the client wants an acknowledgement
   */
  public Received receive(
      ClientMemory client, String event, @Nullable JsonNode input, boolean acked) {
    JsonNode given = input == null ? NullNode.getInstance() : input;
    return switch (event) {
      case "schemas" -> new Received.Answer(schemas(client, given, acked));
      case "activity-object" -> new Received.Answer(activityObject(client, given));
      case "credentials", "message" -> activity(client, event.equals("credentials"), given);
      default -> new Received.Ignored();
    };
  }

  private Received activity(ClientMemory client, boolean credentials, JsonNode input) {
    Dialect dialect = client.dialectOf(input);
    Wire wire = dialect.wire();
    try {
      ObjectNode message = object(input);
      KnownPlatform platform = wire.platformOf(message, credentials, platforms);
      Activity expanded = client.expand(wire.read(message, platform.id()), dialect != Dialect.C);
      Activity request = wire.complete(expanded);
      wire.check(message, request, platform, credentials);
      if (platform.persistent()) {
        client.speaks(dialect, request);
      }
      return credentials
          ? new Received.Credentials(request, dialect)
          : new Received.Job(request, dialect);
    } catch (NotAccepted e) {
      return new Received.Answer(wire.refused(input, e.text()));
    }
  }

  private static ObjectNode object(JsonNode input) throws NotAccepted {
    if (input instanceof ObjectNode object) {
      return object;
    }
    throw new NotAccepted("message received is not an object.");
  }

  /** An object that the client names by its id from now on. */
  private static Told activityObject(ClientMemory client, JsonNode input) {
    Wire wire = client.dialectOfObject(input).wire();
    try {
      client.remember(wire.readObject(object(input)));
      return Wire.NULL;
    } catch (NotAccepted e) {
      return wire.refused(input, e.text());
    }
  }

  private Told schemas(ClientMemory client, JsonNode known, boolean acked) {
    client.speaks(Dialect.C);
    ObjectNode answer = registry.answer(known);
    return acked ? new Told(answer, null) : new Told(null, new Event("schemas", answer));
  }

  /** Why a client must not see what a platform tells unasked; null: it may. */
  public @Nullable String misfit(Activity event) {
    KnownPlatform platform = platforms.enabled(event.platform());
    Rules rules = platform == null ? null : platform.responses();
    if (rules == null || event.type().equals("error") || event.json().has("error")) {
      return null;
    }
    Mistake mistake = rules.check(event.json());
    return mistake == null ? null : mistake.toString();
  }
}
