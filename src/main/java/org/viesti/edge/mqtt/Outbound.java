package org.viesti.edge.mqtt;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Publication;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.ServerFrame;

/**
 * Frames as packets for a connected client. Knows the topic aliases it was told, the packets it is
 * able to take, and what an answer is the answer to.
 */
final class Outbound {
  private static final Counter TOO_LARGE = Metrics.counter("viesti.deliver.too-large");

  private final Connect connect;
  private final OpenRequests open;
  private final MqttSettings settings;
  private final int mostAliases;
  private Map<String, Integer> aliases = Map.of();

  /** Of deliveries that the client cannot take, in its stead. */
  private List<ClientFrame> answers = List.of();

  Outbound(Connect connect, OpenRequests open, MqttSettings settings) {
    this.connect = connect;
    this.open = open;
    this.settings = settings;
    this.mostAliases = Math.min(connect.topicAliasMaximum(), settings.topicAliasMaximum());
  }

  /** What to tell the connection after a batch, because the client will not. */
  List<ClientFrame> takeAnswers() {
    List<ClientFrame> taken = answers;
    answers = List.of();
    return taken;
  }

  /**
   * A CONNACK.
   *
   * @param device becomes the client id of a client that has none
   * @param authentication the last data of its exchange, if it had one and there is any
   */
  void connack(ByteBuf out, boolean resumed, String device, byte @Nullable [] authentication) {
    boolean present = resumed && connect.version() != MqttVersion.MQTT_3_1; // reserved there
    if (!connect.five()) {
      PacketWriter.head(out, PacketWriter.CONNACK, 2);
      out.writeByte(present ? 1 : 0).writeByte(0);
      return;
    }
    ByteBuf properties = out.alloc().buffer(32);
    try {
      connackProperties(properties, device);
      if (connect.enhanced() != null) {
        PacketWriter.authProperties(properties, connect.enhanced().method(), authentication);
      }
      int length = properties.readableBytes();
      PacketWriter.head(out, PacketWriter.CONNACK, 2 + PacketWriter.numberBytes(length) + length);
      out.writeByte(present ? 1 : 0).writeByte(Reasons.SUCCESS);
      PacketWriter.number(out, length);
      out.writeBytes(properties);
    } finally {
      properties.release();
    }
  }

  private void connackProperties(ByteBuf out, String device) {
    out.writeByte(MqttProperties.RECEIVE_MAXIMUM).writeShort(settings.receiveMaximum());
    out.writeByte(MqttProperties.MAXIMUM_PACKET_SIZE).writeInt(settings.maxPacketBytes());
    out.writeByte(MqttProperties.TOPIC_ALIAS_MAXIMUM).writeShort(settings.topicAliasMaximum());
    out.writeByte(MqttProperties.RETAIN_AVAILABLE).writeByte(1);
    out.writeByte(MqttProperties.WILDCARD_SUBSCRIPTION_AVAILABLE).writeByte(1);
    out.writeByte(MqttProperties.SUBSCRIPTION_IDENTIFIER_AVAILABLE).writeByte(1);
    out.writeByte(MqttProperties.SHARED_SUBSCRIPTION_AVAILABLE).writeByte(1);
    long expiry = settings.sessionExpiry(connect.sessionExpiry());
    if (expiry != connect.sessionExpiry()) {
      out.writeByte(MqttProperties.SESSION_EXPIRY_INTERVAL).writeInt((int) expiry);
    }
    int keepAlive = settings.keepAlive(connect.keepAlive());
    if (keepAlive != connect.keepAlive()) {
      out.writeByte(MqttProperties.SERVER_KEEP_ALIVE).writeShort(keepAlive);
    }
    if (connect.clientId().isEmpty()) {
      out.writeByte(MqttProperties.ASSIGNED_CLIENT_IDENTIFIER);
      PacketWriter.text(out, device);
    }
  }

  /** Any frame but a welcome. */
  void write(ByteBuf out, ServerFrame frame, long now) {
    switch (frame) {
      case ServerFrame.Published published -> published(out, published, now);
      case ServerFrame.PublishAck(String id, boolean matched) ->
          answered(
              out,
              Integer.parseInt(id),
              connect.five() && !matched ? Reasons.NO_MATCHING_SUBSCRIBERS : Reasons.SUCCESS,
              null);
      case ServerFrame.Released(String id, boolean known) -> {
        open.remove(Integer.parseInt(id));
        PacketWriter.ack(
            out,
            PacketWriter.PUBCOMP,
            Integer.parseInt(id),
            connect.five() && !known ? Reasons.PACKET_ID_NOT_FOUND : Reasons.SUCCESS);
      }
      case ServerFrame.Release(int delivery) ->
          PacketWriter.ack(out, PacketWriter.PUBREL, delivery, Reasons.SUCCESS);
      case ServerFrame.Subscribed(String id, List<ServerFrame.Grant> grants) ->
          subscribed(
              out,
              Integer.parseInt(id),
              grants.stream().mapToInt(this::granted).toArray(),
              refusals(grants));
      case ServerFrame.Unsubscribed(String id, List<Boolean> existed) ->
          unsubscribed(
              out,
              Integer.parseInt(id),
              existed.stream()
                  .mapToInt(was -> was ? Reasons.SUCCESS : Reasons.NO_SUBSCRIPTION_EXISTED)
                  .toArray(),
              null);
      case ServerFrame.Error error -> refused(out, error);
      case ServerFrame.Welcome _,
          ServerFrame.SendAck _,
          ServerFrame.Delivery _,
          ServerFrame.CaughtUp _,
          ServerFrame.Reset _,
          ServerFrame.Drain _,
          ServerFrame.Typing _,
          ServerFrame.Presence _,
          ServerFrame.Receipt _,
          ServerFrame.Ping _,
          ServerFrame.Pong _ -> {} // MQTT has no words for them
    }
  }

  private void published(ByteBuf out, ServerFrame.Published frame, long now) {
    Publication publication = frame.publication();
    Integer known = aliases.get(publication.path());
    int alias = known != null ? known : aliases.size() < mostAliases ? aliases.size() + 1 : 0;
    String topic = known != null ? "" : publication.path();
    int topicBytes = ByteBufUtil.utf8Bytes(topic);
    PacketWriter.PublishProperties properties =
        connect.five()
            ? new PacketWriter.PublishProperties(
                publication.properties(), expiry(publication, now), alias, frame.identifiers())
            : null;
    int propertyBytes = properties == null ? 0 : properties.bytes();
    int remaining =
        2
            + topicBytes
            + (frame.qos() > 0 ? 2 : 0)
            + (properties == null ? 0 : PacketWriter.numberBytes(propertyBytes) + propertyBytes)
            + publication.payload().length;
    if (PacketWriter.size(remaining) > connect.maxPacket()) {
      skip(frame.delivery());
      return;
    }
    if (known == null && alias > 0) {
      if (aliases.isEmpty()) {
        aliases = new HashMap<>(2);
      }
      aliases.put(topic, alias);
    }
    out.ensureWritable(PacketWriter.size(remaining));
    PacketWriter.head(
        out,
        PacketWriter.PUBLISH
            | (frame.again() && frame.qos() > 0 ? 8 : 0)
            | frame.qos() << 1
            | (frame.retain() ? 1 : 0),
        remaining);
    PacketWriter.text(out, topic, topicBytes);
    if (frame.qos() > 0) {
      out.writeShort(frame.delivery());
    }
    if (properties != null) {
      PacketWriter.number(out, propertyBytes);
      properties.write(out);
    }
    out.writeBytes(publication.payload());
  }

  /** Whole seconds that are left, at least one; 0: it does not expire. */
  private static long expiry(Publication publication, long now) {
    return publication.expiresAt() == 0
        ? 0
        : Math.clamp((publication.expiresAt() - now + 999) / 1000, 1, 0xffff_ffffL);
  }

  /** MQTT-3.1.2-25: as if it had been sent and answered. */
  private void skip(int delivery) {
    TOO_LARGE.increment();
    if (delivery > 0) {
      if (answers.isEmpty()) {
        answers = new ArrayList<>(1);
      }
      answers.add(new ClientFrame.Done(delivery));
    }
  }

  /**
   * To a publish; one of QoS 2 that was taken stays open until it is released.
   *
   * @param why it is refused; null: it is not
   */
  private void answered(ByteBuf out, int id, int reason, @Nullable String why) {
    if (!(open.get(id) instanceof OpenRequests.Publish(int qos))) {
      return;
    }
    if (qos < 2 || Reasons.failed(reason)) {
      open.remove(id);
    }
    PacketWriter.ack(
        out, qos < 2 ? PacketWriter.PUBACK : PacketWriter.PUBREC, id, reason, told(why, 3));
  }

  /**
   * A reason string as the client wants it: MQTT-3.1.2-29.
   *
   * @param rest bytes of the packet without its fixed header and its properties
   */
  private @Nullable String told(@Nullable String why, int rest) {
    return why != null && settings.reasonStrings() && connect.problems()
        ? PacketWriter.fitting(why, 0, rest, connect.maxPacket())
        : null;
  }

  private int granted(ServerFrame.Grant grant) {
    if (grant.refused() == null) {
      return grant.qos();
    }
    return connect.five() ? MqttAnswerCodes.subscribe(grant.refused().code()) : Reasons.UNSPECIFIED;
  }

  /** One reason string is for all filters. */
  private static @Nullable String refusals(List<ServerFrame.Grant> grants) {
    String all =
        grants.stream()
            .flatMap(grant -> Stream.ofNullable(grant.refused()))
            .map(Refusal::detail)
            .distinct()
            .collect(Collectors.joining("; "));
    return all.isEmpty() ? null : all;
  }

  private void subscribed(ByteBuf out, int id, int[] reasons, @Nullable String why) {
    open.remove(id);
    reasons(out, PacketWriter.SUBACK, id, reasons, why);
  }

  private void unsubscribed(ByteBuf out, int id, int[] reasons, @Nullable String why) {
    open.remove(id);
    reasons(out, PacketWriter.UNSUBACK, id, connect.five() ? reasons : new int[0], why);
  }

  private void reasons(ByteBuf out, int first, int id, int[] reasons, @Nullable String why) {
    String told = told(why, 2 + reasons.length);
    int properties = PacketWriter.textBytes(told);
    PacketWriter.head(
        out,
        first,
        2
            + (connect.five() ? PacketWriter.numberBytes(properties) + properties : 0)
            + reasons.length);
    out.writeShort(id);
    if (connect.five()) {
      PacketWriter.reasonString(out, told);
    }
    for (int reason : reasons) {
      out.writeByte(reason);
    }
  }

  /**
   * Whether a refusal can be told only by closing. MQTT 3.1.1 can acknowledge but not refuse: a
   * publish refused for good is acknowledged, and for the others the connection closes, so that the
   * client sends them again.
   */
  boolean closes(ServerFrame.Error error) {
    return !connect.five()
        && error.code().mayBeTakenLater()
        && request(error.id()) instanceof OpenRequests.Publish;
  }

  private void refused(ByteBuf out, ServerFrame.Error error) {
    ErrorCode code = error.code();
    switch (request(error.id())) {
      case null -> {}
      case OpenRequests.Publish _ ->
          answered(
              out,
              id(error.id()),
              connect.five() ? MqttAnswerCodes.publish(code) : Reasons.SUCCESS,
              error.detail());
      case OpenRequests.Subscribe(int filters) ->
          subscribed(
              out,
              id(error.id()),
              filled(
                  filters, connect.five() ? MqttAnswerCodes.subscribe(code) : Reasons.UNSPECIFIED),
              error.detail());
      case OpenRequests.Unsubscribe(int filters) ->
          unsubscribed(
              out,
              id(error.id()),
              filled(filters, MqttAnswerCodes.subscribe(code)),
              error.detail());
    }
  }

  private static int[] filled(int length, int value) {
    int[] filled = new int[length];
    Arrays.fill(filled, value);
    return filled;
  }

  private OpenRequests.@Nullable Request request(@Nullable String id) {
    return id == null ? null : open.get(id(id));
  }

  /** Ids of requests are packet ids; 0 is none. */
  private static int id(@Nullable String id) {
    return id == null ? 0 : Integer.parseInt(id);
  }
}
