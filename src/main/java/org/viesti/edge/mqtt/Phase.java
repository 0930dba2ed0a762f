package org.viesti.edge.mqtt;

import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.viesti.connection.DeviceConnection;

/**
 * Where an {@link MqttSession} is in its life.
 *
 * <pre>
 *   accepted --> Awaiting -- CONNECT --> Opening --> Open
 *                   | not MQTT, or late     | refused   | a cause to close, or DISCONNECT
 *                   +-------> Closing <-----+-----------+
 *   any -- the link breaks --> Gone <-- the client's close, or the grace is over
 * </pre>
 */
sealed interface Phase {
  /** Waits for CONNECT. */
  record Awaiting() implements Phase {}

  /** The client is authenticated and its connection opened; what it says meanwhile waits. */
  record Opening(List<DeviceConnection.Command> waiting) implements Phase {}

  record Open(ActorRef<DeviceConnection.Command> actor) implements Phase {}

  /** The last packet is on its way, and the connection knows that it is over. */
  record Closing() implements Phase {}

  record Gone() implements Phase {}

  /** Nothing is sent or heard any more. */
  default boolean over() {
    return this instanceof Closing || this instanceof Gone;
  }
}
