package org.viesti.user;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.NodeMessage;
import org.viesti.protocol.MemberSettings;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.ServerFrame;
import org.viesti.routing.Router;
import org.viesti.routing.Wants;

/** What a {@link User} is told, and what it answers. Only {@link Users} speaks it to others. */
sealed interface UserCommand {

  sealed interface Request extends UserCommand, NodeMessage {
    ActorRef<Reply> replyTo();
  }

  record Told(org.viesti.routing.Tell tell) implements UserCommand, NodeMessage {}

  record Interested(ActorRef<Router.Command> node) implements UserCommand, NodeMessage {}

  /** A device's stream is open. */
  record Attach(
      String device, ActorRef<Users.News> connection, long generation, ActorRef<Reply> replyTo)
      implements Request {}

  record Detach(String device, ActorRef<Users.News> connection)
      implements UserCommand, NodeMessage {}

  record Get(ActorRef<Reply> replyTo) implements Request {}

  record MarkRead(String room, long seq, ActorRef<Reply> replyTo) implements Request {}

  record SetRoom(String room, MemberSettings settings, ActorRef<Reply> replyTo)
      implements Request {}

  record SetPush(
      String device, @Nullable String provider, @Nullable String token, ActorRef<Reply> replyTo)
      implements Request {}

  record ForgetDevice(String device, ActorRef<Reply> replyTo) implements Request {}

  record SetQuietHours(int fromMinute, int toMinute, ActorRef<Reply> replyTo) implements Request {}

  /** A dead letter is to be tried again. */
  record Replay(PendingPush push, ActorRef<Reply> replyTo) implements Request {}

  record SetPresence(String device, String status, @Nullable String message)
      implements UserCommand, NodeMessage {}

  /** Tell this watcher the presence, if one of its rooms is the user's too. */
  record Watch(Set<String> rooms, ActorRef<Users.News> watcher)
      implements UserCommand, NodeMessage {}

  record Unwatch(ActorRef<Users.News> watcher) implements UserCommand, NodeMessage {}

  /** A room has heard which of its posts the user wants to hear of. */
  record RoomHeard(Wants.Heard heard) implements UserCommand {}

  /** Tell the rooms that have not heard. */
  record TellWishes() implements UserCommand {}

  /** The user's alarm is due. */
  record Wake(long dueAt) implements UserCommand, NodeMessage {}

  /** The alarm that a committed batch needs is set: now those who asked may be answered. */
  record Armed(Runnable answers) implements UserCommand {}

  /** What the {@link PushDesk} tells itself. */
  sealed interface OfPushes extends UserCommand {}

  record PushesDue() implements OfPushes {}

  /**
   * @param acknowledged by the device; null: not known
   */
  record PushLookedAt(String key, @Nullable Long acknowledged) implements OfPushes {}

  /**
   * @param result empty: there is nothing left to push
   */
  record PushSent(PendingPush push, String provider, String token, Optional<PushResult> result)
      implements OfPushes {}

  record PushBuried(PendingPush push, boolean done) implements OfPushes {}

  record Flush() implements UserCommand {}

  record TellPresence() implements UserCommand {}

  record Idle() implements UserCommand {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({
    @JsonSubTypes.Type(value = No.class, name = "no"),
    @JsonSubTypes.Type(value = Is.class, name = "is"),
  })
  sealed interface Reply extends NodeMessage {}

  record No(Refusal refusal) implements Reply {}

  /** The user as it now is. */
  record Is(
      @Nullable ActorRef<UserCommand> self,
      long seq,
      long head,
      Map<String, UserState.Membership> rooms,
      Map<String, UserState.Device> devices,
      List<String> live,
      int quietFrom,
      int quietTo,
      ServerFrame.@Nullable Presence presence)
      implements Reply {}
}
