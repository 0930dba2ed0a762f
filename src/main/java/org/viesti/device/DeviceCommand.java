package org.viesti.device;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.viesti.journal.NodeMessage;

/** What a {@link Device} is told, and what it answers. Only {@link Devices} speaks it to others. */
sealed interface DeviceCommand {
  sealed interface Request extends DeviceCommand, NodeMessage {
    ActorRef<Reply> replyTo();
  }

  /** A stream: it takes over from one of an older generation. */
  record Attach(ActorRef<Devices.News> connection, long generation, ActorRef<Reply> replyTo)
      implements Request {}

  record Detach(ActorRef<Devices.News> connection) implements DeviceCommand, NodeMessage {}

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
   */
  record Is(
      ActorRef<DeviceCommand> self, Map<String, Long> cursors, boolean revoked, long generation)
      implements Reply {}
}
