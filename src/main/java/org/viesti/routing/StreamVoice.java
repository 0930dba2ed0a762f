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
  /**
   * @param met see {@link Exchange#met}
   */
  private record Told(long number, long met) {}

  private static final Told NOTHING = new Told(0, 0);

  private final StreamId stream;
  private final long life;
  private final Map<ActorRef<Exchange.Command>, Told> told = new HashMap<>(2);

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

  Exchange.Command say(ActorRef<Exchange.Command> node, long met, List<Exchange.Sent> recorded) {
    return new Exchange.DeliverRecorded(stream, life, next(node, met, 1), recorded);
  }

  /** How much it told a node. */
  Exchange.Told compared(ActorRef<Exchange.Command> node, long met) {
    return new Exchange.Told(stream, life, next(node, met, 0));
  }

  /** A number is left out where something may not have been told. */
  private long next(ActorRef<Exchange.Command> node, long met, int more) {
    Told before = told.getOrDefault(node, NOTHING);
    long number = before.number() + more + (met == before.met() ? 0 : 1);
    told.put(node, new Told(number, met));
    return number;
  }
}
