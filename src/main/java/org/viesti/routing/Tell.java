package org.viesti.routing;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.NodeMessage;
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

  /**
   * Posts that may be worth a push: all the user has not yet answered, oldest first.
   *
   * @param members how many the room has
   */
  record Notify(
      UserId user,
      RoomId room,
      String roomName,
      int members,
      List<Post> posts,
      ActorRef<Answer> answerTo)
      implements Tell {}

  /**
   * A post, without what it says: that is read when it is pushed, so that nothing is left of it
   * where it was redacted.
   *
   * @param at milliseconds since 1970
   * @param call somebody calls
   */
  record Post(long seq, long at, String sender, boolean mentioned, boolean call) {}

  /**
   * @param seq of the tell that is answered; of posts, the last
   * @param refused the user cannot enter: it is in as many rooms as it may be
   * @param wish which posts the user wants to hear of: label of a {@link Wish}
   * @param version of the wish: of two, the greater is the later
   */
  record Answer(UserId user, long seq, boolean refused, @Nullable String wish, long version)
      implements NodeMessage {}
}
