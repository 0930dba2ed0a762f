package org.viesti.room;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.NodeMessage;
import org.viesti.protocol.Payload;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.RoomView;
import org.viesti.protocol.ServerFrame;
import org.viesti.routing.Router;
import org.viesti.routing.Tell;
import org.viesti.routing.Wants;

/** What a {@link Room} is told, and what it answers. Only {@link Rooms} speaks it to others. */
sealed interface RoomCommand {

  /** Who asks. An operator may do anything in its tenant. */
  record By(String user, @Nullable String device, boolean operator) {}

  /** Asked from outside; every one gets its answer. */
  sealed interface Request extends RoomCommand, NodeMessage {
    By by();

    ActorRef<Reply> replyTo();
  }

  record Create(
      By by,
      String type,
      String name,
      @Nullable String description,
      boolean isPrivate,
      @Nullable Map<String, Object> metadata,
      List<RoomEvent.NewMember> members,
      ActorRef<Reply> replyTo)
      implements Request {}

  record Get(By by, ActorRef<Reply> replyTo) implements Request {}

  record Update(
      By by,
      @Nullable String name,
      @Nullable String description,
      @Nullable Boolean isPrivate,
      @Nullable Map<String, Object> metadata,
      ActorRef<Reply> replyTo)
      implements Request {}

  record Delete(By by, ActorRef<Reply> replyTo) implements Request {}

  record AddMembers(By by, List<RoomEvent.NewMember> members, ActorRef<Reply> replyTo)
      implements Request {}

  /** Of oneself: to leave. */
  record RemoveMembers(By by, List<String> users, ActorRef<Reply> replyTo) implements Request {}

  record Ban(By by, String user, @Nullable String reason, ActorRef<Reply> replyTo)
      implements Request {}

  record Unban(By by, String user, ActorRef<Reply> replyTo) implements Request {}

  record ChangeRole(By by, String user, String role, ActorRef<Reply> replyTo) implements Request {}

  /** Members by user id, after {@code after}. */
  record ListMembers(By by, @Nullable String after, int limit, ActorRef<Reply> replyTo)
      implements Request {}

  /** May this caller read the room? */
  record Look(By by, ActorRef<Reply> replyTo) implements Request {}

  record Draft(
      String clientId, Payload payload, long replyToSeq, @Nullable List<String> mentions) {}

  record Post(By by, List<Draft> drafts, ActorRef<Reply> replyTo) implements Request {}

  /** Something about an older entry. */
  sealed interface Amend extends Request {
    long target();
  }

  record Edit(
      By by, long target, Payload payload, @Nullable List<String> mentions, ActorRef<Reply> replyTo)
      implements Amend {}

  record Redact(By by, long target, @Nullable String reason, ActorRef<Reply> replyTo)
      implements Amend {}

  record React(By by, long target, String reaction, boolean add, ActorRef<Reply> replyTo)
      implements Amend {}

  record Pin(By by, long target, boolean pinned, ActorRef<Reply> replyTo) implements Amend {}

  /** Typing or a receipt, for everyone else in the room; dropped if the caller may not. */
  record Signal(By by, ServerFrame frame) implements RoomCommand, NodeMessage {}

  /**
   * A member's device has everything up to a position.
   *
   * @param from told if nobody hears of it
   */
  record Delivered(By by, long seq, ActorRef<Router.Routed> from)
      implements RoomCommand, NodeMessage {}

  record Interested(ActorRef<Router.Command> node) implements RoomCommand, NodeMessage {}

  /** A user has heard of its membership. */
  record UserAnswered(Tell.Answer answer) implements RoomCommand {}

  /** A user says which posts it wants to hear of. */
  record UserWants(Wants wants) implements RoomCommand, NodeMessage {}

  /** The room's alarm is due: from that position on users may have to be told. */
  record Wake(long dueAt, long since) implements RoomCommand, NodeMessage {}

  /** The notifier's answer to a wake. */
  record NotifierOwes(Notifier.Owed owed) implements RoomCommand {}

  /** The alarm that a committed batch needs is set: now those who asked may be answered. */
  record Armed(Runnable answers) implements RoomCommand {}

  /** Write what has been gathered. */
  record Flush() implements RoomCommand {}

  /** The entry an amendment is about, or null if there is none to amend. */
  record Found(Amend amend, @Nullable Target target) implements RoomCommand {}

  record Target(String author) {}

  record ErasureWritten(long target, boolean done) implements RoomCommand {}

  /** Tell again who has not answered; erase again what is not erased. */
  record Repeat() implements RoomCommand {}

  /** Answers. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @com.fasterxml.jackson.annotation.JsonSubTypes({
    @com.fasterxml.jackson.annotation.JsonSubTypes.Type(value = No.class, name = "no"),
    @com.fasterxml.jackson.annotation.JsonSubTypes.Type(value = Done.class, name = "done"),
    @com.fasterxml.jackson.annotation.JsonSubTypes.Type(value = Members.class, name = "members"),
    @com.fasterxml.jackson.annotation.JsonSubTypes.Type(value = Recorded.class, name = "recorded"),
  })
  sealed interface Reply extends NodeMessage {}

  record No(Refusal refusal) implements Reply {}

  record Done(RoomView room, @Nullable String role) implements Reply {}

  record Members(List<RoomView.Member> members, @Nullable String next) implements Reply {}

  /** One result for each draft, in their order; or the one of an amendment. */
  record Recorded(List<Result> results) implements Reply {}

  record Result(long seq, long at, boolean duplicate, @Nullable Refusal refusal) {}
}
