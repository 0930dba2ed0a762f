package org.viesti.edge.mqtt;

import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.MqttProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.Publication;

/** Reads the properties of MQTT 5.0 §2.2.2, as Netty decodes them. */
final class Properties {
  private static final Set<Integer> FLAGS =
      Set.of(
          MqttProperties.PAYLOAD_FORMAT_INDICATOR,
          MqttProperties.REQUEST_PROBLEM_INFORMATION,
          MqttProperties.REQUEST_RESPONSE_INFORMATION);

  private Properties() {}

  /** A property that the packet may not have, or a flag that is neither 0 nor 1, is a violation. */
  static void check(MqttProperties properties, Set<Integer> allowed) {
    for (MqttProperty<?> property : properties.listAll()) {
      int id = property.propertyId();
      if (!allowed.contains(id)) {
        throw new Violation(
            Reasons.PROTOCOL_ERROR, "the packet cannot have property 0x%02X".formatted(id));
      }
      if (FLAGS.contains(id) && property.value() instanceof Integer flag && flag > 1) {
        throw new Violation(Reasons.PROTOCOL_ERROR, "property 0x%02X must be 0 or 1".formatted(id));
      }
    }
  }

  /**
   * The same; and a property that comes twice, which Netty keeps but once, is a violation.
   *
   * @param others bytes of the packet that are neither its fixed header's nor its properties';
   *     asked for where there are properties
   */
  static void check(
      MqttMessage packet, MqttProperties properties, Set<Integer> allowed, IntSupplier others) {
    check(properties, allowed);
    if (!properties.isEmpty()) {
      checkRoom(packet, others.getAsInt() + room(properties));
    }
  }

  /** What was kept of a packet must be as long as the packet was. */
  static void checkRoom(MqttMessage packet, int bytes) {
    if (packet.fixedHeader().remainingLength() != bytes) {
      throw new Violation(
          Reasons.PROTOCOL_ERROR, "a property comes twice, or a number is longer than it need be");
    }
  }

  /** Bytes that they take, with their length. */
  static int room(MqttProperties properties) {
    int bytes = 0;
    for (MqttProperty<?> property : properties.listAll()) {
      bytes += bytes(property);
    }
    return PacketWriter.numberBytes(bytes) + bytes;
  }

  private static int bytes(MqttProperty<?> property) {
    return switch (property.value()) {
      case String text -> PacketWriter.textBytes(text);
      case byte[] data -> 3 + data.length;
      case Integer number ->
          switch (property.propertyId()) {
            case MqttProperties.SUBSCRIPTION_IDENTIFIER -> 1 + PacketWriter.numberBytes(number);
            case MqttProperties.RECEIVE_MAXIMUM,
                MqttProperties.TOPIC_ALIAS_MAXIMUM,
                MqttProperties.TOPIC_ALIAS ->
                3;
            default -> FLAGS.contains(property.propertyId()) ? 2 : 5;
          };
      case List<?> pairs -> {
        int bytes = 0;
        for (Object each : pairs) {
          MqttProperties.StringPair pair = (MqttProperties.StringPair) each;
          bytes += PacketWriter.textBytes(pair.key) + PacketWriter.textBytes(pair.value) - 1;
        }
        yield bytes;
      }
      default -> throw new IllegalStateException("property " + property);
    };
  }

  static @Nullable Integer number(MqttProperties properties, int id) {
    return value(properties, id) instanceof Integer number ? number : null;
  }

  static int number(MqttProperties properties, int id, int otherwise) {
    Integer number = number(properties, id);
    return number == null ? otherwise : number;
  }

  /** Of four bytes: 0 to 4,294,967,295. */
  static @Nullable Long unsigned(MqttProperties properties, int id) {
    Integer number = number(properties, id);
    return number == null ? null : Integer.toUnsignedLong(number);
  }

  static @Nullable String text(MqttProperties properties, int id) {
    return value(properties, id) instanceof String text ? text : null;
  }

  static byte @Nullable [] bytes(MqttProperties properties, int id) {
    return value(properties, id) instanceof byte[] bytes ? bytes : null;
  }

  private static @Nullable Object value(MqttProperties properties, int id) {
    MqttProperty<?> property = properties.getProperty(id);
    return property == null ? null : property.value();
  }

  /** What is passed on with a payload; null if there is nothing. */
  static Publication.@Nullable Properties passedOn(MqttProperties properties) {
    boolean utf8 = number(properties, MqttProperties.PAYLOAD_FORMAT_INDICATOR, 0) == 1;
    String contentType = text(properties, MqttProperties.CONTENT_TYPE);
    String responseTopic = text(properties, MqttProperties.RESPONSE_TOPIC);
    byte[] correlation = bytes(properties, MqttProperties.CORRELATION_DATA);
    List<Publication.Pair> user = user(properties);
    if (!utf8
        && contentType == null
        && responseTopic == null
        && correlation == null
        && user.isEmpty()) {
      return null;
    }
    if (responseTopic != null) {
      Inbound.checkTopic(responseTopic);
    }
    return new Publication.Properties(utf8, contentType, responseTopic, correlation, user);
  }

  private static List<Publication.Pair> user(MqttProperties properties) {
    List<? extends MqttProperty> found = properties.getProperties(MqttProperties.USER_PROPERTY);
    if (found.isEmpty()) {
      return List.of();
    }
    List<Publication.Pair> user = new ArrayList<>(found.size());
    for (MqttProperty<?> property : found) {
      if (property.value() instanceof MqttProperties.StringPair pair) {
        user.add(new Publication.Pair(pair.key, pair.value));
      }
    }
    return List.copyOf(user);
  }
}
