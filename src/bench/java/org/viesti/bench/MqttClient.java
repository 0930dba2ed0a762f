package org.viesti.bench;

import io.netty.buffer.ByteBuf;

/** What a {@link MqttWire} tells. Belongs to the generator's event loop. */
sealed interface MqttClient permits MqttPublisher, MqttSubscriber {
  /** The broker let it in. */
  void connected(boolean sessionPresent);

  /** The broker agreed to its subscription. */
  void subscribed();

  /** A message came, and is acknowledged. */
  void received(ByteBuf payload);

  /** A message of its own was acknowledged. */
  void acknowledged(int packetId);

  /** The connection is of no more use. */
  void broke(String why);
}
