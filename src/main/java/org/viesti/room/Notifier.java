package org.viesti.room;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.viesti.journal.History;
import org.viesti.journal.Logs;
import org.viesti.protocol.Payload;
import org.viesti.protocol.RoomId;
import org.viesti.protocol.UserId;
import org.viesti.routing.Tell;
import org.viesti.routing.TopicOwner;

/**
 * A room's child that tells members of posts they want to hear of, and tells them again until they
 * answer. It keeps only what is unanswered; what a crash made it forget it reads from the log when
 * the room's alarm rings.
 */
final class Notifier extends AbstractBehavior<Notifier.Command> {
  private static final Duration REPEAT = Duration.ofSeconds(2);

  /**
   * A user that does not answer hears of this many posts when it is back; a push says no more than
   * how many there are.
   */
  private static final int POSTS_AT_MOST = 32;

  /** After a crash this many of the last entries are looked at. */
  private static final int ENTRIES_AT_MOST = 500;

  /** Whom to tell: the room as it was when the posts were committed. */
  record Audience(String name, int members, Wishes wishes) {
    static Audience of(RoomState state) {
      return new Audience(state.name(), state.members().size(), state.wishes());
    }
  }

  /** An entry that was posted. */
  record Posted(long seq, RoomEvent.Posted event) {}

  sealed interface Command {}

  record Notify(List<Posted> posts, Audience audience) implements Command {}

  /** The room's alarm rang: tell what was posted since, and say what is unanswered. */
  record Wake(long since, int count, Audience audience) implements Command {}

  /**
   * The answer to a wake.
   *
   * @param since position of the first unanswered post; {@link Long#MAX_VALUE}: all are answered
   * @param count as in the wake
   */
  record Owed(long since, int count) {}

  private record Read(List<Posted> posts, Wake wake) implements Command {}

  private record Answered(Tell.Answer answer) implements Command {}

  private record Repeat() implements Command {}

  private final RoomId room;
  private final TopicOwner owners;
  private final History history;
  private final int mentionsOnlyAbove;
  private final long recoveredAt;
  private final ActorRef<Owed> owed;
  private final TimerScheduler<Command> timers;
  private final ActorRef<Tell.Answer> answers;
  private final Map<String, List<Tell.Post>> waiting = new HashMap<>();
  private Audience last = Audience.of(RoomState.EMPTY);
  private boolean knowsAll;

  /**
   * @param recoveredAt position of the last entry before this notifier was made
   * @param owed is told after each wake
   */
  static Behavior<Command> create(
      RoomId room, Room.Needs needs, long recoveredAt, ActorRef<Owed> owed) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new Notifier(context, timers, room, needs, recoveredAt, owed)));
  }

  private Notifier(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      RoomId room,
      Room.Needs needs,
      long recoveredAt,
      ActorRef<Owed> owed) {
    super(context);
    this.room = room;
    this.owners = needs.owners();
    this.history = needs.history();
    this.mentionsOnlyAbove = needs.settings().mentionsOnlyAbove();
    this.recoveredAt = recoveredAt;
    this.owed = owed;
    this.timers = timers;
    this.answers = context.messageAdapter(Tell.Answer.class, Answered::new);
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::on).build();
  }

  private Behavior<Command> on(Command command) {
    switch (command) {
      case Notify(List<Posted> posts, Audience audience) -> tell(posts, audience);
      case Wake wake -> {
        if (knowsAll || wake.since() > recoveredAt) {
          owed.tell(new Owed(firstUnanswered(), wake.count()));
        } else {
          read(wake);
        }
      }
      case Read(List<Posted> posts, Wake wake) -> {
        knowsAll = true;
        tell(posts, wake.audience());
        owed.tell(new Owed(firstUnanswered(), wake.count()));
      }
      case Answered(Tell.Answer answer) ->
          waiting.computeIfPresent(
              answer.user().id(),
              (user, posts) -> {
                posts.removeIf(post -> post.seq() <= answer.seq());
                return posts.isEmpty() ? null : posts;
              });
      case Repeat() -> {
        waiting.keySet().forEach(this::tell);
        repeatLater();
      }
    }
    return this;
  }

  private void tell(List<Posted> posts, Audience audience) {
    last = audience;
    boolean large = audience.members() > mentionsOnlyAbove;
    Map<String, List<Tell.Post>> news = new HashMap<>();
    for (Posted posted : posts) {
      RoomEvent.Posted event = posted.event();
      boolean call = event.payload() instanceof Payload.Call;
      if (!isHeard(event.payload())) {
        continue;
      }
      for (String user : audience.wishes().concernedBy(event.by(), event.mentions(), large)) {
        news.computeIfAbsent(user, u -> new ArrayList<>(1))
            .add(
                new Tell.Post(
                    posted.seq(),
                    event.at(),
                    event.by(),
                    Wishes.mentions(event.mentions(), user),
                    call));
      }
    }
    news.forEach(
        (user, more) -> {
          waiting.merge(user, more, Notifier::together);
          tell(user);
        });
    repeatLater();
  }

  /** Of a call's signals only its offer rings. */
  private static boolean isHeard(Payload payload) {
    return !(payload instanceof Payload.Call call) || call.action().equals("offer");
  }

  private static List<Tell.Post> together(List<Tell.Post> some, List<Tell.Post> more) {
    TreeMap<Long, Tell.Post> all = new TreeMap<>();
    some.forEach(post -> all.put(post.seq(), post));
    more.forEach(post -> all.put(post.seq(), post));
    while (all.size() > POSTS_AT_MOST) {
      all.pollFirstEntry();
    }
    return new ArrayList<>(all.values());
  }

  private void tell(String user) {
    List<Tell.Post> posts = waiting.get(user);
    if (posts != null) {
      UserId id = new UserId(room.tenant(), user);
      owners.tell(
          id.topic(),
          new Tell.Notify(id, room, last.name(), last.members(), List.copyOf(posts), answers));
    }
  }

  private void repeatLater() {
    if (!waiting.isEmpty() && !timers.isTimerActive(REPEAT)) {
      timers.startSingleTimer(REPEAT, new Repeat(), REPEAT);
    }
  }

  private void read(Wake wake) {
    getContext()
        .pipeToSelf(
            history.backward(Logs.of(room.topic()), recoveredAt + 1, ENTRIES_AT_MOST),
            (rows, failure) -> {
              if (rows == null) {
                getContext().getLog().warn("posts to tell cannot be read: {}", failure.toString());
                // The alarm rings until it is answered.
                return new Repeat();
              }
              List<Posted> posts = new ArrayList<>();
              for (History.Row row : rows.reversed()) {
                if (row.seq() >= wake.since() && row.event() instanceof RoomEvent.Posted posted) {
                  posts.add(new Posted(row.seq(), posted));
                }
              }
              return new Read(posts, wake);
            });
  }

  private long firstUnanswered() {
    return waiting.values().stream()
        .mapToLong(posts -> posts.getFirst().seq())
        .min()
        .orElse(Long.MAX_VALUE);
  }
}
