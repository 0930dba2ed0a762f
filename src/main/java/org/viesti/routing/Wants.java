package org.viesti.routing;

import org.apache.pekko.actor.typed.ActorRef;
import org.viesti.journal.NodeMessage;
import org.viesti.protocol.RoomId;
import org.viesti.protocol.UserId;

/**
 * What a user's owner tells a room: which of its posts it wants to hear of. It repeats until
 * answered.
 *
 * @param wish label of a {@link Wish}
 * @param version of two, the greater is the later
 */
public record Wants(UserId user, RoomId room, String wish, long version, ActorRef<Heard> answerTo)
    implements NodeMessage {

  /** The room's answer: what it believes since. */
  public record Heard(RoomId room, String wish) implements NodeMessage {}
}
