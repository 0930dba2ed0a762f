package org.viesti.edge.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.mqtt.MqttVersion;
import org.jspecify.annotations.Nullable;

/** What a client is told before its connection closes, if its version of MQTT has words for it. */
final class LastPacket {
  private LastPacket() {}

  /**
   * @param connected it was told that it is connected: now by DISCONNECT, else by CONNACK
   * @param elsewhere servers to go to instead; null: none
   * @param most bytes it takes
   */
  static void write(
      ByteBuf out,
      MqttVersion version,
      boolean connected,
      int reason,
      @Nullable String elsewhere,
      String why,
      long most) {
    if (version == MqttVersion.MQTT_5) {
      if (!connected) {
        PacketWriter.refusal(out, PacketWriter.CONNACK, reason, elsewhere, why, most);
      } else if (reason != Reasons.SUCCESS) {
        PacketWriter.refusal(out, PacketWriter.DISCONNECT, reason, elsewhere, why, most);
      }
    } else if (!connected) {
      int code = MqttCloseCodes.returnCode(reason);
      if (code != MqttCloseCodes.NONE) {
        PacketWriter.head(out, PacketWriter.CONNACK, 2);
        out.writeByte(0).writeByte(code);
      }
    }
  }
}
