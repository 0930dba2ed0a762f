package org.viesti.edge.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.viesti.edge.FrameCodec;
import org.viesti.edge.JsonFrames;
import org.viesti.edge.ProtoFrames;
import org.viesti.edge.WebSocketBytes;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;

/** The two forms of the frames. A client that names none, such as a bare wscat, speaks JSON. */
enum Subprotocol {
  JSON("viesti.v1.json", new JsonFrames(), WebSocketBytes.TEXT),
  PROTO("viesti.v1.proto", new ProtoFrames(), WebSocketBytes.BINARY);

  final String id;
  final FrameCodec codec;
  final int opcode;

  Subprotocol(String id, FrameCodec codec, int opcode) {
    this.id = id;
    this.codec = codec;
    this.opcode = opcode;
  }

  /** The first of the names a client gave that is known here; null if none is. */
  static @Nullable Subprotocol among(String names) {
    if (names.isBlank()) {
      return JSON;
    }
    for (String name : names.split(",")) {
      for (Subprotocol candidate : values()) {
        if (candidate.id.equals(name.strip())) {
          return candidate;
        }
      }
    }
    return null;
  }

  /** The frames of a whole message. Throws {@link Refused}. */
  List<ClientFrame> decode(int opcode, boolean compressed, ByteBuf content, int limit) {
    if (opcode != this.opcode) {
      throw new Refused(
          ErrorCode.INVALID_ARGUMENT,
          id
              + " speaks in "
              + (this.opcode == WebSocketBytes.TEXT ? "text" : "binary")
              + " messages");
    }
    byte[] bytes = compressed ? Deflate.decompress(content, limit) : ByteBufUtil.getBytes(content);
    return codec.decode(bytes, 0, bytes.length);
  }
}
