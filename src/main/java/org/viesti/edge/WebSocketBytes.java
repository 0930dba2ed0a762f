package org.viesti.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * What a server writes of RFC 6455 frames (§5.2): unmasked and never fragmented, so that a frame is
 * a short header and its content. Edges write them by themselves: for small frames cheaper than a
 * promise and a pass through an encoder for each.
 */
public final class WebSocketBytes {
  public static final int TEXT = 0x1;
  public static final int BINARY = 0x2;
  public static final int CLOSE = 0x8;
  public static final int PING = 0x9;
  public static final int PONG = 0xA;

  /** A frame's first byte has it if the frame is a whole message; the rest is its opcode. */
  public static final int FIN = 0x80;

  private WebSocketBytes() {}

  /** Of the header before so many bytes. */
  public static int headerSize(int length) {
    return length < 126 ? 2 : length < 65_536 ? 4 : 10;
  }

  /**
   * Writes the header of a frame.
   *
   * @param first its first byte
   * @param length of its content, in bytes
   */
  public static void header(ByteBuf out, int first, int length) {
    out.writeByte(first);
    if (length < 126) {
      out.writeByte(length);
    } else if (length < 65_536) {
      out.writeByte(126).writeShort(length);
    } else {
      out.writeByte(127).writeLong(length);
    }
  }

  /** A ping or pong with this content, of at most 125 bytes. */
  public static ByteBuf control(int opcode, ByteBuf content) {
    ByteBuf out = Unpooled.buffer(2 + content.readableBytes());
    header(out, FIN | opcode, content.readableBytes());
    return out.writeBytes(content, content.readerIndex(), content.readableBytes());
  }

  /**
   * A close frame.
   *
   * @param reason at most 123 bytes of ASCII
   */
  public static ByteBuf close(int code, String reason) {
    ByteBuf out = Unpooled.buffer(4 + reason.length());
    header(out, FIN | CLOSE, 2 + reason.length());
    return out.writeShort(code).writeBytes(reason.getBytes(StandardCharsets.US_ASCII));
  }
}
