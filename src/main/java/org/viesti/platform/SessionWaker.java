package org.viesti.platform;

import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Subscribe;

/**
 * Wakes sessions whose owner may have gone with its node: all there are, when a node is gone or
 * when the first one comes. The oldest node does it.
 */
final class SessionWaker extends AbstractBehavior<SessionWaker.Command> {
  private static final int AT_ONCE = 500;

  sealed interface Command {}

  private record Gone() implements Command {}

  private record Found(List<String> sessions) implements Command {}

  private record Failed(Throwable failure) implements Command {}

  private final GatewaySessions sessions;
  private final SessionKeys keys;

  static void start(ActorSystem<?> system, GatewaySessions sessions, SessionKeys keys) {
    system.systemActorOf(
        Behaviors.<Command>setup(context -> new SessionWaker(context, sessions, keys)),
        "gateway-waker",
        Props.empty());
  }

  private SessionWaker(ActorContext<Command> context, GatewaySessions sessions, SessionKeys keys) {
    super(context);
    this.sessions = sessions;
    this.keys = keys;
    ActorRef<ClusterEvent.MemberRemoved> removed =
        context.messageAdapter(ClusterEvent.MemberRemoved.class, event -> new Gone());
    Cluster.get(context.getSystem())
        .subscriptions()
        .tell(Subscribe.create(removed, ClusterEvent.MemberRemoved.class));
    context.getSelf().tell(new Gone());
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::on).build();
  }

  private Behavior<Command> on(Command command) {
    switch (command) {
      case Gone() -> {
        if (isOldest()) {
          read("");
        }
      }
      case Found(List<String> found) -> {
        found.forEach(sessions::wake);
        if (found.size() == AT_ONCE) {
          read(found.getLast());
        }
      }
      case Failed(Throwable failure) ->
          getContext().getLog().warn("sessions of the gateway cannot be read", failure);
    }
    return this;
  }

  private boolean isOldest() {
    Cluster cluster = Cluster.get(getContext().getSystem());
    Member self = cluster.selfMember();
    for (Member member : cluster.state().getMembers()) {
      if (member.status().equals(MemberStatus.up()) && member.isOlderThan(self)) {
        return false;
      }
    }
    return true;
  }

  private void read(String after) {
    getContext()
        .pipeToSelf(
            keys.sessions(after, AT_ONCE),
            (found, failure) -> failure == null ? new Found(found) : new Failed(failure));
  }
}
