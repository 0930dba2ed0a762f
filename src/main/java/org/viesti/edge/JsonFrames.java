package org.viesti.edge;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.Body;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.Message;
import org.viesti.protocol.Publication;
import org.viesti.protocol.Refused;
import org.viesti.protocol.ServerFrame;
import org.viesti.protocol.Utf8;
import org.viesti.protocol.Validation;

/**
 * Frames as JSON (subprotocol {@code viesti.v1.json}): one object with its {@code type}, or from a
 * client also an array of them. Strict: what a client misspells is refused, not ignored, because an
 * ignored field is a lost message later.
 */
public final class JsonFrames implements FrameCodec {
  private static final JsonMapper MAPPER = mapper();
  private static final ObjectReader ONE = MAPPER.readerFor(ClientFrame.class);
  private static final ObjectReader MANY = MAPPER.readerForListOf(ClientFrame.class);
  private static final ObjectWriter FRAME = MAPPER.writerFor(ServerFrame.class);
  private static final ObjectWriter PUBLISHED = MAPPER.writerFor(Published.class);
  private static final ObjectWriter DELIVERY = MAPPER.writerFor(Delivery.class);
  private static final ObjectWriter ENTRY = MAPPER.writerFor(Entry.class);

  /** A delivery names its log by the topic's path alone: the tenant is the client's own. */
  private record Delivery(String type, String topic, long seq, long prev, Entry message) {
    static Delivery of(Message message) {
      return new Delivery(
          "delivery", message.topic().path(), message.seq(), message.prev(), Entry.of(message));
    }
  }

  /** A payload that is text goes as text, and any other as base64. */
  private record Published(
      String type,
      String topic,
      @Nullable String payload,
      byte @Nullable [] base64,
      int qos,
      boolean retain,
      long at,
      Publication.@Nullable Properties properties,
      int @Nullable [] identifiers,
      @Nullable String stream,
      @Nullable Long position) {
    static Published of(ServerFrame.Published published) {
      Publication publication = published.publication();
      String text = Utf8.text(publication.payload());
      return new Published(
          "published",
          publication.path(),
          text,
          text == null ? publication.payload() : null,
          published.qos(),
          published.retain(),
          publication.at(),
          publication.properties(),
          published.identifiers().length == 0 ? null : published.identifiers(),
          published.stream(),
          published.stream() == null ? null : published.position());
    }
  }

  private record Entry(String id, long at, String sender, @Nullable String device, Body body) {
    static Entry of(Message message) {
      return new Entry(
          message.id(), message.at(), message.sender(), message.device(), message.body());
    }
  }

  /** Snake case, and strict: what a client misspells, or writes as another type, is refused. */
  public static JsonMapper mapper() {
    JsonMapper.Builder builder =
        JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS);
    builder.withCoercionConfig(
        LogicalType.Textual,
        text ->
            text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail));
    return builder.build();
  }

  @Override
  public List<ClientFrame> decode(byte[] bytes, int offset, int length) {
    try {
      return valid(bytes, offset, length);
    } catch (Refused refused) {
      throw new Refused(refused.refusal(), id(bytes, offset, length));
    }
  }

  private static List<ClientFrame> valid(byte[] bytes, int offset, int length) {
    List<ClientFrame> frames = read(bytes, offset, length);
    for (ClientFrame frame : frames) {
      if (frame == null) {
        throw JsonErrors.refused("a frame is null");
      }
      Validation.valid(frame);
    }
    return frames;
  }

  private static List<ClientFrame> read(byte[] bytes, int offset, int length) {
    try {
      if (isArray(bytes, offset, length)) {
        return MANY.readValue(bytes, offset, length);
      }
      ClientFrame frame = ONE.readValue(bytes, offset, length);
      if (frame == null) {
        throw JsonErrors.refused("a frame is null");
      }
      return List.of(frame);
    } catch (JsonProcessingException e) {
      throw JsonErrors.refusal(e, "the frame");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The id of the one frame that this was to be, as far as it can be read. */
  private static @Nullable String id(byte[] bytes, int offset, int length) {
    String id = null;
    try (JsonParser frame = MAPPER.createParser(bytes, offset, length)) {
      if (frame.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      for (String field = frame.nextFieldName(); field != null; field = frame.nextFieldName()) {
        JsonToken value = frame.nextToken();
        if (field.equals("id") && value == JsonToken.VALUE_STRING) {
          id = frame.getText();
        }
        frame.skipChildren();
      }
    } catch (IOException e) {
      // It is no JSON from here on; that has been said.
    }
    return Validation.isRequestId(id) ? id : null;
  }

  private static boolean isArray(byte[] bytes, int offset, int length) {
    for (int at = offset; at < offset + length; at++) {
      if (bytes[at] != ' ' && bytes[at] != '\n' && bytes[at] != '\r' && bytes[at] != '\t') {
        return bytes[at] == '[';
      }
    }
    throw JsonErrors.refused("the message is empty");
  }

  @Override
  public byte[] encode(ServerFrame frame) {
    return switch (frame) {
      case ServerFrame.Delivery(Message message) -> message.json(JsonFrames::delivery);
      case ServerFrame.Published published -> bytes(PUBLISHED, Published.of(published));
      default -> bytes(FRAME, frame);
    };
  }

  private static byte[] delivery(Message message) {
    return bytes(DELIVERY, Delivery.of(message));
  }

  /** The {@code message} of a delivery. */
  static byte[] entry(Message message) {
    return bytes(ENTRY, Entry.of(message));
  }

  private static byte[] bytes(ObjectWriter writer, Object value) {
    try {
      return writer.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
