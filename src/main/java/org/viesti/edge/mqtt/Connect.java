package org.viesti.edge.mqtt;

import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectPayload;
import io.netty.handler.codec.mqtt.MqttConnectVariableHeader;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttVersion;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.viesti.device.Session;
import org.viesti.protocol.ClientFrame;

/**
 * What a client says in its CONNECT: MQTT 5.0 §3.1, 3.1.1 §3.1.
 *
 * @param clientId empty: it has none
 * @param keepAlive seconds, as asked for
 * @param sessionExpiry seconds
 * @param receiveMaximum deliveries above QoS 0 without an answer
 * @param maxPacket bytes of a packet it takes
 * @param topicAliasMaximum aliases it knows; 0: none
 * @param problems it wants reason strings in every packet that may have one
 * @param enhanced how it shows who it is, if by enhanced authentication (§4.12)
 */
record Connect(
    MqttVersion version,
    String clientId,
    @Nullable String user,
    byte @Nullable [] password,
    boolean clean,
    int keepAlive,
    long sessionExpiry,
    int receiveMaximum,
    long maxPacket,
    int topicAliasMaximum,
    boolean problems,
    @Nullable Enhanced enhanced,
    ClientFrame.@Nullable Will will) {
  /** What begins an exchange. */
  record Enhanced(String method, byte @Nullable [] data) {}

  /** The largest there is: §2.1.4. */
  private static final long LARGEST_PACKET = 268_435_460;

  private static final Set<Integer> ALLOWED =
      Set.of(
          MqttProperties.SESSION_EXPIRY_INTERVAL,
          MqttProperties.RECEIVE_MAXIMUM,
          MqttProperties.MAXIMUM_PACKET_SIZE,
          MqttProperties.TOPIC_ALIAS_MAXIMUM,
          MqttProperties.REQUEST_RESPONSE_INFORMATION,
          MqttProperties.REQUEST_PROBLEM_INFORMATION,
          MqttProperties.USER_PROPERTY,
          MqttProperties.AUTHENTICATION_METHOD,
          MqttProperties.AUTHENTICATION_DATA);

  private static final Set<Integer> ALLOWED_OF_WILL =
      Set.of(
          MqttProperties.WILL_DELAY_INTERVAL,
          MqttProperties.PAYLOAD_FORMAT_INDICATOR,
          MqttProperties.PUBLICATION_EXPIRY_INTERVAL,
          MqttProperties.CONTENT_TYPE,
          MqttProperties.RESPONSE_TOPIC,
          MqttProperties.CORRELATION_DATA,
          MqttProperties.USER_PROPERTY);

  boolean five() {
    return version == MqttVersion.MQTT_5;
  }

  /** Throws {@link Violation}, with a reason for a CONNACK. */
  static Connect of(MqttConnectMessage packet, MqttSettings settings) {
    MqttConnectVariableHeader head = packet.variableHeader();
    MqttConnectPayload payload = packet.payload();
    MqttVersion version = version(packet);
    boolean five = version == MqttVersion.MQTT_5;
    MqttProperties properties = head.properties();
    Properties.check(properties, ALLOWED);
    if (!properties.isEmpty() || !payload.willProperties().isEmpty()) {
      Properties.checkRoom(packet, bytes(head, payload));
    }
    if (head.hasPassword() && !head.hasUserName() && !five) {
      throw new Violation(Reasons.MALFORMED, "a password without a user name");
    }
    String clientId = payload.clientIdentifier();
    if (clientId.length() > settings.maxClientId()
        || (clientId.isEmpty() && !five && !head.isCleanSession())) {
      throw new Violation(
          Reasons.CLIENT_ID_NOT_VALID,
          clientId.isEmpty()
              ? "a session that is to be kept needs a client id"
              : "a client id has at most " + settings.maxClientId() + " characters");
    }
    Long expiry = Properties.unsigned(properties, MqttProperties.SESSION_EXPIRY_INTERVAL);
    long untold = five || head.isCleanSession() ? 0 : Session.FOR_EVER;
    Long maxPacket = Properties.unsigned(properties, MqttProperties.MAXIMUM_PACKET_SIZE);
    return new Connect(
        version,
        clientId,
        payload.userName(),
        payload.passwordInBytes(),
        head.isCleanSession(),
        head.keepAliveTimeSeconds(),
        expiry == null ? untold : expiry,
        notZero(
            Properties.number(properties, MqttProperties.RECEIVE_MAXIMUM, 65_535),
            "receive maximum"),
        notZero(maxPacket == null ? LARGEST_PACKET : maxPacket, "maximum packet size"),
        Properties.number(properties, MqttProperties.TOPIC_ALIAS_MAXIMUM, 0),
        five && Properties.number(properties, MqttProperties.REQUEST_PROBLEM_INFORMATION, 1) == 1,
        enhanced(properties),
        will(head, payload));
  }

  /** Of one of MQTT 5, after its fixed header. */
  private static int bytes(MqttConnectVariableHeader head, MqttConnectPayload payload) {
    int bytes = PacketWriter.sizeOf(head.name()) + 4 + Properties.room(head.properties());
    bytes += PacketWriter.sizeOf(payload.clientIdentifier());
    if (head.isWillFlag()) {
      bytes += Properties.room(payload.willProperties());
      bytes += PacketWriter.sizeOf(Inbound.checkTopic(payload.willTopic()));
      bytes += 2 + payload.willMessageInBytes().length;
    }
    if (head.hasUserName()) {
      bytes += PacketWriter.sizeOf(payload.userName());
    }
    if (head.hasPassword()) {
      bytes += 2 + payload.passwordInBytes().length;
    }
    return bytes;
  }

  private static @Nullable Enhanced enhanced(MqttProperties properties) {
    String method = Properties.text(properties, MqttProperties.AUTHENTICATION_METHOD);
    byte[] data = Properties.bytes(properties, MqttProperties.AUTHENTICATION_DATA);
    if (method == null && data != null) {
      throw new Violation(Reasons.PROTOCOL_ERROR, "authentication data without a method");
    }
    return method == null ? null : new Enhanced(method, data);
  }

  static MqttVersion version(MqttConnectMessage packet) {
    MqttConnectVariableHeader head = packet.variableHeader();
    return MqttVersion.fromProtocolNameAndLevel(head.name(), (byte) head.version());
  }

  private static int notZero(int value, String what) {
    return (int) notZero((long) value, what);
  }

  private static long notZero(long value, String what) {
    if (value == 0) {
      throw new Violation(Reasons.PROTOCOL_ERROR, "the " + what + " must not be 0");
    }
    return value;
  }

  private static ClientFrame.@Nullable Will will(
      MqttConnectVariableHeader head, MqttConnectPayload payload) {
    if (!head.isWillFlag()) {
      if (head.willQos() != 0 || head.isWillRetain()) {
        throw new Violation(Reasons.MALFORMED, "will QoS or will retain without a will");
      }
      return null;
    }
    if (head.willQos() > 2) {
      throw new Violation(Reasons.MALFORMED, "the will's QoS must be 0, 1 or 2");
    }
    MqttProperties properties = payload.willProperties();
    Properties.check(properties, ALLOWED_OF_WILL);
    Long delay = Properties.unsigned(properties, MqttProperties.WILL_DELAY_INTERVAL);
    return new ClientFrame.Will(
        new ClientFrame.Publish(
            null,
            Inbound.checkTopic(payload.willTopic()),
            null,
            payload.willMessageInBytes(),
            head.willQos(),
            head.isWillRetain(),
            Properties.unsigned(properties, MqttProperties.PUBLICATION_EXPIRY_INTERVAL),
            Properties.passedOn(properties)),
        delay == null ? 0 : delay);
  }
}
