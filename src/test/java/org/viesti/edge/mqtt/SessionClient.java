package org.viesti.edge.mqtt;

import static org.viesti.edge.mqtt.MqttBytes.connect5;
import static org.viesti.edge.mqtt.MqttBytes.packet;
import static org.viesti.edge.mqtt.MqttBytes.props;
import static org.viesti.edge.mqtt.MqttBytes.publish5;
import static org.viesti.edge.mqtt.MqttBytes.u16;
import static org.viesti.edge.mqtt.MqttBytes.u32;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A client of MQTT 5 by hand, that answers when it is told to. */
final class SessionClient implements AutoCloseable {
  static final long FOR_EVER = 0xffff_ffffL;

  /**
   * A PUBLISH that came.
   *
   * @param id 0: of QoS 0
   */
  record Published(String topic, String payload, int qos, int id, boolean again) {}

  /** Its answer comes from where deliveries come from, and after them. */
  private static final byte[] NOTHING = packet(0xA2, u16(97), 0, "no-such-subscription");

  private final MqttClient client;

  /** What the CONNACK said. */
  final boolean sessionPresent;

  private SessionClient(MqttClient client, boolean sessionPresent) {
    this.client = client;
    this.sessionPresent = sessionPresent;
  }

  /** Of a client that wants its session to live for so many seconds after it. */
  static SessionClient resume(int port, String id, long expiry, Object... more) throws IOException {
    return connect(port, 0, id, expiry, more);
  }

  static SessionClient clean(int port, String id, long expiry, Object... more) throws IOException {
    return connect(port, MqttBytes.CLEAN, id, expiry, more);
  }

  /** Payload: what follows the client id, such as a will. */
  static SessionClient connect(int port, int flags, String id, long expiry, Object... payload)
      throws IOException {
    return connect(port, flags, props(0x11, u32(expiry)), id, payload);
  }

  /** Of a client that wants its session, but no more than so many unanswered deliveries. */
  static SessionClient narrow(int port, String id, int receiveMaximum) throws IOException {
    return narrow(port, id, receiveMaximum, FOR_EVER);
  }

  static SessionClient narrow(int port, String id, int receiveMaximum, long expiry)
      throws IOException {
    return connect(port, 0, props(0x11, u32(expiry), 0x21, u16(receiveMaximum)), id);
  }

  private static SessionClient connect(
      int port, int flags, byte[] properties, String id, Object... payload) throws IOException {
    MqttClient client = new MqttClient(port);
    client.send(connect5(flags, 0, properties, MqttBytes.parts(id), MqttBytes.parts(payload)));
    byte[] connack = client.packet();
    if (connack[0] != 0x20 || connack[3] != 0) {
      throw new AssertionError(MqttClient.hex(connack));
    }
    return new SessionClient(client, connack[2] == 1);
  }

  SessionClient subscribe(String filter, int qos) throws IOException {
    client.send(packet(0x82, u16(99), 0, filter, qos));
    byte[] suback = client.packet();
    if (suback[0] != (byte) 0x90 || suback[5] != qos) {
      throw new AssertionError(MqttClient.hex(suback));
    }
    return this;
  }

  SessionClient unsubscribe(String filter) throws IOException {
    client.send(packet(0xA2, u16(98), 0, filter));
    byte[] unsuback = client.packet();
    if (unsuback[0] != (byte) 0xB0 || unsuback[5] != 0) {
      throw new AssertionError(MqttClient.hex(unsuback));
    }
    return this;
  }

  /** Publishes at QoS 1 and waits for the answer. */
  SessionClient publish(String topic, String payload) throws IOException {
    client.send(publish5(1, topic, 1, props(), payload));
    String answer = client.next();
    if (!answer.startsWith("40 02 00 01") && !answer.startsWith("40 03 00 01 10")) {
      throw new AssertionError(answer);
    }
    return this;
  }

  /** Publishes at QoS 2, to the end. */
  SessionClient publishExactlyOnce(String topic, String payload) throws IOException {
    client.send(publish5(2, topic, 1, props(), payload));
    String received = client.next();
    client.send(packet(0x62, u16(1)));
    String complete = client.next();
    if (!received.startsWith("50 02 00 01") || !complete.startsWith("70 02 00 01")) {
      throw new AssertionError(received + ", " + complete);
    }
    return this;
  }

  SessionClient send(byte[]... packets) throws IOException {
    client.send(packets);
    return this;
  }

  String next() throws IOException {
    return client.next();
  }

  Published published() throws IOException {
    return published(client.packet());
  }

  /** What a PUBLISH in hex says. */
  static Published published(String hex) {
    return published(HexFormat.ofDelimiter(" ").parseHex(hex));
  }

  private static Published published(byte[] packet) {
    if ((packet[0] & 0xF0) != 0x30) {
      throw new AssertionError(MqttClient.hex(packet));
    }
    ByteBuffer in = ByteBuffer.wrap(packet);
    int first = Byte.toUnsignedInt(in.get());
    while (in.get() < 0) {
      // the length is known
    }
    byte[] topic = new byte[in.getShort()];
    in.get(topic);
    int qos = first >> 1 & 3;
    int id = qos == 0 ? 0 : Short.toUnsignedInt(in.getShort());
    in.position(in.position() + 1 + in.get(in.position()));
    byte[] payload = new byte[in.remaining()];
    in.get(payload);
    return new Published(
        new String(topic, StandardCharsets.UTF_8),
        new String(payload, StandardCharsets.UTF_8),
        qos,
        id,
        (first & 8) != 0);
  }

  /** Takes one of QoS 1 and answers it. */
  String take() throws IOException {
    Published one = published();
    ack(one.id());
    return one.topic() + " " + one.payload();
  }

  List<String> take(int count) throws IOException {
    List<String> all = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      all.add(take());
    }
    return all;
  }

  void ack(int id) throws IOException {
    client.send(packet(0x40, u16(id)));
  }

  /** What came until now, which is not answered. */
  List<Published> came() throws IOException {
    client.send(NOTHING);
    List<Published> came = new ArrayList<>();
    byte[] next = client.packet();
    while (next[0] != (byte) 0xB0) {
      came.add(published(next));
      next = client.packet();
    }
    return came;
  }

  /** Everything sent until now has been answered, and nothing else came. */
  SessionClient silent() throws IOException {
    client.send(NOTHING);
    String next = client.next();
    if (!next.startsWith("b0")) {
      throw new AssertionError(next);
    }
    return this;
  }

  /** Leaves in good order; returns when the server has closed. */
  void leave() throws IOException {
    client.send(packet(0xE0));
    client.closed();
    client.close();
  }

  /** Nothing comes within that time. */
  void hearsNothing(Duration within) throws IOException {
    client.patience(within);
    try {
      throw new AssertionError(client.next());
    } catch (SocketTimeoutException expected) {
      client.patience(Duration.ofSeconds(10));
    }
  }

  /** Breaks the connection without a word. */
  @Override
  public void close() throws IOException {
    client.close();
  }
}
