package org.viesti.platform.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.viesti.platform.Platform;

/**
 * What clients of the newest dialect are told of the server before they begin: its platforms, their
 * verbs and schemas. Its fingerprint is the same on every node that has the same platforms, and
 * spares a client that comes back the rest.
 */
final class Registry {
  private final String fingerprint;
  private final ObjectNode whole;
  private final ObjectNode unchanged;

  /**
   * @param version the server's
   */
  Registry(List<Platform.Description> platforms, String version) {
    ObjectNode rest = Wire.object().put("version", version);
    rest.putObject("contexts")
        .put("as", Contexts.ACTIVITY_STREAMS)
        .put("sockethub", Contexts.SOCKETHUB);
    var list = rest.putArray("platforms");
    platforms.stream()
        .sorted(Comparator.comparing(Platform.Description::id))
        .forEach(platform -> list.add(entry(platform)));
    fingerprint = fingerprint(rest);
    whole = Wire.object().put("fingerprint", fingerprint);
    whole.setAll(rest);
    unchanged = Wire.object().put("fingerprint", fingerprint).put("unchanged", true);
  }

  /**
   * @param known the fingerprint of what the client has; null, or anything else: it has nothing
   */
  ObjectNode answer(@Nullable JsonNode known) {
    return known != null && known.isTextual() && known.textValue().equals(fingerprint)
        ? unchanged
        : whole;
  }

  private static ObjectNode entry(Platform.Description platform) {
    ObjectNode entry =
        Wire.object()
            .put("id", platform.id())
            .put("version", platform.version())
            .put("contextUrl", Contexts.urlOf(platform.id()))
            .put("contextVersion", "1")
            .put("schemaVersion", "1");
    KnownPlatform.types(platform).forEach(entry.putArray("types")::add);
    JsonNode credentials = platform.credentials();
    ObjectNode schemas = entry.putObject("schemas");
    schemas.set("credentials", credentials == null ? Wire.object() : credentials);
    schemas.set("messages", platform.messages());
    return entry;
  }

  private static String fingerprint(ObjectNode of) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(of.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
