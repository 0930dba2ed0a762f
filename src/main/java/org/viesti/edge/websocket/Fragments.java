package org.viesti.edge.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import org.viesti.edge.WebSocketBytes;
import org.viesti.protocol.Refused;

/**
 * A message that comes in fragments (RFC 6455 §5.4), so far. The decoder has seen to it that they
 * come in their order.
 */
record Fragments(int opcode, boolean compressed, ByteBuf bytes) {

  static Fragments startedBy(WebSocketFrame first, ByteBufAllocator alloc) {
    return new Fragments(opcode(first), compressed(first), alloc.buffer());
  }

  /** Throws {@link Refused} with TOO_LARGE past the limit. */
  void add(WebSocketFrame next, int limit) {
    if (bytes.readableBytes() + next.content().readableBytes() > limit) {
      throw Deflate.tooLarge(limit);
    }
    bytes.writeBytes(next.content());
  }

  static int opcode(WebSocketFrame first) {
    return first instanceof BinaryWebSocketFrame ? WebSocketBytes.BINARY : WebSocketBytes.TEXT;
  }

  static boolean compressed(WebSocketFrame first) {
    return (first.rsv() & 0b100) != 0;
  }
}
