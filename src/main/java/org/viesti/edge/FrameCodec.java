package org.viesti.edge;

import java.util.List;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ServerFrame;

/**
 * Frames as bytes, pure and shared by all connections. Transports that carry whole frames choose
 * one by name.
 */
public interface FrameCodec {
  /**
   * The frames in one of the transport's messages, validated. Throws {@link
   * org.viesti.protocol.Refused} with INVALID_ARGUMENT or PAYLOAD_MISMATCH, and with the request's
   * id if the message was one frame and had one; then none of them counts.
   */
  List<ClientFrame> decode(byte[] bytes, int offset, int length);

  /** One frame; a delivery's bytes are made once and shared: do not change them. */
  byte[] encode(ServerFrame frame);
}
