package org.viesti.edge.grpc;

import org.apache.pekko.util.ByteString;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;

/**
 * Watches the lengths that one request's gRPC frames announce (a flag and four bytes before each),
 * so that a frame too large is refused before it is gathered. Not thread-safe.
 */
final class FrameSizes {
  private static final int PREFIX = 5;

  private final int most;
  private int prefixSeen;
  private long length;
  private long bodyLeft;

  FrameSizes(int most) {
    this.most = most;
  }

  /** The next bytes of the request, unchanged; throws {@link Refused}. */
  ByteString check(ByteString bytes) {
    int at = 0;
    while (at < bytes.size()) {
      if (bodyLeft > 0) {
        int skipped = (int) Math.min(bodyLeft, bytes.size() - at);
        bodyLeft -= skipped;
        at += skipped;
      } else {
        prefix(bytes.apply(at));
        at++;
      }
    }
    return bytes;
  }

  private void prefix(byte next) {
    length = prefixSeen == 0 ? 0 : length << 8 | (next & 0xff);
    prefixSeen++;
    if (prefixSeen == PREFIX) {
      if (length > most) {
        throw new Refused(
            new Refusal(
                ErrorCode.TOO_LARGE,
                "a frame holds at most " + most + " bytes",
                "viesti.live.max-frame-bytes",
                null));
      }
      bodyLeft = length;
      prefixSeen = 0;
    }
  }
}
