package org.viesti.connection;

import java.time.Instant;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.viesti.protocol.ClientFrame;
import org.viesti.security.Principal;

/** The only door to connections: an edge opens one for each stream it has authenticated. */
public interface Connections {
  /**
   * Opens a stream; the welcome frame comes over the wire. Fails with {@link
   * org.viesti.protocol.Refused} if the node drains or a limit is reached.
   */
  CompletionStage<ActorRef<DeviceConnection.Command>> open(
      Principal principal, Wire wire, ClientFrame.Hello hello);

  /** A stream's client has shown anew who it is: the stream may stay until then. */
  void renew(ActorRef<DeviceConnection.Command> stream, Instant expires);
}
