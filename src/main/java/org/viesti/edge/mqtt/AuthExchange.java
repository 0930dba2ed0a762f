package org.viesti.edge.mqtt;

import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.viesti.security.EnhancedAuthentication;

/**
 * An exchange by which a client shows who it is (MQTT 5.0 §4.12): the server's turn and the
 * client's alternate, until the client is known or refused.
 */
final class AuthExchange {
  private static final Set<Integer> ALLOWED =
      Set.of(
          MqttProperties.AUTHENTICATION_METHOD,
          MqttProperties.AUTHENTICATION_DATA,
          MqttProperties.REASON_STRING,
          MqttProperties.USER_PROPERTY);

  private final EnhancedAuthentication.Exchange steps;
  private boolean clientsTurn = true;
  private byte @Nullable [] last;

  AuthExchange(EnhancedAuthentication.Exchange steps) {
    this.steps = steps;
  }

  /**
   * A client's AUTH.
   *
   * @param again it begins anew
   */
  record Auth(boolean again, byte @Nullable [] data) {

    /**
     * Throws {@link Violation}.
     *
     * @param method that of the client's CONNECT
     */
    static Auth of(MqttMessage packet, String method) {
      MqttReasonCodeAndPropertiesVariableHeader head =
          (MqttReasonCodeAndPropertiesVariableHeader) packet.variableHeader();
      MqttProperties properties = head.properties();
      Properties.check(packet, properties, ALLOWED, () -> 1);
      int reason = Byte.toUnsignedInt(head.reasonCode());
      if (reason != Reasons.CONTINUE_AUTHENTICATION && reason != Reasons.RE_AUTHENTICATE) {
        throw new Violation(Reasons.PROTOCOL_ERROR, "a client's AUTH continues, or begins again");
      }
      // MQTT-4.12.0-5, MQTT-4.12.1-1
      if (!method.equals(Properties.text(properties, MqttProperties.AUTHENTICATION_METHOD))) {
        throw new Violation(
            Reasons.PROTOCOL_ERROR, "the authentication method is that of CONNECT: " + method);
      }
      return new Auth(
          reason == Reasons.RE_AUTHENTICATE,
          Properties.bytes(properties, MqttProperties.AUTHENTICATION_DATA));
    }
  }

  /** The client has said this. */
  CompletionStage<EnhancedAuthentication.Step> said(byte @Nullable [] data) {
    if (!clientsTurn) {
      throw new Violation(Reasons.PROTOCOL_ERROR, "AUTH was not asked for");
    }
    clientsTurn = false;
    return steps.next(data);
  }

  void asked() {
    clientsTurn = true;
  }

  /** The client is known, and will be told this. */
  void known(byte @Nullable [] data) {
    last = data;
  }

  byte @Nullable [] last() {
    return last;
  }
}
