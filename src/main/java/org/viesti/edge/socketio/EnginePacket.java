package org.viesti.edge.socketio;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a client says in Engine.IO (revision 4). */
sealed interface EnginePacket {
  /** Between the packets that one request of a polling client brings, or one answer. */
  byte SEPARATOR = 0x1e;

  /** What the ping of a {@link Probe} says. */
  byte[] PROBE = "probe".getBytes(US_ASCII);

  record Close() implements EnginePacket {}

  /** The server's ping is answered. */
  record Pong() implements EnginePacket {}

  /** Whether a WebSocket works that is to take over from polling. */
  record Probe() implements EnginePacket {}

  /** It is to take over now. */
  record Upgrade() implements EnginePacket {}

  record Noop() implements EnginePacket {}

  record Message(SocketPacket content) implements EnginePacket {}

  /** Binary data that belongs to the event before. */
  record Attachment() implements EnginePacket {}

  /** None of the above: nothing of use can follow. */
  record Broken(String why) implements EnginePacket {}

  /** The text of one packet. */
  static EnginePacket of(byte[] bytes, int from, int end) {
    int type = from < end ? bytes[from] : 0;
    return switch (type) {
      case '1' -> new Close();
      case '2' ->
          Arrays.equals(bytes, from + 1, end, PROBE, 0, PROBE.length)
              ? new Probe()
              : new Broken("a ping, which is the server's to send");
      case '3' -> new Pong();
      case '4' -> {
        try {
          yield new Message(PacketReader.read(bytes, from + 1, end));
        } catch (Malformed e) {
          yield new Broken(String.valueOf(e.getMessage()));
        }
      }
      case '5' -> new Upgrade();
      case '6' -> new Noop();
      default -> new Broken("a packet of an unknown type");
    };
  }

  /** The body of a request of a client that polls; its binary packets are {@code b} and base64. */
  static List<EnginePacket> all(byte[] body) {
    List<EnginePacket> packets = new ArrayList<>();
    int from = 0;
    for (int at = 0; at <= body.length; at++) {
      if (at == body.length || body[at] == SEPARATOR) {
        packets.add(at > from && body[from] == 'b' ? new Attachment() : of(body, from, at));
        from = at + 1;
      }
    }
    return packets;
  }
}
