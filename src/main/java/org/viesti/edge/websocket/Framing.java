package org.viesti.edge.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.viesti.protocol.ServerFrame;

/**
 * What the server writes, as RFC 6455 frames (§5.2). They are unmasked and never fragmented, so a
 * frame is a short header and bytes that are the same for all receivers; a batch is one buffer,
 * filled once: for small frames cheaper than a composite, a promise and a pass through an encoder
 * for each.
 */
final class Framing {
  static final int TEXT = 0x1;
  static final int BINARY = 0x2;
  static final int CLOSE = 0x8;
  static final int PING = 0x9;
  static final int PONG = 0xA;

  private static final int FIN = 0x80;

  /** The first reserved bit: compressed (RFC 7692 §6). */
  private static final int RSV1 = 0x40;

  private Framing() {}

  /**
   * A batch in one buffer.
   *
   * @param deflateFrom frames of this many bytes and more are compressed
   */
  static ByteBuf batch(
      ByteBufAllocator alloc, Subprotocol form, int deflateFrom, List<ServerFrame> frames) {
    byte[][] contents = new byte[frames.size()][];
    int[] first = new int[contents.length];
    int total = 0;
    for (int i = 0; i < contents.length; i++) {
      byte[] plain = form.codec.encode(frames.get(i));
      boolean compress = plain.length >= deflateFrom;
      contents[i] = compress ? Deflate.compress(plain) : plain;
      first[i] = FIN | form.opcode | (compress ? RSV1 : 0);
      total += headerSize(contents[i].length) + contents[i].length;
      if (frames.get(i) instanceof ServerFrame.Ping) {
        total += 2;
      }
    }
    ByteBuf out = alloc.directBuffer(total);
    for (int i = 0; i < contents.length; i++) {
      header(out, first[i], contents[i].length);
      out.writeBytes(contents[i]);
      if (frames.get(i) instanceof ServerFrame.Ping) {
        header(out, FIN | PING, 0); // a stock client answers this one by itself
      }
    }
    return out;
  }

  private static int headerSize(int length) {
    return length < 126 ? 2 : length < 65_536 ? 4 : 10;
  }

  private static void header(ByteBuf out, int first, int length) {
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
  static ByteBuf control(int opcode, ByteBuf content) {
    ByteBuf out = Unpooled.buffer(2 + content.readableBytes());
    header(out, FIN | opcode, content.readableBytes());
    return out.writeBytes(content, content.readerIndex(), content.readableBytes());
  }

  /**
   * A close frame.
   *
   * @param reason at most 123 bytes of ASCII
   */
  static ByteBuf close(int code, String reason) {
    ByteBuf out = Unpooled.buffer(4 + reason.length());
    header(out, FIN | CLOSE, 2 + reason.length());
    return out.writeShort(code).writeBytes(reason.getBytes(StandardCharsets.US_ASCII));
  }
}
