package org.viesti.platform;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The JSON Schemas of a platform of the house, from the resource {@code <id>/schema.json} beside
 * this class.
 *
 * @param credentials null: the platform has none
 * @param responses null: what it tells is not checked
 */
public record PlatformSchema(
    JsonNode messages, @Nullable JsonNode credentials, @Nullable JsonNode responses) {
  private static final String VERSION = "1.0.0";

  /** Of a platform of the house. */
  public static Platform.Description describe(
      String id, boolean persistent, Set<String> needsCredentials, Duration timeout) {
    PlatformSchema schema = load(id);
    return new Platform.Description(
        id,
        VERSION,
        persistent,
        needsCredentials,
        schema.messages,
        schema.credentials,
        schema.responses,
        timeout);
  }

  public static PlatformSchema load(String id) {
    try (InputStream file = PlatformSchema.class.getResourceAsStream(id + "/schema.json")) {
      if (file == null) {
        throw new FileNotFoundException(id + "/schema.json");
      }
      JsonNode all = JsonMapper.builder().build().readTree(file);
      return new PlatformSchema(
          all.required("messages"), all.get("credentials"), all.get("responses"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
