package org.viesti.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the server says on a live stream. The JSON field {@code type} names the frame. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ServerFrame.Welcome.class, name = "welcome"),
  @JsonSubTypes.Type(value = ServerFrame.SendAck.class, name = "send_ack"),
  @JsonSubTypes.Type(value = ServerFrame.Delivery.class, name = "delivery"),
  @JsonSubTypes.Type(value = ServerFrame.CaughtUp.class, name = "caught_up"),
  @JsonSubTypes.Type(value = ServerFrame.Reset.class, name = "reset"),
  @JsonSubTypes.Type(value = ServerFrame.Drain.class, name = "drain"),
  @JsonSubTypes.Type(value = ServerFrame.Typing.class, name = "typing"),
  @JsonSubTypes.Type(value = ServerFrame.Presence.class, name = "presence"),
  @JsonSubTypes.Type(value = ServerFrame.Receipt.class, name = "receipt"),
  @JsonSubTypes.Type(value = ServerFrame.PublishAck.class, name = "publish_ack"),
  @JsonSubTypes.Type(value = ServerFrame.Subscribed.class, name = "subscribed"),
  @JsonSubTypes.Type(value = ServerFrame.Unsubscribed.class, name = "unsubscribed"),
  @JsonSubTypes.Type(value = ServerFrame.Ping.class, name = "ping"),
  @JsonSubTypes.Type(value = ServerFrame.Pong.class, name = "pong"),
  @JsonSubTypes.Type(value = ServerFrame.Error.class, name = "error"),
})
@JsonInclude(JsonInclude.Include.NON_NULL)
public sealed interface ServerFrame {

  /** May be dropped under pressure: typing, presence and receipts are in no log. */
  default boolean ephemeral() {
    return false;
  }

  /**
   * The stream is open.
   *
   * @param session id of this stream, for logs
   * @param resume token for the next hello, on any node
   * @param resumed whether the hello's resume token was taken up
   * @param heartbeatMs a stream without a frame for twice as long is closed
   */
  record Welcome(
      String session,
      String user,
      String device,
      String resume,
      boolean resumed,
      long heartbeatMs,
      Map<String, Long> limits)
      implements ServerFrame {}

  /**
   * A post, edit, redaction or reaction is committed.
   *
   * @param id the client's own id of the request
   * @param duplicate it had been recorded before; event and seq are the first one's
   */
  record SendAck(String id, String room, String eventId, long seq, long at, boolean duplicate)
      implements ServerFrame {}

  /** One message of a log. */
  record Delivery(Message message) implements ServerFrame {}

  /** Everything recorded before the stream opened has been delivered. */
  record CaughtUp() implements ServerFrame {}

  /**
   * The log cannot be continued from the device's position: it goes on after {@code head}, and what
   * lies before is for the history calls.
   *
   * @param reason first_connect, backlog or unknown_position
   */
  record Reset(String topic, long head, long unread, long mentions, String reason)
      implements ServerFrame {}

  /** The node is leaving: come back, to any node, after this many milliseconds. */
  record Drain(long reconnectAfterMs) implements ServerFrame {}

  record Typing(String room, String user, boolean typing) implements ServerFrame {
    @Override
    public boolean ephemeral() {
      return true;
    }
  }

  /**
   * @param status online, away, busy or offline; an invisible user is offline
   * @param lastActive milliseconds since 1970
   */
  record Presence(String user, String status, @Nullable String message, @Nullable Long lastActive)
      implements ServerFrame {
    @Override
    public boolean ephemeral() {
      return true;
    }
  }

  /**
   * A member's devices have (delivered), or the member has (read), everything up to a position.
   *
   * @param kind delivered or read
   */
  record Receipt(String room, String user, String kind, long seq) implements ServerFrame {
    @Override
    public boolean ephemeral() {
      return true;
    }
  }

  /**
   * A message of a topic the client subscribed to.
   *
   * @param delivery to be answered by {@link ClientFrame.Received} and {@link ClientFrame.Done}; 0:
   *     no answer is wanted
   * @param qos at which it is delivered
   * @param retain it was kept from earlier, or the subscription wants the flag as it was published
   * @param again it may have come before
   * @param identifiers of the subscriptions it is for
   * @param stream where it is recorded, at {@code position}, for a subscription that goes on from
   *     there; null: it is not, or no subscription does
   */
  record Published(
      Publication publication,
      int delivery,
      int qos,
      boolean retain,
      boolean again,
      int[] identifiers,
      @Nullable String stream,
      long position)
      implements ServerFrame {
    public Published(
        Publication publication,
        int delivery,
        int qos,
        boolean retain,
        boolean again,
        int[] identifiers) {
      this(publication, delivery, qos, retain, again, identifiers, null, 0);
    }
  }

  /**
   * A publish was taken: as durably as its topic asks for.
   *
   * @param matched somebody subscribed to it
   */
  record PublishAck(String id, boolean matched) implements ServerFrame {}

  /** A publish of QoS 2 is done with: {@link ClientFrame.Release} was heard. */
  record Released(String id, boolean known) implements ServerFrame {}

  /** The client may forget that it has a delivery of QoS 2. */
  record Release(int delivery) implements ServerFrame {}

  /** Each filter's own answer, in their order. */
  record Subscribed(String id, List<Grant> grants) implements ServerFrame {}

  /**
   * @param qos granted
   * @param refused why the filter is not in force
   * @param positions by stream, what it begins after; null: it has only what comes
   */
  record Grant(int qos, @Nullable Refusal refused, @Nullable Map<String, Long> positions) {
    public Grant(int qos, @Nullable Refusal refused) {
      this(qos, refused, null);
    }
  }

  /** Whether each filter had been in force, in their order. */
  record Unsubscribed(String id, List<Boolean> existed) implements ServerFrame {}

  record Ping(@Nullable String nonce) implements ServerFrame {}

  record Pong(@Nullable String nonce) implements ServerFrame {}

  /**
   * @param id the client's id of the request that was refused, where there is one
   * @param retryAfter milliseconds
   */
  record Error(
      ErrorCode code,
      String detail,
      @Nullable String id,
      @Nullable String limit,
      @Nullable Long retryAfter)
      implements ServerFrame {
    public static Error of(Refusal refusal, @Nullable String id) {
      return new Error(
          refusal.code(), refusal.detail(), id, refusal.limit(), refusal.retryAfterMs());
    }
  }
}
