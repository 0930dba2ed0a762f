package org.viesti.protocol;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a client says on a live stream. The JSON field {@code type} names the frame. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ClientFrame.Hello.class, name = "hello"),
  @JsonSubTypes.Type(value = ClientFrame.Send.class, name = "send"),
  @JsonSubTypes.Type(value = ClientFrame.SendBatch.class, name = "send_batch"),
  @JsonSubTypes.Type(value = ClientFrame.Edit.class, name = "edit"),
  @JsonSubTypes.Type(value = ClientFrame.Redact.class, name = "redact"),
  @JsonSubTypes.Type(value = ClientFrame.React.class, name = "react"),
  @JsonSubTypes.Type(value = ClientFrame.Ack.class, name = "ack"),
  @JsonSubTypes.Type(value = ClientFrame.Read.class, name = "read"),
  @JsonSubTypes.Type(value = ClientFrame.Typing.class, name = "typing"),
  @JsonSubTypes.Type(value = ClientFrame.Presence.class, name = "presence"),
  @JsonSubTypes.Type(value = ClientFrame.Watch.class, name = "watch"),
  @JsonSubTypes.Type(value = ClientFrame.Ping.class, name = "ping"),
  @JsonSubTypes.Type(value = ClientFrame.Pong.class, name = "pong"),
})
public sealed interface ClientFrame {

  /**
   * Opens the stream; the first frame, and the only one that may be left out (then all its fields
   * are absent).
   *
   * @param token the JWT, where it did not come with the upgrade
   * @param resume the token of the last welcome
   * @param positions the client's own last processed position by topic; they win over what the
   *     server remembers
   * @param deflate the smallest frame worth compressing, in bytes, where the transport agreed to
   *     compress (on a WebSocket: permessage-deflate); absent: the server's own choice
   */
  record Hello(
      @Nullable String token,
      @Nullable String resume,
      @Nullable Map<String, Long> positions,
      @Nullable Integer deflate)
      implements ClientFrame {}

  /**
   * A post.
   *
   * @param id the client's own id, 1 to 64 characters; the same (sender, room, id) is posted once
   */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NONE) // in a batch it needs no name
  record Send(
      String id,
      String room,
      Payload payload,
      @Nullable String replyTo,
      @Nullable List<String> mentions)
      implements ClientFrame {}

  /** Several posts, over several rooms; each has its own answer. */
  record SendBatch(List<Send> messages) implements ClientFrame {}

  record Edit(String id, String target, Payload payload, @Nullable List<String> mentions)
      implements ClientFrame {}

  record Redact(String id, String target, @Nullable String reason) implements ClientFrame {}

  record React(String id, String target, String reaction, boolean add) implements ClientFrame {}

  /** Everything up to these positions was processed and need not be sent again. */
  record Ack(Map<String, Long> positions) implements ClientFrame {}

  /** Everything in the room up to the position was read by the user. */
  record Read(String room, long seq) implements ClientFrame {}

  record Typing(String room, boolean typing) implements ClientFrame {}

  /**
   * @param status online, away, busy, invisible or offline
   */
  record Presence(String status, @Nullable String message) implements ClientFrame {}

  /** From now on, tell me these users' presence; replaces the earlier list. */
  record Watch(List<String> users) implements ClientFrame {}

  record Ping(@Nullable String nonce) implements ClientFrame {}

  record Pong(@Nullable String nonce) implements ClientFrame {}
}
