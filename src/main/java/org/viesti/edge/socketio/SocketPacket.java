package org.viesti.edge.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** What a client says in Socket.IO (protocol revision 5). */
sealed interface SocketPacket {
  String namespace();

  /**
   * @param auth an object, empty if it brings none
   */
  record Connect(String namespace, JsonNode auth) implements SocketPacket {}

  record Disconnect(String namespace) implements SocketPacket {}

  /**
   * @param attachments how many binary packets follow that belong to it
   */
  record Event(String namespace, Incoming incoming, int attachments) implements SocketPacket {}

  /** The answer to an event of the server's; it asks for none. */
  record Ack(String namespace, List<JsonNode> args, int attachments) implements SocketPacket {}
}
