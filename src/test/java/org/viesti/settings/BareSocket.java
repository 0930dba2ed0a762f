package org.viesti.settings;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.viesti.TestNode;
import org.viesti.testkit.WireFrame;

/** A WebSocket that answers nothing by itself, and shows what was compressed. */
final class BareSocket implements AutoCloseable {
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

  WireFrame next() throws IOException {
    return WireFrame.read(in);
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
