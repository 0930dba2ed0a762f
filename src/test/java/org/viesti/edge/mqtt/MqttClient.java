package org.viesti.edge.mqtt;

import static org.viesti.edge.mqtt.MqttBytes.CLEAN;
import static org.viesti.edge.mqtt.MqttBytes.connect4;
import static org.viesti.edge.mqtt.MqttBytes.connect5;
import static org.viesti.edge.mqtt.MqttBytes.number;
import static org.viesti.edge.mqtt.MqttBytes.parts;
import static org.viesti.edge.mqtt.MqttBytes.props;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;

/** An MQTT client by hand: writes packets as they are given, and tells what comes back in hex. */
final class MqttClient implements AutoCloseable {
  private static final HexFormat HEX = HexFormat.ofDelimiter(" ");

  private final Socket socket;
  private final DataInputStream in;

  MqttClient(int port) throws IOException {
    this(new Socket("127.0.0.1", port));
  }

  MqttClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(10_000);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(socket.getInputStream());
  }

  /** Connected by MQTT 5 as client c, with these properties. */
  static MqttClient five(MqttNode node, Object... properties) throws IOException {
    return connected(node, connect5(CLEAN, 0, props(properties), "c"));
  }

  /** Connected by MQTT 3.1.1 as client c. */
  static MqttClient four(MqttNode node) throws IOException {
    return connected(node, connect4(CLEAN, 0, "c"));
  }

  private static MqttClient connected(MqttNode node, byte[] connect) throws IOException {
    MqttClient client = new MqttClient(node.port()).send(connect);
    byte[] connack = client.packet();
    if (connack[0] != 0x20 || connack[3] != 0) {
      throw new AssertionError(hex(connack));
    }
    return client;
  }

  /** All in one write. */
  MqttClient send(byte[]... packets) throws IOException {
    socket.getOutputStream().write(parts((Object[]) packets));
    return this;
  }

  byte[] packet() throws IOException {
    int first = in.readUnsignedByte();
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
    return parts(first, number(length), body);
  }

  /** The next packet, in hex. */
  String next() throws IOException {
    return hex(packet());
  }

  /** The first so many bytes of the next packet, in hex: what follows is a reason in words. */
  String start(int bytes) throws IOException {
    return hex(Arrays.copyOf(packet(), bytes));
  }

  /** The reason of the DISCONNECT that comes next, after which the server closes. */
  int disconnected() throws IOException {
    byte[] packet = packet();
    if (packet[0] != (byte) 0xE0) {
      throw new AssertionError(hex(packet));
    }
    closed();
    return Byte.toUnsignedInt(packet[2]);
  }

  /** The reason of the CONNACK of MQTT 5 that comes next, after which the server closes. */
  int refused() throws IOException {
    byte[] packet = packet();
    if (packet[0] != 0x20 || packet[2] != 0) {
      throw new AssertionError(hex(packet));
    }
    closed();
    return Byte.toUnsignedInt(packet[3]);
  }

  /** Returns once the server has closed, having said nothing more. */
  void closed() throws IOException {
    int more = in.read();
    if (more >= 0) {
      throw new AssertionError("before it closed came %02x".formatted(more));
    }
  }

  /** What one read of the socket gives. */
  String once() throws IOException {
    byte[] bytes = new byte[4096];
    return hex(Arrays.copyOf(bytes, in.read(bytes)));
  }

  /** How long the next packet is waited for. */
  void patience(Duration most) throws IOException {
    socket.setSoTimeout((int) most.toMillis());
  }

  static String hex(byte[] bytes) {
    return HEX.formatHex(bytes);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
