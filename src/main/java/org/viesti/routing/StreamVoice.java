package org.viesti.routing;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.viesti.protocol.StreamId;

/**
 * How a stream tells other nodes what it recorded: by numbered messages, so that a node can see
 * whether one was lost. It belongs to the stream's owner, and lives as long.
 */
public final class StreamVoice {
  private final StreamId stream;
  private final long life;
  private final Map<ActorRef<Exchange.Command>, Long> told = new HashMap<>(2);

  /**
   * @param life no other life of this stream's owner has this number
   */
  public StreamVoice(StreamId stream, long life) {
    this.stream = stream;
    this.life = life;
  }

  public StreamId stream() {
    return stream;
  }

  public long life() {
    return life;
  }

  Exchange.Command say(ActorRef<Exchange.Command> node, List<Exchange.Sent> recorded) {
    long number = told.merge(node, 1L, Long::sum);
    return new Exchange.DeliverRecorded(stream, life, number, recorded);
  }

  /** Says how much it told a node. */
  public void compare(ActorRef<Exchange.Command> node) {
    node.tell(new Exchange.Told(stream, life, told.getOrDefault(node, 0L)));
  }
}
