package org.viesti.edge.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;

/**
 * permessage-deflate without context takeover in either direction (RFC 7692). No message depends on
 * an earlier one, so a compressor belongs to a thread and not to a connection: idle connections
 * hold nothing, and what one message became is the same for all its receivers.
 */
final class Deflate {
  /** What ends every flushed block, and is left out on the wire (RFC 7692 §7.2.1). */
  private static final byte[] TAIL = {0, 0, -1, -1};

  /** Chat shrinks nearly as well at 1 as at 6, for a third of the time. */
  private static final FastThreadLocal<Deflater> DEFLATER =
      new FastThreadLocal<>() {
        @Override
        protected Deflater initialValue() {
          return new Deflater(Deflater.BEST_SPEED, true);
        }

        @Override
        protected void onRemoval(Deflater deflater) {
          deflater.end();
        }
      };

  private static final FastThreadLocal<Inflater> INFLATER =
      new FastThreadLocal<>() {
        @Override
        protected Inflater initialValue() {
          return new Inflater(true);
        }

        @Override
        protected void onRemoval(Inflater inflater) {
          inflater.end();
        }
      };

  /** A message goes to many receivers in a row: the last one's compressed form is kept. */
  private record Last(byte[] plain, byte[] compressed) {}

  private static final FastThreadLocal<@Nullable Last> LAST = new FastThreadLocal<>();

  private Deflate() {}

  static byte[] compress(byte[] plain) {
    Last last = LAST.get();
    if (last == null || last.plain() != plain) {
      last = new Last(plain, deflated(plain));
      LAST.set(last);
    }
    return last.compressed();
  }

  private static byte[] deflated(byte[] plain) {
    Deflater deflater = DEFLATER.get();
    deflater.reset();
    deflater.setInput(plain);
    byte[] out = new byte[plain.length / 2 + 64];
    int length = 0;
    while (true) {
      length += deflater.deflate(out, length, out.length - length, Deflater.SYNC_FLUSH);
      if (length < out.length) {
        return Arrays.copyOf(out, length - TAIL.length);
      }
      out = Arrays.copyOf(out, out.length * 2);
    }
  }

  /**
   * The plain form of a client's message. Throws {@link Refused}: TOO_LARGE past the limit, which a
   * few bytes can reach.
   */
  static byte[] decompress(ByteBuf compressed, int limit) {
    Inflater inflater = INFLATER.get();
    inflater.reset();
    ByteArrayOutputStream out = new ByteArrayOutputStream(compressed.readableBytes() * 3);
    byte[] chunk = new byte[4096];
    try {
      for (byte[] input : new byte[][] {ByteBufUtil.getBytes(compressed), TAIL}) {
        inflater.setInput(input);
        for (int n = inflater.inflate(chunk); n > 0; n = inflater.inflate(chunk)) {
          if (out.size() + n > limit) {
            throw tooLarge(limit);
          }
          out.write(chunk, 0, n);
        }
      }
    } catch (DataFormatException e) {
      throw new Refused(ErrorCode.INVALID_ARGUMENT, "the message is not deflated as it claims");
    }
    return out.toByteArray();
  }

  static Refused tooLarge(int limit) {
    return new Refused(
        new Refusal(
            ErrorCode.TOO_LARGE,
            "a frame may have " + limit + " bytes",
            "viesti.live.max-frame-bytes",
            null));
  }
}
