package org.viesti.edge.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** A client's socket in namespace {@code /}. For any thread; nothing blocks. */
interface SocketIo {

  /** What a socket can say. */
  sealed interface Outgoing {
    /**
     * An event.
     *
     * @param args what its listener is called with
     */
    record Event(String name, List<JsonNode> args) implements Outgoing {}

    /** The answer to an event that wants one; a second to the same is ignored by clients. */
    record Ack(int id, JsonNode arg) implements Outgoing {}
  }

  /**
   * Says these, which must not change any more, in their order and in one flush, after all that was
   * said before. Nothing is refused: whoever says much asks {@link #writable} first. Once the
   * client is gone nothing is said.
   */
  void send(List<Outgoing> packets);

  /** Whether the client keeps up. Once it does again, {@link Served#writable} is told. */
  boolean writable();

  /**
   * Whether the client is listened to; it is, at first. What it said before may still come. If not,
   * a WebSocket is not read, and of a client that polls the request that brought something is not
   * answered: it makes no other until then.
   */
  void reading(boolean on);

  /** Disconnects the client, after what was said, so that it does not come back by itself. */
  void disconnect();

  /** Breaks its link, after what was said: it comes back by itself. */
  void drop();

  /** The IP address it comes from. */
  String address();
}
