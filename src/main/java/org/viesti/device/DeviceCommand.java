package org.viesti.device;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.NodeMessage;

/** What a {@link Device} is told, and what it answers. Only {@link Devices} speaks it to others. */
sealed interface DeviceCommand {
  sealed interface Request extends DeviceCommand, NodeMessage {
    ActorRef<Reply> replyTo();
  }

  /**
   * A stream: it takes over from one of an older generation.
   *
   * @param terms on which it wants a session; null: it has nothing to do with one, or has it
   */
  record Attach(
      ActorRef<Devices.News> connection,
      long generation,
      Devices.@Nullable Terms terms,
      ActorRef<Reply> replyTo)
      implements Request {}

  /**
   * A stream is gone.
   *
   * @param left of its session; null: it has none
   */
  record Detach(ActorRef<Devices.News> connection, Devices.@Nullable Left left)
      implements DeviceCommand, NodeMessage {}

  /** The live stream subscribed and unsubscribed, in its session. */
  record Subscribe(
      Map<String, Session.Kept> subscribed, List<String> unsubscribed, ActorRef<Reply> replyTo)
      implements Request {}

  /** A stream ended, and what it said of its session should have come by now. */
  record Silent(ActorRef<Devices.News> connection) implements DeviceCommand {}

  /** Something of the session may be due. */
  record Settle() implements DeviceCommand {}

  /** The device's alarm rang. */
  record Wake(long dueAt, long since) implements DeviceCommand, NodeMessage {}

  /** Acknowledged positions, from the live stream. */
  record Move(ActorRef<Devices.News> connection, Map<String, Long> positions)
      implements DeviceCommand, NodeMessage {}

  record Drop(List<String> topics) implements DeviceCommand, NodeMessage {}

  record Get(ActorRef<Reply> replyTo) implements Request {}

  record Revoke(ActorRef<Reply> replyTo) implements Request {}

  record Readmit(ActorRef<Reply> replyTo) implements Request {}

  /** Its secret is no longer what it was. */
  record ChangeSecret(ActorRef<Reply> replyTo) implements Request {}

  record Flush() implements DeviceCommand {}

  record Idle() implements DeviceCommand {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({@JsonSubTypes.Type(value = Is.class, name = "is")})
  sealed interface Reply extends NodeMessage {}

  /**
   * @param generation the live stream's; 0: there is none
   * @param session to an attaching stream: the one it has; null: none
   */
  record Is(
      ActorRef<DeviceCommand> self,
      Map<String, Long> cursors,
      boolean revoked,
      long generation,
      @Nullable Session session)
      implements Reply {}
}
