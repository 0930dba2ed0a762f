package org.viesti.edge.websocket;

import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.viesti.connection.DeviceConnection;
import org.viesti.security.Principal;

/**
 * Where a {@link WebSocketSession} is in its life.
 *
 * <pre>
 *   upgraded --> Greeting -- a frame, or hello-grace is over --> Opening --> Open
 *                   | no token in time             refused, late |             | a cause to close,
 *                   +------------------> Closing <---------------+-------------+ or the client's
 *                                           | the client's close, or the grace is over
 *   any -- the link breaks --> Gone <-------+
 * </pre>
 */
sealed interface Phase {
  /** Waits for a hello. The principal is there if a token came with the upgrade. */
  record Greeting(@Nullable Principal principal) implements Phase {}

  /** The token is checked and the connection opened; what the client says meanwhile waits. */
  record Opening(List<DeviceConnection.Command> waiting) implements Phase {}

  record Open(ActorRef<DeviceConnection.Command> actor) implements Phase {}

  /** The close frame is on its way. */
  record Closing(@Nullable ActorRef<DeviceConnection.Command> actor) implements Phase {}

  record Gone() implements Phase {}

  /** Nothing is sent or heard any more. */
  default boolean over() {
    return this instanceof Closing || this instanceof Gone;
  }

  /** Whom to tell that the channel is closed. */
  default @Nullable ActorRef<DeviceConnection.Command> connection() {
    return switch (this) {
      case Open(var actor) -> actor;
      case Closing(var actor) -> actor;
      case Greeting _, Opening _, Gone _ -> null;
    };
  }
}
