package org.viesti.protocol;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.nio.charset.StandardCharsets;
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
  @JsonSubTypes.Type(value = ClientFrame.Publish.class, name = "publish"),
  @JsonSubTypes.Type(value = ClientFrame.Subscribe.class, name = "subscribe"),
  @JsonSubTypes.Type(value = ClientFrame.Unsubscribe.class, name = "unsubscribe"),
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
      @Nullable Integer deflate,
      @JsonIgnore @Nullable Terms terms)
      implements ClientFrame {
    public Hello(
        @Nullable String token,
        @Nullable String resume,
        @Nullable Map<String, Long> positions,
        @Nullable Integer deflate) {
      this(token, resume, positions, deflate, null);
    }
  }

  /**
   * What an MQTT client asks for as it connects. Its stream follows nothing but what it subscribes
   * to.
   *
   * @param clean forget what an earlier session left
   * @param sessionExpiry seconds that the session outlives the stream
   * @param receiveMaximum deliveries above QoS 0 the client takes without an answer
   * @param keepAlive seconds within which the client says something; 0: whenever it likes
   */
  record Terms(
      boolean clean, long sessionExpiry, int receiveMaximum, int keepAlive, @Nullable Will will) {}

  /**
   * What is published for a client that is gone without a {@link Leave}.
   *
   * @param delay seconds that it may come back in
   */
  record Will(Publish message, long delay) {}

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

  /**
   * A message for whoever subscribed to a topic.
   *
   * @param id the client's own, for the answer; absent: none is wanted
   * @param payload text; or {@code base64}, any bytes
   * @param qos 0, 1 or 2; with 2 the same id is published once, until it is released
   * @param retain keep it for those who subscribe later; an empty one clears what was kept
   * @param expiry seconds; from then on it is not delivered
   */
  record Publish(
      @Nullable String id,
      String topic,
      @Nullable String payload,
      byte @Nullable [] base64,
      Integer qos,
      Boolean retain,
      @Nullable Long expiry,
      Publication.@Nullable Properties properties)
      implements ClientFrame {
    public Publish {
      qos = qos == null ? 0 : qos;
      retain = retain != null && retain;
    }

    public byte[] bytes() {
      if (base64 != null) {
        return base64;
      }
      return payload == null ? new byte[0] : payload.getBytes(StandardCharsets.UTF_8);
    }
  }

  /** From now on, deliver what is published to the topics of these filters. */
  record Subscribe(String id, List<Wanted> filters) implements ClientFrame {}

  /**
   * One filter of a subscribe.
   *
   * @param qos what comes at a higher one is delivered at this
   * @param noLocal nothing the client published itself
   * @param asPublished deliveries tell of retain as it was published; else only what was kept does
   * @param retained what was kept is delivered: 0 always, 1 if the subscription is new, 2 never
   * @param identifier comes back with each delivery; 0: none
   * @param from also what was recorded; null: only what comes from now on
   */
  record Wanted(
      String filter,
      Integer qos,
      Boolean noLocal,
      Boolean asPublished,
      Integer retained,
      Integer identifier,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable From from) {
    public Wanted(
        String filter,
        Integer qos,
        Boolean noLocal,
        Boolean asPublished,
        Integer retained,
        Integer identifier) {
      this(filter, qos, noLocal, asPublished, retained, identifier, null);
    }

    public Wanted {
      qos = qos == null ? 0 : qos;
      noLocal = noLocal != null && noLocal;
      asPublished = asPublished != null && asPublished;
      retained = retained == null ? 0 : retained;
      identifier = identifier == null ? 0 : identifier;
    }
  }

  /**
   * Where in the log to begin; with neither, at its end. What is kept no longer is passed over.
   *
   * @param time what was recorded since, in milliseconds since 1970
   * @param positions by stream, the last that the client has; a stream it does not name begins at
   *     its end
   */
  record From(@Nullable Long time, @Nullable Map<String, Long> positions) {}

  record Unsubscribe(String id, List<String> filters) implements ClientFrame {}

  /**
   * The client has a delivery of QoS 2 and will not take it again; refused: nor does it want it.
   */
  record Received(int delivery, boolean refused) implements ClientFrame {}

  /** A delivery is done with: of QoS 1 at once, of QoS 2 after its release. */
  record Done(int delivery) implements ClientFrame {}

  /** A publish of QoS 2 is done with on the client's side: its id may be used anew. */
  record Release(String id) implements ClientFrame {}

  /**
   * The client leaves in good order.
   *
   * @param will its will is to be published all the same
   * @param sessionExpiry seconds; absent: as it was said at the beginning
   */
  record Leave(boolean will, @Nullable Long sessionExpiry) implements ClientFrame {}

  record Ping(@Nullable String nonce) implements ClientFrame {}

  record Pong(@Nullable String nonce) implements ClientFrame {}
}
