/**
 * Floor 5: MQTT 3.1, 3.1.1 and 5.0, over TCP and at {@code /mqtt} over WebSocket. Start at {@link
 * org.viesti.edge.mqtt.MqttEdge}.
 */
@NullMarked
package org.viesti.edge.mqtt;

import org.jspecify.annotations.NullMarked;
