package org.viesti.edge.websocket;

import static org.viesti.edge.WebSocketBytes.FIN;
import static org.viesti.edge.WebSocketBytes.PING;
import static org.viesti.edge.WebSocketBytes.header;
import static org.viesti.edge.WebSocketBytes.headerSize;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import org.viesti.protocol.ServerFrame;

/**
 * The server's frames, whose bytes are the same for all receivers; a batch is one buffer, filled
 * once.
 */
final class Framing {
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
}
