package org.viesti.edge.socketio;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.util.function.Consumer;
import org.viesti.security.WipedBuffers;

/** JSON as Socket.IO's packets have it. */
final class Json {
  /** Less than what may be written, so that what was read can be told on inside of something. */
  private static final int DEEPEST = 200;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .recyclerPool(WipedBuffers.POOL)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final ObjectReader READER = MAPPER.reader();

  private Json() {}

  /** The one value in these bytes; throws {@link IOException} if they are anything else. */
  static JsonNode parse(byte[] bytes, int from, int length) throws IOException {
    JsonNode node = READER.readTree(bytes, from, length);
    if (node.isMissingNode()) {
      throw new IOException("nothing");
    }
    return node;
  }

  /** An object in JSON, after a prefix. */
  static byte[] bytes(String prefix, Consumer<ObjectNode> fill) {
    ObjectNode node = MAPPER.createObjectNode();
    fill.accept(node);
    return (prefix + node).getBytes(UTF_8);
  }

  static JsonGenerator generator(OutputStream out) throws IOException {
    return MAPPER.createGenerator(out);
  }
}
