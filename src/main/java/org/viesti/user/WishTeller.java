package org.viesti.user;

import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.viesti.protocol.RoomId;
import org.viesti.protocol.UserId;
import org.viesti.routing.TopicOwner;
import org.viesti.routing.Wants;

/**
 * Tells rooms which of their posts the user wants to hear of, until they answer. Most changes need
 * no telling: a room that the user enters is told with the answer.
 */
final class WishTeller {
  private static final Duration REPEAT = Duration.ofSeconds(2);

  private final TimerScheduler<UserCommand> timers;
  private final UserId id;
  private final TopicOwner owners;
  private final ActorRef<Wants.Heard> answers;

  WishTeller(
      ActorContext<UserCommand> context,
      TimerScheduler<UserCommand> timers,
      UserId id,
      TopicOwner owners) {
    this.timers = timers;
    this.id = id;
    this.owners = owners;
    this.answers = context.messageAdapter(Wants.Heard.class, UserCommand.RoomHeard::new);
  }

  /** These events led to that state. */
  void committed(List<UserEvent> events, UserState after) {
    if (events.stream().anyMatch(WishTeller::mayChangeWishes)) {
      tell(after);
    }
  }

  static boolean mayChangeWishes(UserEvent event) {
    return event instanceof UserEvent.PushTokenSet
        || event instanceof UserEvent.DeviceForgotten
        || event instanceof UserEvent.RoomSettingsChanged
        || event instanceof UserEvent.WishHeard;
  }

  /** Tells each room that believes otherwise. */
  void tell(UserState state) {
    boolean[] owed = {false};
    state
        .roomsOrNone()
        .forEach(
            (room, membership) -> {
              if (state.owesWish(membership)) {
                owed[0] = true;
                RoomId roomId = new RoomId(id.tenant(), room);
                owners.wants(
                    roomId.topic(),
                    new Wants(id, roomId, state.wishFor(membership).label(), state.seq(), answers));
              }
            });
    if (owed[0]) {
      timers.startSingleTimer(REPEAT, new UserCommand.TellWishes(), REPEAT);
    }
  }
}
