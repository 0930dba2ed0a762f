package org.viesti.stream;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.viesti.journal.NodeMessage;
import org.viesti.protocol.Publication;
import org.viesti.routing.Exchange;

/** What a {@link Stream} is told, and what it answers. Only {@link Streams} speaks it to others. */
sealed interface StreamCommand {
  sealed interface Request extends StreamCommand, NodeMessage {
    ActorRef<Reply> replyTo();
  }

  /** Answered once they are committed. */
  record Append(List<Publication> publications, ActorRef<Reply> replyTo) implements Request {}

  record Head(ActorRef<Reply> replyTo) implements Request {}

  /** A node wants to know how much it was sent. */
  record Compare(ActorRef<Exchange.Command> node) implements StreamCommand, NodeMessage {}

  /** Write what has been gathered. */
  record Flush() implements StreamCommand {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({@JsonSubTypes.Type(value = Is.class, name = "is")})
  sealed interface Reply extends NodeMessage {}

  /**
   * @param row the last one that is committed
   * @param life see {@link org.viesti.routing.Router.Place}
   */
  record Is(long row, long life) implements Reply {}
}
