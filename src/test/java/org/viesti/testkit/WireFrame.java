package org.viesti.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** A server's WebSocket frame as it came; {@code first} is its first byte. */
public record WireFrame(int first, byte[] content) {
  public static final int CLOSE = 8;
  public static final int COMPRESSED = 0x40;

  public static WireFrame read(DataInputStream in) throws IOException {
    int first = in.readUnsignedByte();
    int length = in.readUnsignedByte();
    if (length == 126) {
      length = in.readUnsignedShort();
    } else if (length == 127) {
      length = (int) in.readLong();
    }
    byte[] content = new byte[length];
    in.readFully(content);
    return new WireFrame(first, content);
  }

  public boolean compressed() {
    return (first & COMPRESSED) != 0;
  }

  public int opcode() {
    return first & 0xf;
  }

  /** Of a close frame that has one. */
  public int closeCode() {
    return (content[0] & 0xff) << 8 | content[1] & 0xff;
  }

  public byte[] plain() {
    if (!compressed()) {
      return content;
    }
    try (Inflater inflater = new Inflater(true)) {
      inflater.setInput(content);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] chunk = new byte[4096];
      for (int n = inflater.inflate(chunk); n > 0; n = inflater.inflate(chunk)) {
        out.write(chunk, 0, n);
      }
      return out.toByteArray();
    } catch (DataFormatException e) {
      throw new IllegalStateException(e);
    }
  }

  public String text() {
    return new String(plain(), UTF_8);
  }
}
