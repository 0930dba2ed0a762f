package org.viesti.user;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.Message;
import org.viesti.protocol.RoomId;

/** What a user's owner asks of strangers before it pushes; the node introduces them. */
public interface PushFacts {

  /**
   * The last position of the room that the device has acknowledged; {@link Long#MAX_VALUE} if it
   * may not come back.
   */
  CompletionStage<Long> acknowledged(DeviceId device, RoomId room);

  /** The entry at a position of the room, as readers now see it. */
  CompletionStage<Optional<Message>> message(RoomId room, long seq);
}
