package org.viesti.routing;

import org.apache.pekko.actor.typed.ActorRef;
import org.viesti.journal.WakeUps;
import org.viesti.protocol.StreamId;
import org.viesti.protocol.Topic;

/**
 * How owners and routers reach the owner of a topic without knowing what it is. Entity doors
 * implement it.
 */
public interface TopicOwner {
  /** A node that had declined a topic's hints has a follower again. */
  void interested(Topic topic, ActorRef<Router.Command> node);

  /**
   * Tells the owner something it must hear for certain: the teller repeats it until it is answered.
   */
  void tell(Topic topic, Tell tell);

  /**
   * Tells a room which of its posts a user wants to hear of; the user repeats it until it is
   * answered.
   */
  void wants(Topic topic, Wants wants);

  /** The stream's owner is to tell a node how much it has sent there. */
  void compare(StreamId stream, ActorRef<Exchange.Command> node);

  /** The owner's alarm is due. */
  void wake(WakeUps.Due due);
}
