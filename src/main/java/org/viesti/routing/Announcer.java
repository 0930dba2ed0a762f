package org.viesti.routing;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.viesti.journal.NodeMessage;
import org.viesti.protocol.Message;
import org.viesti.protocol.ServerFrame;
import org.viesti.protocol.Topic;

/**
 * An owner's voice: tells each interested node's {@link Router} once for each batch, as a child of
 * the owner so that a write under way never delays it.
 *
 * <p>A node that has not answered is told the bare head again, once a second. A node is taken to be
 * interested until it declines, and again {@link #FORGET} after it did.
 */
public final class Announcer extends AbstractBehavior<Announcer.Command> {
  /** How long a node that declined is left out. */
  static final Duration FORGET = Duration.ofSeconds(60);

  private static final Duration REPEAT = Duration.ofSeconds(1);

  /** What an announcer is told. */
  public sealed interface Command {}

  /** The owner committed these. */
  public record Announce(List<Message> messages, long head) implements Command {}

  /** A frame for all followers, in no log. */
  public record Say(ServerFrame frame, String exceptUser) implements Command {}

  /** A router has a follower again. */
  public record Interested(ActorRef<Router.Command> node) implements Command {}

  /** A router's answer to a hint. */
  public record Answered(ActorRef<Router.Command> node, long head, boolean followed)
      implements Command, NodeMessage {}

  private record Repeat() implements Command {}

  /** What is known of one node. */
  private static final class Feeder {
    long told;
    long answered;
    boolean declined;
    long declinedAt;

    boolean isLeftOut(long now) {
      return declined && now - declinedAt < FORGET.toNanos();
    }

    boolean owes() {
      return answered < told;
    }
  }

  private final Topic topic;
  private final ClusterRoutes routes;
  private final TimerScheduler<Command> timers;
  private final Map<ActorRef<Router.Command>, Feeder> feeders = new HashMap<>();
  private long head;

  public static Behavior<Command> create(Topic topic, ClusterRoutes routes) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new Announcer(context, topic, routes, timers)));
  }

  private Announcer(
      ActorContext<Command> context,
      Topic topic,
      ClusterRoutes routes,
      TimerScheduler<Command> timers) {
    super(context);
    this.topic = topic;
    this.routes = routes;
    this.timers = timers;
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::on).build();
  }

  private Behavior<Command> on(Command command) {
    switch (command) {
      case Announce(List<Message> messages, long upTo) -> announce(messages, upTo);
      case Say(ServerFrame frame, String except) -> say(new Router.Signal(topic, frame, except));
      case Interested(ActorRef<Router.Command> node) -> {
        Feeder feeder = feeders.computeIfAbsent(node, n -> new Feeder());
        feeder.declined = false;
        tell(node, feeder, List.of());
      }
      case Answered answered -> onAnswer(answered);
      case Repeat() -> repeat();
    }
    return Behaviors.same();
  }

  private void announce(List<Message> messages, long upTo) {
    head = Math.max(head, upTo);
    Set<ActorRef<Router.Command>> nodes = routes.all();
    feeders.keySet().retainAll(nodes);
    long now = System.nanoTime();
    for (ActorRef<Router.Command> node : nodes) {
      Feeder feeder = feeders.computeIfAbsent(node, n -> new Feeder());
      if (!feeder.isLeftOut(now)) {
        tell(node, feeder, messages);
      }
    }
  }

  private void tell(ActorRef<Router.Command> node, Feeder feeder, List<Message> messages) {
    feeder.told = head;
    node.tell(new Router.Hint(topic, messages, head, getContext().getSelf()));
    if (!timers.isTimerActive(REPEAT)) {
      timers.startSingleTimer(REPEAT, new Repeat(), REPEAT);
    }
  }

  private void say(Router.Signal signal) {
    long now = System.nanoTime();
    for (ActorRef<Router.Command> node : routes.all()) {
      Feeder feeder = feeders.get(node);
      if (feeder == null || !feeder.isLeftOut(now)) {
        node.tell(signal);
      }
    }
  }

  private void onAnswer(Answered answered) {
    Feeder feeder = feeders.get(answered.node());
    if (feeder == null) {
      return;
    }
    feeder.answered = Math.max(feeder.answered, answered.head());
    feeder.declined = !answered.followed();
    feeder.declinedAt = System.nanoTime();
  }

  private void repeat() {
    feeders.keySet().retainAll(routes.all());
    feeders.forEach(
        (node, feeder) -> {
          if (feeder.owes()) {
            tell(node, feeder, List.of());
          }
        });
  }
}
