package org.viesti.edge.mqtt;

import io.netty.channel.Channel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.mqtt.MqttIdentifierRejectedException;
import io.netty.handler.codec.mqtt.MqttUnacceptableProtocolVersionException;
import io.netty.handler.codec.mqtt.MqttVersion;
import io.netty.util.AttributeKey;
import org.jspecify.annotations.Nullable;

/** What Netty's decoder could not read, in the words of the specification. */
final class Malformed {
  /** Where the decoder keeps the version that it reads by. */
  private static final AttributeKey<MqttVersion> VERSION =
      AttributeKey.valueOf("NETTY_CODEC_MQTT_VERSION");

  private Malformed() {}

  static Violation violation(Throwable cause) {
    int reason =
        switch (cause) {
          case TooLongFrameException _ -> Reasons.PACKET_TOO_LARGE;
          case MqttUnacceptableProtocolVersionException _ -> Reasons.UNSUPPORTED_VERSION;
          case MqttIdentifierRejectedException _ -> Reasons.CLIENT_ID_NOT_VALID;
          default -> Reasons.MALFORMED;
        };
    String detail = cause.getMessage();
    return new Violation(
        reason,
        cause instanceof DecoderException && detail != null ? detail : "the packet is malformed");
  }

  /**
   * Which version of MQTT a CONNECT that could not be read is of, for its answer. One of a version
   * that nobody knows is answered as by MQTT 3.1.1, which wants an answer (MQTT-3.1.2-2); one that
   * is not called MQTT is not answered.
   */
  static @Nullable MqttVersion version(Channel channel, Throwable cause) {
    MqttVersion known = channel.attr(VERSION).get();
    if (known == null
        && cause instanceof MqttUnacceptableProtocolVersionException
        && String.valueOf(cause.getMessage()).startsWith("MQTT is ")) {
      return MqttVersion.MQTT_3_1_1;
    }
    return known;
  }
}
