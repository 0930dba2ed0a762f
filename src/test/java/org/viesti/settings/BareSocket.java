package org.viesti.settings;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.viesti.TestNode;

/** A WebSocket that answers nothing by itself, and shows what was compressed. */
final class BareSocket implements AutoCloseable {
  static final int CLOSE = 8;
  private static final int COMPRESSED = 0x40;

  /** A frame as it came; {@code first} is its first byte. */
  record Frame(int first, byte[] content) {
    boolean compressed() {
      return (first & COMPRESSED) != 0;
    }

    int opcode() {
      return first & 0xf;
    }

    int closeCode() {
      return (content[0] & 0xff) << 8 | content[1] & 0xff;
    }

    byte[] plain() {
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

    String text() {
      return new String(plain(), UTF_8);
    }
  }

  private final Socket socket = new Socket();
  private final DataInputStream in;

  BareSocket(TestNode node) throws IOException {
    socket.setSoTimeout(10_000);
    socket.connect(new InetSocketAddress(node.live().getHost(), node.live().getPort()), 10_000);
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
  }

  /** Offers compression; the head of the answer, in small letters. */
  String upgrade(String token) throws IOException {
    String request =
        """
        GET /ws HTTP/1.1\r
        Host: localhost\r
        Connection: Upgrade\r
        Upgrade: websocket\r
        Sec-WebSocket-Version: 13\r
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
        Sec-WebSocket-Extensions: permessage-deflate\r
        Authorization: Bearer %s\r
        \r
        """
            .formatted(token);
    socket.getOutputStream().write(request.getBytes(ISO_8859_1));
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.readUnsignedByte());
    }
    return head.toString().toLowerCase(java.util.Locale.ROOT);
  }

  /** Sends a short frame; ' stands for ". */
  void send(String frame) throws IOException {
    byte[] content = frame.replace('\'', '"').getBytes(UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(0x81);
    out.write(0x80 | content.length);
    out.writeBytes(new byte[4]);
    out.writeBytes(content);
    socket.getOutputStream().write(out.toByteArray());
  }

  Frame next() throws IOException {
    int first = in.readUnsignedByte();
    int length = in.readUnsignedByte();
    if (length == 126) {
      length = in.readUnsignedShort();
    } else if (length == 127) {
      length = (int) in.readLong();
    }
    byte[] content = new byte[length];
    in.readFully(content);
    return new Frame(first, content);
  }

  /** Whether the node closes, before it says anything. */
  boolean isClosed() throws IOException {
    return in.read() < 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
