package org.viesti.connection;

import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.Message;
import org.viesti.protocol.Refused;

/** How what is said in rooms is written for clients that take payloads: the doors know. */
public interface RoomJson {
  /** The {@code message} of a delivery, in UTF-8; not to be changed. */
  byte[] message(Message message);

  /** A post to a room, as REST takes it. Throws {@link Refused} where it is none. */
  ClientFrame.Send post(String room, byte[] json);
}
