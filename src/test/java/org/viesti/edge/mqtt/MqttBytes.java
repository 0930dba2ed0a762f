package org.viesti.edge.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/** MQTT packets by hand. A part is a byte (a number), a string with its length, or raw bytes. */
public final class MqttBytes {
  public static final int CLEAN = 0x02;
  public static final int WILL = 0x04;
  public static final int USER = 0x80;
  public static final int PASSWORD = 0x40;

  private MqttBytes() {}

  public static byte[] packet(int first, Object... parts) {
    byte[] body = parts(parts);
    return parts(first, number(body.length), body);
  }

  /** Properties after their length. */
  public static byte[] props(Object... parts) {
    byte[] body = parts(parts);
    return parts(number(body.length), body);
  }

  public static byte[] parts(Object... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Object part : parts) {
      switch (part) {
        case Integer one -> out.write(one);
        case byte[] raw -> out.writeBytes(raw);
        case String text -> {
          out.writeBytes(u16(text.getBytes(UTF_8).length));
          out.writeBytes(text.getBytes(UTF_8));
        }
        default -> throw new IllegalArgumentException(part.toString());
      }
    }
    return out.toByteArray();
  }

  public static byte[] u16(int value) {
    return new byte[] {(byte) (value >> 8), (byte) value};
  }

  public static byte[] u32(long value) {
    return parts(u16((int) (value >> 16)), u16((int) value));
  }

  public static byte[] number(int value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int rest = value;
    while (rest > 127) {
      out.write(rest & 127 | 128);
      rest >>= 7;
    }
    out.write(rest);
    return out.toByteArray();
  }

  public static byte[] raw(String text) {
    return text.getBytes(UTF_8);
  }

  /** Of MQTT 3.1.1. */
  public static byte[] connect4(int flags, int keepAlive, Object... payload) {
    return packet(0x10, "MQTT", 4, flags, u16(keepAlive), parts(payload));
  }

  /** Of MQTT 5. */
  public static byte[] connect5(int flags, int keepAlive, byte[] properties, Object... payload) {
    return packet(0x10, "MQTT", 5, flags, u16(keepAlive), properties, parts(payload));
  }

  /** A publish of MQTT 5; id 0: of QoS 0. */
  public static byte[] publish5(int qos, String topic, int id, byte[] properties, String payload) {
    return packet(
        0x30 | qos << 1, topic, qos == 0 ? new byte[0] : u16(id), properties, raw(payload));
  }

  /** A publish of MQTT 3.1.1; id 0: of QoS 0. */
  public static byte[] publish4(int qos, String topic, int id, String payload) {
    return packet(0x30 | qos << 1, topic, qos == 0 ? new byte[0] : u16(id), raw(payload));
  }
}
