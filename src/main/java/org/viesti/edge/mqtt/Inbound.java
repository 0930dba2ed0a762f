package org.viesti.edge.mqtt;

import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.MqttProperty;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttSubscriptionOption;
import io.netty.handler.codec.mqtt.MqttTopicSubscription;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.Publication;
import org.viesti.protocol.Refused;
import org.viesti.protocol.Validation;

/**
 * A connected client's packets as frames. Knows its topic aliases (MQTT 5.0 §3.3.2.3.4) and notes
 * its requests; whatever breaks the specification is thrown as a {@link Violation}.
 */
final class Inbound {
  private static final Set<Integer> OF_PUBLISH =
      Set.of(
          MqttProperties.PAYLOAD_FORMAT_INDICATOR,
          MqttProperties.PUBLICATION_EXPIRY_INTERVAL,
          MqttProperties.TOPIC_ALIAS,
          MqttProperties.RESPONSE_TOPIC,
          MqttProperties.CORRELATION_DATA,
          MqttProperties.USER_PROPERTY,
          MqttProperties.CONTENT_TYPE);
  private static final Set<Integer> OF_SUBSCRIBE =
      Set.of(MqttProperties.SUBSCRIPTION_IDENTIFIER, MqttProperties.USER_PROPERTY);
  private static final Set<Integer> OF_UNSUBSCRIBE = Set.of(MqttProperties.USER_PROPERTY);
  private static final Set<Integer> OF_ACKS =
      Set.of(MqttProperties.REASON_STRING, MqttProperties.USER_PROPERTY);
  private static final Set<Integer> OF_DISCONNECT =
      Set.of(
          MqttProperties.SESSION_EXPIRY_INTERVAL,
          MqttProperties.REASON_STRING,
          MqttProperties.USER_PROPERTY);

  private final Connect connect;
  private final OpenRequests open;
  private final MqttSettings settings;
  private final int receiveMaximum;

  /** By alias; the first is none. */
  private final int mostAliases;

  /** By number; null while there was none. */
  private @Nullable String @Nullable [] aliases;

  Inbound(Connect connect, OpenRequests open, MqttSettings settings) {
    this.connect = connect;
    this.open = open;
    this.settings = settings;
    this.receiveMaximum = connect.five() ? settings.receiveMaximum() : Integer.MAX_VALUE;
    this.mostAliases = connect.five() ? settings.topicAliasMaximum() : 0;
  }

  /** The frame of any packet but CONNECT. */
  ClientFrame frame(MqttMessage packet) {
    return switch (packet.fixedHeader().messageType()) {
      case PUBLISH -> publish((MqttPublishMessage) packet);
      case PUBACK, PUBCOMP -> new ClientFrame.Done(acked(packet).messageId());
      case PUBREC -> {
        MqttPubReplyMessageVariableHeader head = acked(packet);
        yield new ClientFrame.Received(
            head.messageId(), Reasons.failed(Byte.toUnsignedInt(head.reasonCode())));
      }
      case PUBREL -> new ClientFrame.Release(Integer.toString(acked(packet).messageId()));
      case SUBSCRIBE -> subscribe((MqttSubscribeMessage) packet);
      case UNSUBSCRIBE -> unsubscribe((MqttUnsubscribeMessage) packet);
      case PINGREQ -> new ClientFrame.Pong(null);
      case DISCONNECT -> leave(packet);
      case AUTH ->
          throw new Violation( // MQTT-4.12.0-7
              Reasons.PROTOCOL_ERROR, "AUTH is for who named a method in its CONNECT");
      case CONNECT -> throw new Violation(Reasons.PROTOCOL_ERROR, "CONNECT comes first, and once");
      case CONNACK, SUBACK, UNSUBACK, PINGRESP ->
          throw new Violation(
              Reasons.PROTOCOL_ERROR,
              packet.fixedHeader().messageType() + " is for servers to send");
    };
  }

  private ClientFrame.Publish publish(MqttPublishMessage packet) {
    MqttProperties properties = packet.variableHeader().properties();
    int qos = packet.fixedHeader().qosLevel().value();
    Properties.check(
        packet,
        properties,
        OF_PUBLISH,
        () ->
            PacketWriter.sizeOf(packet.variableHeader().topicName())
                + (qos > 0 ? 2 : 0)
                + packet.payload().readableBytes());
    if (qos == 0 && packet.fixedHeader().isDup()) {
      throw new Violation(Reasons.MALFORMED, "a publish of QoS 0 is never repeated");
    }
    int id = packet.variableHeader().packetId();
    String topic = topic(packet.variableHeader().topicName(), properties);
    ClientFrame.Publish frame =
        new ClientFrame.Publish(
            qos == 0 ? null : Integer.toString(id),
            topic,
            null,
            ByteBufUtil.getBytes(packet.payload()),
            qos,
            packet.fixedHeader().isRetain(),
            Properties.unsigned(properties, MqttProperties.PUBLICATION_EXPIRY_INTERVAL),
            Properties.passedOn(properties));
    if (qos > 0) {
      if (open.get(id) == null && open.publishes() >= receiveMaximum) {
        throw new Violation(
            Reasons.RECEIVE_MAXIMUM_EXCEEDED,
            "at most " + receiveMaximum + " publishes may be unanswered");
      }
      open.add(id, new OpenRequests.Publish(qos));
    }
    return frame;
  }

  private String topic(String named, MqttProperties properties) {
    Integer alias = Properties.number(properties, MqttProperties.TOPIC_ALIAS);
    if (alias == null) {
      return checkTopic(named);
    }
    if (alias == 0 || alias > mostAliases) {
      throw new Violation(Reasons.TOPIC_ALIAS_INVALID, "a topic alias is 1 to " + mostAliases);
    }
    if (aliases == null) {
      aliases = new String[mostAliases + 1];
    }
    if (!named.isEmpty()) {
      aliases[alias] = checkTopic(named);
      return named;
    }
    String known = aliases[alias];
    if (known == null) {
      throw new Violation(Reasons.PROTOCOL_ERROR, "topic alias " + alias + " stands for no topic");
    }
    return known;
  }

  /** The topic, if one may publish to it. */
  static String checkTopic(@Nullable String topic) {
    if (topic == null) {
      throw new Violation(Reasons.TOPIC_NAME_INVALID, "a topic is too long");
    }
    try {
      return Publication.checkTopic(topic);
    } catch (Refused refused) {
      throw new Violation(Reasons.TOPIC_NAME_INVALID, refused.refusal().detail());
    }
  }

  private MqttPubReplyMessageVariableHeader acked(MqttMessage packet) {
    if (!connect.five() && packet.fixedHeader().remainingLength() != 2) {
      throw new Violation(Reasons.MALFORMED, "the packet has but a packet id");
    }
    MqttPubReplyMessageVariableHeader head =
        (MqttPubReplyMessageVariableHeader) packet.variableHeader();
    Properties.check(packet, head.properties(), OF_ACKS, () -> 3);
    return head;
  }

  private ClientFrame.Subscribe subscribe(MqttSubscribeMessage packet) {
    MqttMessageIdAndPropertiesVariableHeader head = packet.idAndPropertiesVariableHeader();
    Properties.check(
        packet,
        head.properties(),
        OF_SUBSCRIBE,
        () ->
            2
                + packet.payload().topicSubscriptions().stream()
                    .mapToInt(filter -> PacketWriter.sizeOf(filter.topicFilter()) + 1)
                    .sum());
    int identifier = identifier(head.properties());
    List<ClientFrame.Wanted> wanted = new ArrayList<>(packet.payload().topicSubscriptions().size());
    for (MqttTopicSubscription filter : packet.payload().topicSubscriptions()) {
      wanted.add(wanted(filter, identifier));
    }
    open.add(head.messageId(), new OpenRequests.Subscribe(wanted.size()));
    return valid(new ClientFrame.Subscribe(Integer.toString(head.messageId()), wanted), wanted);
  }

  private static int identifier(MqttProperties properties) {
    List<? extends MqttProperty> given =
        properties.getProperties(MqttProperties.SUBSCRIPTION_IDENTIFIER);
    if (given.isEmpty()) {
      return 0;
    }
    if (given.size() > 1 || !(given.getFirst().value() instanceof Integer id) || id == 0) {
      throw new Violation(
          Reasons.PROTOCOL_ERROR, "a subscription has one identifier, and it is not 0");
    }
    return id;
  }

  private ClientFrame.Wanted wanted(MqttTopicSubscription filter, int identifier) {
    MqttSubscriptionOption option = filter.option();
    int retained = option.retainHandling().value();
    if (!connect.five() && (option.isNoLocal() || option.isRetainAsPublished() || retained != 0)) {
      throw new Violation(Reasons.MALFORMED, "the reserved bits of a subscription must be 0");
    }
    if (option.isNoLocal() && filter.topicFilter().startsWith("$share/")) {
      throw new Violation(
          Reasons.PROTOCOL_ERROR, "a shared subscription cannot leave out the client's own");
    }
    return new ClientFrame.Wanted(
        filter.topicFilter(),
        option.qos().value(),
        option.isNoLocal(),
        option.isRetainAsPublished(),
        retained,
        identifier);
  }

  private ClientFrame.Unsubscribe unsubscribe(MqttUnsubscribeMessage packet) {
    MqttMessageIdAndPropertiesVariableHeader head = packet.idAndPropertiesVariableHeader();
    Properties.check(
        packet,
        head.properties(),
        OF_UNSUBSCRIBE,
        () -> 2 + packet.payload().topics().stream().mapToInt(PacketWriter::sizeOf).sum());
    List<String> filters = List.copyOf(packet.payload().topics());
    open.add(head.messageId(), new OpenRequests.Unsubscribe(filters.size()));
    return valid(new ClientFrame.Unsubscribe(Integer.toString(head.messageId()), filters), filters);
  }

  private static <F extends ClientFrame> F valid(F frame, List<?> filters) {
    if (filters.isEmpty()) {
      throw new Violation(Reasons.PROTOCOL_ERROR, "there must be at least one topic filter");
    }
    try {
      return Validation.valid(frame);
    } catch (Refused refused) {
      throw new Violation(Reasons.TOPIC_FILTER_INVALID, refused.refusal().detail());
    }
  }

  private ClientFrame.Leave leave(MqttMessage packet) {
    if (!connect.five()) {
      if (packet.fixedHeader().remainingLength() != 0) {
        throw new Violation(Reasons.MALFORMED, "DISCONNECT is empty");
      }
      return new ClientFrame.Leave(false, null);
    }
    MqttReasonCodeAndPropertiesVariableHeader head =
        (MqttReasonCodeAndPropertiesVariableHeader) packet.variableHeader();
    Properties.check(packet, head.properties(), OF_DISCONNECT, () -> 1);
    Long expiry = Properties.unsigned(head.properties(), MqttProperties.SESSION_EXPIRY_INTERVAL);
    if (expiry != null && expiry > 0 && connect.sessionExpiry() == 0) {
      throw new Violation(
          Reasons.PROTOCOL_ERROR, "a session that was to end with its connection cannot be kept");
    }
    // With any reason but 0 the will is published: MQTT-3.14.4-3.
    return new ClientFrame.Leave(
        head.reasonCode() != Reasons.SUCCESS,
        expiry == null ? null : settings.sessionExpiry(expiry));
  }
}
