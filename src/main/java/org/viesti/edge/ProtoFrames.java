package org.viesti.edge;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Message;
import org.viesti.protocol.Publication;
import org.viesti.protocol.Refused;
import org.viesti.protocol.ServerFrame;
import org.viesti.protocol.Validation;
import org.viesti.protocol.v1.PublicationProperties;

/**
 * Frames as protobuf (subprotocol {@code viesti.v1.proto}, and the stream of gRPC): frames.proto's
 * messages to and from the records. Fields a newer client may have are ignored, as protobuf's rules
 * are; a frame that is not known is refused.
 */
public final class ProtoFrames implements FrameCodec {

  @Override
  public List<ClientFrame> decode(byte[] bytes, int offset, int length) {
    try {
      return List.of(
          frame(org.viesti.protocol.v1.ClientFrame.parser().parseFrom(bytes, offset, length)));
    } catch (InvalidProtocolBufferException e) {
      throw refused("not a ClientFrame of viesti.chat.v1: " + e.getMessage());
    }
  }

  @Override
  public byte[] encode(ServerFrame frame) {
    return frame instanceof ServerFrame.Delivery(Message message)
        ? message.proto(ProtoFrames::delivery)
        : frame(frame).toByteArray();
  }

  private static byte[] delivery(Message message) {
    return frame(new ServerFrame.Delivery(message)).toByteArray();
  }

  /** A client's frame, validated. Throws {@link Refused}, with the request's id if there is one. */
  public static ClientFrame frame(org.viesti.protocol.v1.ClientFrame frame) {
    try {
      return valid(frame);
    } catch (Refused refused) {
      throw new Refused(refused.refusal(), id(frame));
    }
  }

  private static @Nullable String id(org.viesti.protocol.v1.ClientFrame frame) {
    String id =
        switch (frame.getFrameCase()) {
          case SEND -> frame.getSend().getId();
          case EDIT -> frame.getEdit().getId();
          case REDACT -> frame.getRedact().getId();
          case REACT -> frame.getReact().getId();
          case PUBLISH -> frame.getPublish().getId();
          case SUBSCRIBE -> frame.getSubscribe().getId();
          case UNSUBSCRIBE -> frame.getUnsubscribe().getId();
          default -> null;
        };
    return Validation.isRequestId(id) ? id : null;
  }

  private static ClientFrame valid(org.viesti.protocol.v1.ClientFrame frame) {
    return Validation.valid(
        switch (frame.getFrameCase()) {
          case HELLO -> hello(frame.getHello());
          case SEND -> send(frame.getSend());
          case SEND_BATCH ->
              new ClientFrame.SendBatch(
                  frame.getSendBatch().getMessagesList().stream().map(ProtoFrames::send).toList());
          case EDIT -> edit(frame.getEdit());
          case REDACT -> {
            var redact = frame.getRedact();
            yield new ClientFrame.Redact(
                redact.getId(), redact.getTarget(), redact.hasReason() ? redact.getReason() : null);
          }
          case REACT -> {
            var react = frame.getReact();
            yield new ClientFrame.React(
                react.getId(), react.getTarget(), react.getReaction(), react.getAdd());
          }
          case ACK -> new ClientFrame.Ack(frame.getAck().getPositionsMap());
          case READ -> new ClientFrame.Read(frame.getRead().getRoom(), frame.getRead().getSeq());
          case TYPING ->
              new ClientFrame.Typing(frame.getTyping().getRoom(), frame.getTyping().getTyping());
          case PRESENCE -> {
            var presence = frame.getPresence();
            yield new ClientFrame.Presence(
                presence.getStatus(), presence.hasMessage() ? presence.getMessage() : null);
          }
          case WATCH -> new ClientFrame.Watch(List.copyOf(frame.getWatch().getUsersList()));
          case PUBLISH -> publish(frame.getPublish());
          case SUBSCRIBE -> {
            var subscribe = frame.getSubscribe();
            yield new ClientFrame.Subscribe(
                subscribe.getId(),
                subscribe.getFiltersList().stream().map(ProtoFrames::wanted).toList());
          }
          case UNSUBSCRIBE ->
              new ClientFrame.Unsubscribe(
                  frame.getUnsubscribe().getId(),
                  List.copyOf(frame.getUnsubscribe().getFiltersList()));
          case PING ->
              new ClientFrame.Ping(frame.getPing().hasNonce() ? frame.getPing().getNonce() : null);
          case PONG ->
              new ClientFrame.Pong(frame.getPong().hasNonce() ? frame.getPong().getNonce() : null);
          case FRAME_NOT_SET -> throw refused("the frame is empty, or of a kind not known here");
        });
  }

  private static ClientFrame hello(org.viesti.protocol.v1.ClientFrame.Hello hello) {
    Map<String, Long> positions = hello.getPositionsMap();
    return new ClientFrame.Hello(
        hello.hasToken() ? hello.getToken() : null,
        hello.hasResume() ? hello.getResume() : null,
        positions.isEmpty() ? null : positions,
        hello.hasDeflate() ? hello.getDeflate() : null);
  }

  private static ClientFrame.Send send(org.viesti.protocol.v1.ClientFrame.Send send) {
    return new ClientFrame.Send(
        send.getId(),
        send.getRoom(),
        ProtoPayloads.payload(send.getPayload(), send.hasPayload()),
        send.hasReplyTo() ? send.getReplyTo() : null,
        mentions(send.getMentionsList()));
  }

  private static ClientFrame publish(org.viesti.protocol.v1.ClientFrame.Publish publish) {
    return new ClientFrame.Publish(
        publish.hasId() ? publish.getId() : null,
        publish.getTopic(),
        null,
        publish.getPayload().toByteArray(),
        publish.getQos(),
        publish.getRetain(),
        publish.hasExpiry() ? publish.getExpiry() : null,
        publish.hasProperties() ? properties(publish.getProperties()) : null);
  }

  private static Publication.Properties properties(PublicationProperties properties) {
    return new Publication.Properties(
        properties.getUtf8(),
        properties.hasContentType() ? properties.getContentType() : null,
        properties.hasResponseTopic() ? properties.getResponseTopic() : null,
        properties.hasCorrelation() ? properties.getCorrelation().toByteArray() : null,
        properties.getUserList().stream()
            .map(pair -> new Publication.Pair(pair.getName(), pair.getValue()))
            .toList());
  }

  private static ClientFrame.Wanted wanted(org.viesti.protocol.v1.ClientFrame.Wanted wanted) {
    return new ClientFrame.Wanted(
        wanted.getFilter(),
        wanted.getQos(),
        wanted.getNoLocal(),
        wanted.getAsPublished(),
        wanted.getRetained(),
        wanted.getIdentifier(),
        wanted.hasFrom() ? from(wanted.getFrom()) : null);
  }

  private static ClientFrame.From from(org.viesti.protocol.v1.ClientFrame.From from) {
    return new ClientFrame.From(
        from.hasTime() ? from.getTime() : null,
        from.getPositionsCount() == 0 ? null : from.getPositionsMap());
  }

  private static ClientFrame edit(org.viesti.protocol.v1.ClientFrame.Edit edit) {
    return new ClientFrame.Edit(
        edit.getId(),
        edit.getTarget(),
        ProtoPayloads.payload(edit.getPayload(), edit.hasPayload()),
        mentions(edit.getMentionsList()));
  }

  private static @Nullable List<String> mentions(List<String> users) {
    return users.isEmpty() ? null : List.copyOf(users);
  }

  /** A server's frame. */
  public static org.viesti.protocol.v1.ServerFrame frame(ServerFrame frame) {
    var made = org.viesti.protocol.v1.ServerFrame.newBuilder();
    switch (frame) {
      case ServerFrame.Welcome welcome -> welcome(welcome, made.getWelcomeBuilder());
      case ServerFrame.SendAck(var id, var room, var eventId, var seq, var at, var duplicate) ->
          made.getSendAckBuilder()
              .setId(id)
              .setRoom(room)
              .setEventId(eventId)
              .setSeq(seq)
              .setAt(at)
              .setDuplicate(duplicate);
      case ServerFrame.Delivery(var message) ->
          made.getDeliveryBuilder().setMessage(ProtoMessages.message(message));
      case ServerFrame.CaughtUp() -> made.getCaughtUpBuilder();
      case ServerFrame.Reset(var topic, var head, var unread, var mentions, var reason) ->
          made.getResetBuilder()
              .setTopic(topic)
              .setHead(head)
              .setUnread(unread)
              .setMentions(mentions)
              .setReason(reason);
      case ServerFrame.Drain(var after) -> made.getDrainBuilder().setReconnectAfterMs(after);
      case ServerFrame.Typing(var room, var user, var typing) ->
          made.getTypingBuilder().setRoom(room).setUser(user).setTyping(typing);
      case ServerFrame.Presence presence -> presence(presence, made.getPresenceBuilder());
      case ServerFrame.Receipt(var room, var user, var kind, var seq) ->
          made.getReceiptBuilder().setRoom(room).setUser(user).setKind(kind).setSeq(seq);
      case ServerFrame.Ping(var nonce) -> ifThere(nonce, made.getPingBuilder()::setNonce);
      case ServerFrame.Pong(var nonce) -> ifThere(nonce, made.getPongBuilder()::setNonce);
      case ServerFrame.Error error -> error(error, made.getErrorBuilder());
      case ServerFrame.Published published -> published(published, made.getPublishedBuilder());
      case ServerFrame.PublishAck(var id, var matched) ->
          made.getPublishAckBuilder().setId(id).setMatched(matched);
      case ServerFrame.Subscribed(var id, var grants) -> {
        var subscribed = made.getSubscribedBuilder().setId(id);
        for (ServerFrame.Grant grant : grants) {
          var granted = subscribed.addGrantsBuilder().setQos(grant.qos());
          if (grant.refused() != null) {
            error(ServerFrame.Error.of(grant.refused(), null), granted.getRefusedBuilder());
          }
          if (grant.positions() != null) {
            granted.putAllPositions(grant.positions());
          }
        }
      }
      case ServerFrame.Unsubscribed(var id, var existed) ->
          made.getUnsubscribedBuilder().setId(id).addAllExisted(existed);
      case ServerFrame.Released _, ServerFrame.Release _ ->
          throw new IllegalStateException("these streams number no deliveries: " + frame);
    }
    return made.build();
  }

  private static void published(
      ServerFrame.Published published, org.viesti.protocol.v1.ServerFrame.Published.Builder made) {
    Publication publication = published.publication();
    made.setTopic(publication.path())
        .setPayload(ByteString.copyFrom(publication.payload()))
        .setQos(published.qos())
        .setRetain(published.retain())
        .setAt(publication.at());
    for (int identifier : published.identifiers()) {
      made.addIdentifiers(identifier);
    }
    if (published.stream() != null) {
      made.setStream(published.stream()).setPosition(published.position());
    }
    if (publication.properties() != null) {
      properties(publication.properties(), made.getPropertiesBuilder());
    }
  }

  private static void properties(
      Publication.Properties properties, PublicationProperties.Builder made) {
    made.setUtf8(properties.utf8());
    ifThere(properties.contentType(), made::setContentType);
    ifThere(properties.responseTopic(), made::setResponseTopic);
    if (properties.correlation() != null) {
      made.setCorrelation(ByteString.copyFrom(properties.correlation()));
    }
    for (Publication.Pair pair : properties.user()) {
      made.addUserBuilder().setName(pair.name()).setValue(pair.value());
    }
  }

  private static void welcome(
      ServerFrame.Welcome welcome, org.viesti.protocol.v1.ServerFrame.Welcome.Builder made) {
    made.setSession(welcome.session())
        .setUser(welcome.user())
        .setDevice(welcome.device())
        .setResume(welcome.resume())
        .setResumed(welcome.resumed())
        .setHeartbeatMs(welcome.heartbeatMs())
        .putAllLimits(welcome.limits());
  }

  private static void presence(
      ServerFrame.Presence presence, org.viesti.protocol.v1.ServerFrame.Presence.Builder made) {
    made.setUser(presence.user()).setStatus(presence.status());
    ifThere(presence.message(), made::setMessage);
    ifThere(presence.lastActive(), made::setLastActive);
  }

  private static void error(
      ServerFrame.Error error, org.viesti.protocol.v1.ServerFrame.Error.Builder made) {
    made.setCode(code(error.code())).setDetail(error.detail());
    ifThere(error.id(), made::setId);
    ifThere(error.limit(), made::setLimit);
    ifThere(error.retryAfter(), made::setRetryAfter);
  }

  /** The schema's name of a code is the code's own, with protobuf's customary prefix. */
  public static org.viesti.protocol.v1.ErrorCode code(ErrorCode code) {
    return org.viesti.protocol.v1.ErrorCode.valueOf("ERROR_CODE_" + code.name());
  }

  static <T> void ifThere(@Nullable T value, Consumer<T> set) {
    if (value != null) {
      set.accept(value);
    }
  }

  static Refused refused(String detail) {
    return new Refused(ErrorCode.INVALID_ARGUMENT, detail);
  }
}
