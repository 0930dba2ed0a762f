package org.viesti.edge.socketio;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads one packet of Socket.IO: {@code <type>[<attachments>-][<namespace>,][<ack id>][<JSON>]}.
 */
final class PacketReader {
  /** No client needs more, and the library's own parser takes no more by default. */
  private static final int MOST_ATTACHMENTS = 10;

  /** Names that are the library's own: what bears one was not emitted by a client of it. */
  private static final Set<String> RESERVED =
      Set.of(
          "connect",
          "connect_error",
          "disconnect",
          "disconnecting",
          "newListener",
          "removeListener");

  private final byte[] bytes;
  private final int end;
  private int at;

  private PacketReader(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  static SocketPacket read(byte[] bytes, int from, int end) throws Malformed {
    return new PacketReader(bytes, from, end).packet();
  }

  private SocketPacket packet() throws Malformed {
    int type = at < end ? bytes[at++] : 0;
    return switch (type) {
      case '0' -> new SocketPacket.Connect(namespace(), auth());
      case '1' -> new SocketPacket.Disconnect(namespace());
      case '2' -> event(0);
      case '3' -> ack(0);
      case '5' -> event(attachments());
      case '6' -> ack(attachments());
      default -> throw new Malformed("a packet of an unknown type");
    };
  }

  private SocketPacket event(int attachments) throws Malformed {
    String namespace = namespace();
    int ack = at < end && isDigit(bytes[at]) ? number() : -1;
    List<JsonNode> array = array(attachments);
    JsonNode name = array.isEmpty() ? null : array.getFirst();
    if (name == null
        || !(name.isNumber() || name.isTextual())
        || RESERVED.contains(name.textValue() == null ? "" : name.textValue())) {
      throw new Malformed("an event without a name of its own");
    }
    return new SocketPacket.Event(
        namespace, new Incoming(name.asText(), array.subList(1, array.size()), ack), attachments);
  }

  private SocketPacket ack(int attachments) throws Malformed {
    String namespace = namespace();
    number();
    return new SocketPacket.Ack(namespace, array(attachments), attachments);
  }

  private int attachments() throws Malformed {
    int many = number();
    if (many < 1 || many > MOST_ATTACHMENTS || at == end || bytes[at++] != '-') {
      throw new Malformed("illegal attachments");
    }
    return many;
  }

  private String namespace() {
    if (at == end || bytes[at] != '/') {
      return "/";
    }
    int from = at;
    while (at < end && bytes[at] != ',') {
      at++;
    }
    String namespace = new String(bytes, from, at - from, UTF_8);
    at = Math.min(at + 1, end);
    return namespace;
  }

  private int number() throws Malformed {
    long number = 0;
    int from = at;
    while (at < end && isDigit(bytes[at]) && number <= Integer.MAX_VALUE) {
      number = number * 10 + bytes[at++] - '0';
    }
    if (at == from || number > Integer.MAX_VALUE) {
      throw new Malformed("a number is missing or too large");
    }
    return (int) number;
  }

  private static boolean isDigit(byte letter) {
    return letter >= '0' && letter <= '9';
  }

  private JsonNode auth() throws Malformed {
    if (at == end) {
      return JsonNodeFactory.instance.objectNode();
    }
    JsonNode auth = json();
    if (!auth.isObject()) {
      throw new Malformed("what a client brings must be an object");
    }
    return auth;
  }

  private List<JsonNode> array(int attachments) throws Malformed {
    if (!(json() instanceof ArrayNode array)) {
      throw new Malformed("a packet without an array");
    }
    List<JsonNode> values = new ArrayList<>(array.size());
    array.forEach(value -> values.add(attachments > 0 ? withoutBinary(value) : value));
    return values;
  }

  private JsonNode json() throws Malformed {
    try {
      return Json.parse(bytes, at, end - at);
    } catch (IOException e) {
      throw new Malformed("not JSON");
    }
  }

  /** Where the attachments belong in a value there are placeholders; null takes their places. */
  private static JsonNode withoutBinary(JsonNode value) {
    return switch (value) {
      case ObjectNode object when object.path("_placeholder").asBoolean() ->
          JsonNodeFactory.instance.nullNode();
      case ObjectNode object -> {
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
          entry.setValue(withoutBinary(entry.getValue()));
        }
        yield object;
      }
      case ArrayNode array -> {
        for (int i = 0; i < array.size(); i++) {
          array.set(i, withoutBinary(array.get(i)));
        }
        yield array;
      }
      default -> value;
    };
  }
}
