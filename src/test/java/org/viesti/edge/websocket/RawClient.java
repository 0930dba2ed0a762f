package org.viesti.edge.websocket;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import org.viesti.edge.WebSocketBytes;
import org.viesti.testkit.WireFrame;

/**
 * A WebSocket client by hand, for what a stock client hides: frame headers, and what goes in one
 * write.
 */
final class RawClient implements AutoCloseable {
  static final int FIN = 0x80;

  private final Socket socket;
  private final DataInputStream in;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  RawClient(LiveNode node) throws IOException {
    this(node, 0);
  }

  /**
   * @param receiveBuffer in bytes; 0: the system's
   */
  RawClient(LiveNode node, int receiveBuffer) throws IOException {
    socket = new Socket();
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.setSoTimeout(10_000);
    socket.connect(new java.net.InetSocketAddress("127.0.0.1", node.port()));
    in = new DataInputStream(socket.getInputStream());
  }

  /** Connects as Ann and upgrades; further header lines may be given. */
  static RawClient upgraded(LiveNode node, String... headers) throws IOException {
    RawClient client = new RawClient(node);
    String answer = client.upgrade("/ws?access_token=ann", headers);
    if (!answer.startsWith("HTTP/1.1 101 ")) {
      throw new AssertionError(answer);
    }
    return client;
  }

  /** The head of the answer. */
  String upgrade(String uri, String... headers) throws IOException {
    return request(
        uri,
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + (headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n"));
  }

  String request(String uri, String headers) throws IOException {
    socket
        .getOutputStream()
        .write(("GET " + uri + " HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n").getBytes(ISO_8859_1));
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.readUnsignedByte());
    }
    return head.toString();
  }

  /** Adds a masked frame to the next write. */
  RawClient add(int first, byte[] content) {
    out.write(first);
    if (content.length < 126) {
      out.write(0x80 | content.length);
    } else {
      out.write(0x80 | 126);
      out.write(content.length >> 8);
      out.write(content.length);
    }
    byte[] mask = {1, 2, 3, 4};
    out.writeBytes(mask);
    for (int i = 0; i < content.length; i++) {
      out.write(content[i] ^ mask[i % 4]);
    }
    return this;
  }

  RawClient text(String content) {
    return add(FIN | WebSocketBytes.TEXT, content.replace('\'', '"').getBytes(UTF_8));
  }

  RawClient bytes(byte[] raw) {
    out.writeBytes(raw);
    return this;
  }

  /** Writes what was added, at once. */
  RawClient write() throws IOException {
    socket.getOutputStream().write(out.toByteArray());
    out.reset();
    return this;
  }

  WireFrame next() throws IOException {
    return WireFrame.read(in);
  }

  /** The code of the close frame that comes next. */
  int closeCode() throws IOException {
    WireFrame frame = next();
    if (frame.first() != (FIN | WebSocketBytes.CLOSE)) {
      throw new AssertionError(frame.first() + " " + frame.text());
    }
    return frame.closeCode();
  }

  /** Everything until the server closes. */
  String rest() throws IOException {
    return new String(in.readAllBytes(), UTF_8);
  }

  boolean closedByServer() throws IOException {
    return in.read() < 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
