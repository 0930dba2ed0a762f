package org.viesti.scene;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.viesti.edge.ProtoTree;
import org.viesti.protocol.v1.ClientFrame;
import org.viesti.protocol.v1.ServerFrame;
import org.viesti.testkit.End;
import org.viesti.testkit.WireFrame;

/**
 * One WebSocket by hand, frame by frame: it acknowledges nothing by itself, can stop reading its
 * socket, and can be cut. Frames are JSON trees to the test in both subprotocols.
 */
public final class Link implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final long PATIENCE_MS = 10_000;

  /** A subprotocol, and the opcode of its messages. */
  public enum Form {
    JSON("viesti.v1.json", 1),
    PROTO("viesti.v1.proto", 2);

    final String subprotocol;
    final int opcode;

    Form(String subprotocol, int opcode) {
      this.subprotocol = subprotocol;
      this.opcode = opcode;
    }
  }

  private final Form form;
  private final Socket socket = new Socket();
  private final DataInputStream in;
  private final OutputStream out;

  /** Everything that came, and what of it no test has asked for yet. */
  private final List<JsonNode> frames = new ArrayList<>();

  private final List<JsonNode> unread = new ArrayList<>();
  private final CompletableFuture<End> end = new CompletableFuture<>();
  private volatile Consumer<JsonNode> listener = frame -> {};
  private boolean reading = true;
  private int nonces;

  /**
   * Connects and upgrades; the first frame is the caller's to send.
   *
   * @param receiveBuffer of the socket, in bytes; 0: the system's
   */
  public Link(URI node, String token, Form form, int receiveBuffer) {
    this.form = form;
    try {
      if (receiveBuffer > 0) {
        socket.setReceiveBufferSize(receiveBuffer);
      }
      socket.connect(new InetSocketAddress(node.getHost(), node.getPort()), (int) PATIENCE_MS);
      socket.setTcpNoDelay(true);
      in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
      out = socket.getOutputStream();
      upgrade(node, token);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("link").start(this::read);
  }

  private void upgrade(URI node, String token) throws IOException {
    String request =
        """
        GET %s HTTP/1.1\r
        Host: localhost\r
        Connection: Upgrade\r
        Upgrade: websocket\r
        Sec-WebSocket-Version: 13\r
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
        Sec-WebSocket-Protocol: %s\r
        Authorization: Bearer %s\r
        \r
        """
            .formatted(node.getPath(), form.subprotocol, token);
    out.write(request.getBytes(ISO_8859_1));
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.readUnsignedByte());
    }
    if (!head.toString().startsWith("HTTP/1.1 101 ")) {
      throw new IOException(head.toString());
    }
  }

  // What comes.

  private void read() {
    try {
      while (true) {
        awaitReading();
        WireFrame frame = WireFrame.read(in);
        byte[] content = frame.content();
        switch (frame.opcode()) {
          case WireFrame.CLOSE -> {
            int code = content.length < 2 ? 1005 : (content[0] & 0xff) << 8 | content[1] & 0xff;
            String reason = new String(content, 2, Math.max(0, content.length - 2), UTF_8);
            ended(code, reason);
            write(8, content);
            socket.close();
            return;
          }
          case 9 -> write(10, content);
          case 1, 2 -> take(content);
          default -> {}
        }
      }
    } catch (IOException | RuntimeException e) {
      ended(1006, e.toString());
    }
  }

  private synchronized void awaitReading() {
    while (!reading) {
      try {
        wait();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private void take(byte[] content) throws IOException {
    JsonNode frame =
        form == Form.JSON ? JSON.readTree(content) : ProtoTree.tree(ServerFrame.parseFrom(content));
    listener.accept(frame);
    synchronized (this) {
      frames.add(frame);
      unread.add(frame);
      notifyAll();
    }
  }

  private void ended(int code, String reason) {
    end.complete(new End(code, reason));
    synchronized (this) {
      notifyAll();
    }
  }

  /** Is told each frame as it comes, on the reading thread. */
  public Link listen(Consumer<JsonNode> to) {
    listener = to;
    return this;
  }

  /** Stops or resumes reading the socket. */
  public synchronized void reading(boolean on) {
    reading = on;
    notifyAll();
  }

  /** The first frame of this type that was not asked for yet. */
  public JsonNode next(String type) {
    return next(type, frame -> true);
  }

  public JsonNode next(String type, Predicate<JsonNode> which) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
    synchronized (this) {
      while (true) {
        for (Iterator<JsonNode> each = unread.iterator(); each.hasNext(); ) {
          JsonNode frame = each.next();
          if (frame.path("type").asText().equals(type) && which.test(frame)) {
            each.remove();
            return frame;
          }
        }
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0 || end.isDone()) {
          throw new AssertionError("no " + type + " came; " + end + "; unread: " + abbreviated());
        }
        try {
          wait(left);
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  private String abbreviated() {
    String all = unread.toString();
    return all.length() > 600 ? all.substring(0, 600) + "..." : all;
  }

  /** Everything of this type that has come so far. */
  public synchronized List<JsonNode> all(String type) {
    return frames.stream().filter(frame -> frame.path("type").asText().equals(type)).toList();
  }

  /** Everything that has come so far. */
  public synchronized List<JsonNode> frames() {
    return List.copyOf(frames);
  }

  /** The texts of the posts that have come of a room, repeats and all. */
  public List<String> texts(String room) {
    return all("delivery").stream()
        .filter(frame -> frame.path("topic").asText().equals("rooms/" + room))
        .map(frame -> frame.at("/message/body/payload/body").asText())
        .filter(text -> !text.isEmpty())
        .toList();
  }

  public CompletableFuture<End> end() {
    return end;
  }

  /** How it ended, within the time. */
  public End awaitEnd() {
    return end.orTimeout(PATIENCE_MS, TimeUnit.MILLISECONDS).join();
  }

  // What goes.

  /** Sends a frame; ' stands for ". */
  public Link send(String frame) {
    try {
      JsonNode tree = JSON.readTree(frame.replace('\'', '"'));
      return send(tree);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Link send(JsonNode frame) {
    try {
      write(
          form.opcode,
          form == Form.JSON
              ? JSON.writeValueAsBytes(frame)
              : ProtoTree.message(ClientFrame.newBuilder(), frame, new HashSet<>()).toByteArray());
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(int opcode, byte[] content) throws IOException {
    byte[] head =
        content.length < 126
            ? new byte[] {(byte) (0x80 | opcode), (byte) (0x80 | content.length), 0, 0, 0, 0}
            : content.length < 65_536
                ? new byte[] {
                  (byte) (0x80 | opcode),
                  (byte) (0x80 | 126),
                  (byte) (content.length >> 8),
                  (byte) content.length,
                  0,
                  0,
                  0,
                  0
                }
                : new byte[] {
                  (byte) (0x80 | opcode),
                  (byte) (0x80 | 127),
                  0,
                  0,
                  0,
                  0,
                  (byte) (content.length >> 24),
                  (byte) (content.length >> 16),
                  (byte) (content.length >> 8),
                  (byte) content.length,
                  0,
                  0,
                  0,
                  0
                };
    byte[] whole = new byte[head.length + content.length];
    System.arraycopy(head, 0, whole, 0, head.length);
    System.arraycopy(content, 0, whole, head.length, content.length);
    synchronized (out) {
      out.write(whole);
    }
  }

  /** A frame of this type with these fields: pairs of name and value. */
  public static com.fasterxml.jackson.databind.node.ObjectNode frame(
      String type, Object... fields) {
    var frame = JSON.createObjectNode().put("type", type);
    for (int i = 0; i < fields.length; i += 2) {
      frame.set((String) fields[i], JSON.valueToTree(fields[i + 1]));
    }
    return frame;
  }

  /** Says hello, and awaits the welcome. */
  public JsonNode hello(Object... fields) {
    send(frame("hello", fields));
    return next("welcome");
  }

  public static JsonNode text(String body) {
    return JSON.createObjectNode().put("type", "text").put("body", body);
  }

  /** Posts a text, and awaits its position. */
  public long post(String room, String id, String text) {
    send(frame("send", "id", id, "room", room, "payload", text(text)));
    return ack(id).path("seq").asLong();
  }

  /** The answer to a request. */
  public JsonNode ack(String id) {
    return next("send_ack", frame -> frame.path("id").asText().equals(id));
  }

  /** The refusal of a request. */
  public JsonNode error(String id) {
    return next("error", frame -> frame.path("id").asText().equals(id));
  }

  public Link acknowledge(String topic, long seq) {
    return send(frame("ack", "positions", JSON.createObjectNode().put(topic, seq)));
  }

  /** The delivery of a room's post with this text. */
  public JsonNode delivery(String room, String text) {
    return next(
        "delivery",
        frame ->
            frame.path("topic").asText().equals("rooms/" + room)
                && frame.at("/message/body/payload/body").asText().equals(text));
  }

  /** Whatever the connection was told before this, it has dealt with. */
  public void settle() {
    String nonce = "settle-" + ++nonces;
    send(frame("ping", "nonce", nonce));
    next("pong", frame -> frame.path("nonce").asText().equals(nonce));
  }

  /** Cuts the link without a word. */
  public void cut() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ended(1006, "cut");
  }

  @Override
  public void close() {
    reading(true);
    cut();
  }
}
