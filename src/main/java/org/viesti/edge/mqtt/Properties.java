package org.viesti.edge.mqtt;

import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.MqttProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
