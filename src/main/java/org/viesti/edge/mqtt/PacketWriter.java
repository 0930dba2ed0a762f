package org.viesti.edge.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.mqtt.MqttProperties;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.Publication;

/**
 * Writes packets, many into one buffer. Netty's encoder makes a buffer for each, and two more for
 * its properties; and it cannot tell a packet's size before.
 */
final class PacketWriter {
  static final int CONNACK = 0x20;
  static final int PUBLISH = 0x30;
  static final int PUBACK = 0x40;
  static final int PUBREC = 0x50;
  static final int PUBREL = 0x62;
  static final int PUBCOMP = 0x70;
  static final int SUBACK = 0x90;
  static final int UNSUBACK = 0xB0;
  static final int PINGRESP = 0xD0;
  static final int DISCONNECT = 0xE0;
  static final int AUTH = 0xF0;

  private PacketWriter() {}

  static void head(ByteBuf out, int first, int remaining) {
    out.writeByte(first);
    number(out, remaining);
  }

  /** A variable byte integer: MQTT 5.0 §1.5.5. */
  static void number(ByteBuf out, int value) {
    int rest = value;
    while (rest > 127) {
      out.writeByte(rest & 127 | 128);
      rest >>>= 7;
    }
    out.writeByte(rest);
  }

  static int numberBytes(int value) {
    return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4;
  }

  static void text(ByteBuf out, String text, int bytes) {
    out.writeShort(bytes);
    ByteBufUtil.reserveAndWriteUtf8(out, text, bytes);
  }

  /** Of a text with its length. */
  static int sizeOf(String text) {
    return 2 + ByteBufUtil.utf8Bytes(text);
  }

  static void text(ByteBuf out, String text) {
    text(out, text, ByteBufUtil.utf8Bytes(text));
  }

  static int textBytes(@Nullable String text) {
    return text == null ? 0 : 3 + ByteBufUtil.utf8Bytes(text);
  }

  private static void textProperty(ByteBuf out, int id, @Nullable String text) {
    if (text != null) {
      out.writeByte(id);
      text(out, text);
    }
  }

  /** An answer to a publish, or to such an answer. */
  static void ack(ByteBuf out, int first, int id, int reason) {
    head(out, first, reason == Reasons.SUCCESS ? 2 : 3);
    out.writeShort(id);
    if (reason != Reasons.SUCCESS) {
      out.writeByte(reason);
    }
  }

  /** The same of MQTT 5, with a reason string if there is one. */
  static void ack(ByteBuf out, int first, int id, int reason, @Nullable String why) {
    if (why == null) {
      ack(out, first, id, reason);
      return;
    }
    int properties = textBytes(why);
    head(out, first, 3 + numberBytes(properties) + properties);
    out.writeShort(id);
    out.writeByte(reason);
    reasonString(out, why);
  }

  /** Properties that are a reason string, or none. */
  static void reasonString(ByteBuf out, @Nullable String why) {
    number(out, textBytes(why));
    textProperty(out, MqttProperties.REASON_STRING, why);
  }

  /**
   * The text of a property, unless no text is so long, or the packet would be longer than its
   * client takes.
   *
   * @param beside bytes of the packet's other properties
   * @param rest bytes of the packet without its fixed header and its properties
   * @param most bytes the packet may have
   */
  static @Nullable String fitting(@Nullable String text, int beside, int rest, long most) {
    int properties = beside + textBytes(text);
    return textBytes(text) - 3 > Publication.MAX_TEXT
            || size(rest + numberBytes(properties) + properties) > most
        ? null
        : text;
  }

  /** Of enhanced authentication: MQTT 5.0 §3.15. */
  static void auth(ByteBuf out, int reason, String method, byte @Nullable [] data) {
    int properties = authBytes(method, data);
    head(out, AUTH, 1 + numberBytes(properties) + properties);
    out.writeByte(reason);
    number(out, properties);
    authProperties(out, method, data);
  }

  private static int authBytes(String method, byte @Nullable [] data) {
    return textBytes(method) + (data == null ? 0 : 3 + data.length);
  }

  static void authProperties(ByteBuf out, String method, byte @Nullable [] data) {
    textProperty(out, MqttProperties.AUTHENTICATION_METHOD, method);
    if (data != null) {
      out.writeByte(MqttProperties.AUTHENTICATION_DATA).writeShort(data.length);
      out.writeBytes(data);
    }
  }

  static void empty(ByteBuf out, int first) {
    head(out, first, 0);
  }

  /**
   * A DISCONNECT, or a CONNACK that refuses, of MQTT 5.
   *
   * @param elsewhere servers to go to instead
   * @param most bytes it may have; a text that makes it longer is left out
   */
  static void refusal(
      ByteBuf out,
      int first,
      int reason,
      @Nullable String elsewhere,
      @Nullable String why,
      long most) {
    int flags = first == CONNACK ? 1 : 0;
    String reference = fitting(elsewhere, 0, flags + 1, most);
    String told = fitting(why, textBytes(reference), flags + 1, most);
    int properties = textBytes(reference) + textBytes(told);
    head(out, first, flags + 1 + numberBytes(properties) + properties);
    out.writeZero(flags);
    out.writeByte(reason);
    number(out, properties);
    textProperty(out, MqttProperties.SERVER_REFERENCE, reference);
    textProperty(out, MqttProperties.REASON_STRING, told);
  }

  /** A whole packet's, of so many bytes after its fixed header. */
  static int size(int remaining) {
    return 1 + numberBytes(remaining) + remaining;
  }

  /**
   * The properties of a PUBLISH: MQTT 5.0 §3.3.2.3.
   *
   * @param expiry seconds, 0: none
   * @param alias 0: none
   */
  record PublishProperties(
      Publication.@Nullable Properties passedOn, long expiry, int alias, int[] identifiers) {

    int bytes() {
      int bytes = (expiry > 0 ? 5 : 0) + (alias > 0 ? 3 : 0);
      for (int identifier : identifiers) {
        bytes += 1 + numberBytes(identifier);
      }
      if (passedOn != null) {
        bytes += passedOn.utf8() ? 2 : 0;
        bytes += textBytes(passedOn.contentType()) + textBytes(passedOn.responseTopic());
        byte[] correlation = passedOn.correlation();
        bytes += correlation == null ? 0 : 3 + correlation.length;
        for (Publication.Pair pair : passedOn.user()) {
          bytes += textBytes(pair.name()) + textBytes(pair.value()) - 1;
        }
      }
      return bytes;
    }

    void write(ByteBuf out) {
      if (expiry > 0) {
        out.writeByte(MqttProperties.PUBLICATION_EXPIRY_INTERVAL).writeInt((int) expiry);
      }
      if (alias > 0) {
        out.writeByte(MqttProperties.TOPIC_ALIAS).writeShort(alias);
      }
      for (int identifier : identifiers) {
        out.writeByte(MqttProperties.SUBSCRIPTION_IDENTIFIER);
        number(out, identifier);
      }
      if (passedOn == null) {
        return;
      }
      if (passedOn.utf8()) {
        out.writeByte(MqttProperties.PAYLOAD_FORMAT_INDICATOR).writeByte(1);
      }
      textProperty(out, MqttProperties.CONTENT_TYPE, passedOn.contentType());
      textProperty(out, MqttProperties.RESPONSE_TOPIC, passedOn.responseTopic());
      byte[] correlation = passedOn.correlation();
      if (correlation != null) {
        out.writeByte(MqttProperties.CORRELATION_DATA).writeShort(correlation.length);
        out.writeBytes(correlation);
      }
      for (Publication.Pair pair : passedOn.user()) {
        textProperty(out, MqttProperties.USER_PROPERTY, pair.name());
        text(out, pair.value());
      }
    }
  }
}
