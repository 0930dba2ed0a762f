package org.viesti.routing;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.apache.pekko.actor.typed.ActorRef;
import org.viesti.journal.NodeMessage;
import org.viesti.protocol.Message;
import org.viesti.protocol.RoomId;
import org.viesti.protocol.UserId;

/**
 * What a room tells a user's owner. It repeats until answered, and the user answers a repeat
 * without doing it again.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({
  @JsonSubTypes.Type(value = Tell.Entered.class, name = "entered"),
  @JsonSubTypes.Type(value = Tell.Left.class, name = "left"),
  @JsonSubTypes.Type(value = Tell.Notify.class, name = "notify"),
})
public sealed interface Tell extends NodeMessage {
  UserId user();

  RoomId room();

  ActorRef<Answer> answerTo();

  /** The user is a member from this position on, or has a new role since then. */
  record Entered(UserId user, RoomId room, long seq, String role, ActorRef<Answer> answerTo)
      implements Tell {}

  /** The user is no member from this position on; that position is the last it sees. */
  record Left(UserId user, RoomId room, long seq, ActorRef<Answer> answerTo) implements Tell {}

  /** A post that may be worth a push. */
  record Notify(
      UserId user,
      RoomId room,
      String roomName,
      Message message,
      boolean mentioned,
      ActorRef<Answer> answerTo)
      implements Tell {}

  /**
   * @param seq of the tell that is answered
   * @param refused the user cannot enter: it is in as many rooms as it may be
   */
  record Answer(UserId user, long seq, boolean refused) implements NodeMessage {}
}
