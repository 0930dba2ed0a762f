package org.viesti.bench;

/**
 * What a load generator of MQTT is started with. A publisher has one topic; subscriber n subscribes
 * to that of publisher n modulo their number, or to one of its own where there is none.
 *
 * @param port of the broker, on loopback
 * @param durable subscribers have sessions that outlive their connections
 * @param textBytes length of a message
 */
record MqttPlan(int port, int publishers, int subscribers, boolean durable, int textBytes) {
  int topic(int subscriber) {
    return publishers == 0 ? subscriber : subscriber % publishers;
  }

  MqttPlan withSubscribers(int number) {
    return new MqttPlan(port, publishers, number, durable, textBytes);
  }
}
