package org.viesti.cluster;

import static org.viesti.edge.mqtt.MqttBytes.CLEAN;
import static org.viesti.edge.mqtt.MqttBytes.PASSWORD;
import static org.viesti.edge.mqtt.MqttBytes.USER;
import static org.viesti.edge.mqtt.MqttBytes.connect5;
import static org.viesti.edge.mqtt.MqttBytes.packet;
import static org.viesti.edge.mqtt.MqttBytes.parts;
import static org.viesti.edge.mqtt.MqttBytes.props;
import static org.viesti.edge.mqtt.MqttBytes.publish5;
import static org.viesti.edge.mqtt.MqttBytes.u16;
import static org.viesti.edge.mqtt.MqttBytes.u32;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.viesti.testkit.Tokens;

/**
 * One connection of a client of MQTT 5, by hand. One thread reads; any may write, and what is
 * written goes with the next {@link #flush}.
 */
final class MqttLink implements AutoCloseable {
  private static final long FOR_EVER = 0xffff_ffffL;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int REFUSED = 0x80;

  /** What comes. */
  sealed interface Packet {}

  /**
   * @param again DUP
   */
  record Published(String topic, String payload, int id, boolean again) implements Packet {}

  /** The answer to what was published by this id. */
  record Answered(int id, int reason) implements Packet {
    boolean refused() {
      return reason >= REFUSED;
    }
  }

  record Subscribed(int id, int reason) implements Packet {}

  record Pong() implements Packet {}

  /** The server ends the connection. */
  record Disconnected(int reason) implements Packet {}

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;

  /** What the CONNACK said. */
  final boolean sessionPresent;

  private MqttLink(int port, String device, int flags, long expiry) throws IOException {
    socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout((int) PATIENCE.toMillis());
    socket.setTcpNoDelay(true);
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
    out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
    try {
      String user = "user-" + device;
      send(
          connect5(
              flags | USER | PASSWORD,
              0,
              props(0x11, u32(expiry)),
              device,
              user,
              Tokens.of(user, device)));
      flush();
      int first = in.readUnsignedByte();
      byte[] connack = body();
      if (first != 0x20 || connack[1] != 0) {
        throw new IOException("refused: %02x %02x".formatted(first, connack[1]));
      }
      sessionPresent = connack[0] == 1;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /** Goes on with the device's session, or begins one, that lives for ever. */
  static MqttLink resume(int port, String device) throws IOException {
    return new MqttLink(port, device, 0, FOR_EVER);
  }

  /** Has no session but this link's. */
  static MqttLink clean(int port, String device) throws IOException {
    return new MqttLink(port, device, CLEAN, 0);
  }

  /** Where nothing else comes meanwhile. */
  MqttLink subscribe(String... filters) throws IOException {
    for (String filter : filters) {
      askFor(1, filter);
      flush();
      if (!(next() instanceof Subscribed(int id, int reason)) || id != 1 || reason != 1) {
        throw new AssertionError("not subscribed to " + filter);
      }
    }
    return this;
  }

  /** Subscribes; the answer will come. */
  void askFor(int id, String filter) throws IOException {
    send(packet(0x82, u16(id), 0, filter, 1));
  }

  void publish(int id, String topic, String payload) throws IOException {
    send(publish5(1, topic, id, props(), payload));
  }

  /** Publishes, and waits for the answer. */
  void publishNow(String topic, String payload) throws IOException {
    publish(1, topic, payload);
    flush();
    Packet answer = next();
    if (!(answer instanceof Answered answered) || answered.refused()) {
      throw new AssertionError(answer);
    }
  }

  void ack(int id) throws IOException {
    send(packet(0x40, u16(id)));
  }

  private synchronized void send(byte[] packet) throws IOException {
    out.write(packet);
  }

  synchronized void flush() throws IOException {
    out.flush();
  }

  /** More has come already. */
  boolean hasMore() throws IOException {
    return in.available() > 0;
  }

  Published published() throws IOException {
    Packet packet = next();
    if (packet instanceof Published published) {
      return published;
    }
    throw new AssertionError(packet);
  }

  /** Everything sent until now has been heeded, and nothing else came. */
  void silent() throws IOException {
    send(packet(0xC0));
    flush();
    Packet packet = next();
    if (!(packet instanceof Pong)) {
      throw new AssertionError(packet);
    }
  }

  Packet next() throws IOException {
    int first = in.readUnsignedByte();
    byte[] body = body();
    ByteBuffer rest = ByteBuffer.wrap(body);
    return switch (first & 0xF0) {
      case 0x30 -> published(first, rest);
      case 0x40 -> new Answered(Short.toUnsignedInt(rest.getShort()), reason(body, 2));
      case 0x90 -> new Subscribed(Short.toUnsignedInt(rest.getShort()), reason(body, 3));
      case 0xD0 -> new Pong();
      case 0xE0 -> new Disconnected(reason(body, 0));
      default -> throw new IOException("what is %02x?".formatted(first));
    };
  }

  private static int reason(byte[] body, int at) {
    return body.length > at ? Byte.toUnsignedInt(body[at]) : 0;
  }

  private static Published published(int first, ByteBuffer in) {
    byte[] topic = new byte[in.getShort()];
    in.get(topic);
    int id = (first >> 1 & 3) == 0 ? 0 : Short.toUnsignedInt(in.getShort());
    in.position(in.position() + 1 + in.get(in.position()));
    byte[] payload = new byte[in.remaining()];
    in.get(payload);
    return new Published(
        new String(topic, StandardCharsets.UTF_8),
        new String(payload, StandardCharsets.UTF_8),
        id,
        (first & 8) != 0);
  }

  private byte[] body() throws IOException {
    int length = 0;
    int shift = 0;
    int digit;
    do {
      digit = in.readUnsignedByte();
      length |= (digit & 127) << shift;
      shift += 7;
    } while (digit > 127);
    byte[] body = new byte[length];
    in.readFully(body);
    return body;
  }

  /** Says that it leaves. The server closes when it has heard it; what came meanwhile is lost. */
  void leave() throws IOException {
    sayLeave();
    while (in.read() >= 0) {
      // until the server has closed
    }
    close();
  }

  /** Only says so: whoever reads will see the end. */
  void sayLeave() throws IOException {
    send(parts(0xE0, 0));
    flush();
  }

  boolean isClosed() {
    return socket.isClosed();
  }

  /** Breaks the connection without a word. */
  @Override
  public void close() throws IOException {
    socket.close();
  }
}
