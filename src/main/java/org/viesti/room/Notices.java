package org.viesti.room;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.RoomId;
import org.viesti.routing.Alarm;

/**
 * What a room owes to others after a commit, and the alarm that sees to it that it is done: members
 * who want to hear of posts are told by a {@link Notifier}. A post is acknowledged only when the
 * alarm is set as well, so a node that dies in between leaves a room that will be woken and tell.
 */
final class Notices {
  private final ActorContext<RoomCommand> context;
  private final RoomId room;
  private final Room.Needs needs;
  private final Alarm alarm;
  private CompletionStage<Done> armed = CompletableFuture.completedFuture(Done.getInstance());
  private @Nullable ActorRef<Notifier.Command> notifier;
  private long since;
  private int count;

  Notices(ActorContext<RoomCommand> context, RoomId room, Room.Needs needs) {
    this.context = context;
    this.room = room;
    this.needs = needs;
    this.alarm = new Alarm(needs.wakeUps(), room.topic());
  }

  /** A batch is about to be written: sets the alarm if it leaves something to do. */
  void arm(long before, List<RoomEvent> events, RoomState ahead, boolean owesWork) {
    List<Notifier.Posted> posts = posts(before, events, ahead);
    if (!posts.isEmpty()) {
      count++;
      armed = alarm.ensure(now(), posts.getFirst().seq());
    } else if (owesWork) {
      armed = alarm.ensure(now(), Long.MAX_VALUE);
    }
  }

  /** The batch is written. */
  void tell(long before, List<RoomEvent> events, RoomState after) {
    List<Notifier.Posted> posts = posts(before, events, after);
    if (!posts.isEmpty()) {
      notifier(before).tell(new Notifier.Notify(posts, Notifier.Audience.of(after)));
    }
  }

  /** Runs on the room's own thread, at once where no alarm had to be set. */
  void whenArmed(Runnable answers) {
    if (armed.toCompletableFuture().isDone()) {
      answers.run();
    } else {
      context.pipeToSelf(armed, (done, failure) -> new RoomCommand.Armed(answers));
    }
  }

  /** The alarm rang. */
  void wake(RoomState state, long dueAt, long from) {
    alarm.rang(dueAt, from);
    since = from;
    notifier(state.seq()).tell(new Notifier.Wake(from, count, Notifier.Audience.of(state)));
  }

  /** Posts that were told since the notifier was asked are not in its answer. */
  void owed(Notifier.Owed owed, boolean owesWork) {
    if (owed.count() != count) {
      alarm.move(now(), Math.min(since, owed.since()));
    } else if (owesWork || owed.since() != Long.MAX_VALUE) {
      alarm.move(now(), owed.since());
    } else {
      alarm.clear();
    }
  }

  private long now() {
    return needs.clock().millis();
  }

  private static List<Notifier.Posted> posts(long before, List<RoomEvent> events, RoomState state) {
    if (state.wishes().isEmpty()) {
      return List.of();
    }
    List<Notifier.Posted> posts = new ArrayList<>();
    long seq = before;
    for (RoomEvent event : events) {
      seq++;
      if (event instanceof RoomEvent.Posted posted) {
        posts.add(new Notifier.Posted(seq, posted));
      }
    }
    return posts;
  }

  /** Most rooms have nobody to tell: it is made when it is first needed. */
  private ActorRef<Notifier.Command> notifier(long recoveredAt) {
    if (notifier == null) {
      notifier =
          context.spawn(
              Notifier.create(
                  room,
                  needs,
                  recoveredAt,
                  context.messageAdapter(Notifier.Owed.class, RoomCommand.NotifierOwes::new)),
              "notifier");
    }
    return notifier;
  }
}
