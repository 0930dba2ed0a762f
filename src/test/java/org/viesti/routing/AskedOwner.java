package org.viesti.routing;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.viesti.journal.WakeUps;
import org.viesti.protocol.StreamId;
import org.viesti.protocol.Topic;

/** An owner of streams who sent nothing yet, and notes when it is asked. */
record AskedOwner(BlockingQueue<Long> asked) implements TopicOwner {
  Exchange exchange(ActorSystem<?> system, Duration compareEvery) {
    return Exchange.start(
        system,
        this,
        new RoutingSettings(
            0, 0, compareEvery, new SharedStrategies(List.of()), new Retention(List.of())));
  }

  @Override
  public void compare(StreamId stream, ActorRef<Exchange.Command> node) {
    asked.add(System.nanoTime());
    node.tell(new Exchange.Told(stream, 1, 0));
  }

  @Override
  public void interested(Topic topic, ActorRef<Router.Command> node) {}

  @Override
  public void tell(Topic topic, Tell tell) {}

  @Override
  public void wants(Topic topic, Wants wants) {}

  @Override
  public void wake(WakeUps.Due due) {}
}
