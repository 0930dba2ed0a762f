package org.viesti.edge.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Who serves the clients. */
interface Clients {

  /**
   * A client let in.
   *
   * @param sid of its socket
   * @param pid by which it may recover its state when it comes back; null: it cannot
   */
  record Accepted(String sid, @Nullable String pid, Served served) {}

  /**
   * A client connects. A {@link org.viesti.protocol.Refused} is told it in its words.
   *
   * @param auth what it brings, with {@code pid} and {@code offset} if it was here before; an empty
   *     object if nothing
   */
  CompletionStage<Accepted> connect(SocketIo socket, JsonNode auth);
}
