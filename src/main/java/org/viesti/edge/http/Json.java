package org.viesti.edge.http;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.viesti.edge.JsonErrors;
import org.viesti.edge.JsonFrames;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;

/** Bodies as JSON, by the same strict rules as frames. */
final class Json {
  private static final JsonMapper MAPPER = mapper();

  private Json() {}

  private static JsonMapper mapper() {
    JsonMapper mapper = JsonFrames.mapper();
    // Nulls may stand in free structures, but in no list of ours.
    mapper.configOverride(List.class).setSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL));
    return mapper;
  }

  /** A call's body. Throws {@link Refused} with a sentence that says which field is wrong. */
  static <T> T read(byte[] body, Class<T> form) {
    try {
      T read = body.length == 0 ? null : MAPPER.readValue(body, form);
      if (read == null) {
        throw new Refused(ErrorCode.INVALID_ARGUMENT, "the body must be a JSON object");
      }
      return read;
    } catch (JsonProcessingException e) {
      throw JsonErrors.refusal(e, "the body");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] write(Object body) {
    try {
      return MAPPER.writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
