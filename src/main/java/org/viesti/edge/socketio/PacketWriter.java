package org.viesti.edge.socketio;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the server's packets, as text: Engine.IO's type, and for messages Socket.IO's packet. */
final class PacketWriter {
  static final byte[] CLOSE = ascii("1");
  static final byte[] PING = ascii("2");
  static final byte[] PROBED = ascii("3probe");
  static final byte[] NOOP = ascii("6");
  static final byte[] DISCONNECT = ascii("41");

  private PacketWriter() {}

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }

  /** The first packet of a session. */
  static byte[] open(String sid, boolean upgradable, SocketIoSettings settings) {
    return ascii(
        "0{\"sid\":\"%s\",\"upgrades\":[%s],\"pingInterval\":%d,\"pingTimeout\":%d,\"maxPayload\":%d}"
            .formatted(
                sid,
                upgradable ? "\"websocket\"" : "",
                settings.pingInterval().toMillis(),
                settings.pingTimeout().toMillis(),
                settings.maxPayloadBytes()));
  }

  /** The client is connected to namespace {@code /}. */
  static byte[] connected(String sid, @Nullable String pid) {
    return Json.bytes(
        "40",
        node -> {
          node.put("sid", sid);
          if (pid != null) {
            node.put("pid", pid);
          }
        });
  }

  /** It is not. */
  static byte[] refused(String namespace, String message) {
    return Json.bytes(
        "44" + (namespace.equals("/") ? "" : namespace + ","),
        node -> node.put("message", message));
  }

  static void write(ByteBuf out, SocketIo.Outgoing packet) {
    switch (packet) {
      case SocketIo.Outgoing.Event(String name, List<JsonNode> args) -> {
        out.writeByte('4').writeByte('2');
        array(out, name, args);
      }
      case SocketIo.Outgoing.Ack(int id, JsonNode arg) -> {
        out.writeByte('4').writeByte('3');
        ByteBufUtil.writeAscii(out, Integer.toString(id));
        array(out, null, List.of(arg));
      }
    }
  }

  private static void array(ByteBuf out, @Nullable String name, List<JsonNode> values) {
    try (JsonGenerator json = Json.generator(new ByteBufOutputStream(out))) {
      json.writeStartArray();
      if (name != null) {
        json.writeString(name);
      }
      for (JsonNode value : values) {
        json.writeTree(value);
      }
      json.writeEndArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
