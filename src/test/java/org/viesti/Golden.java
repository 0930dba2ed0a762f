package org.viesti;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/** JSON as what it says, whatever the order of its fields. */
final class Golden {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Golden() {}

  static JsonNode fields(byte[] json) throws IOException {
    return MAPPER.readTree(json);
  }
}
