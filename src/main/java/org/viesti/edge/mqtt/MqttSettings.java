package org.viesti.edge.mqtt;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.viesti.device.Session;
import org.viesti.edge.LiveSettings;
import org.viesti.settings.SectionSettings;

/**
 * The settings of MQTT, {@code viesti.mqtt}.
 *
 * @param enabled listen at host and port
 * @param port 0 takes any free one
 * @param threads 0: half as many as processors
 * @param anonymous let in who has no token
 * @param connectTimeout from accept to an open stream
 * @param maxPacketBytes of a client's packet, its fixed header included
 * @param maxClientId characters of a client id
 * @param keepAliveMax of MQTT 5; zero: whatever a client asks for
 * @param sessionExpiryMax longest that a session outlives its connection; zero: whatever a client
 *     asks for
 * @param reasonStrings a client of MQTT 5 that goes on is told in words why it is refused
 * @param serverReference other servers, {@code host:port}, for clients of a node that leaves
 * @param sysInterval how often {@code $SYS} is told; zero: there is none
 * @param receiveMaximum publishes above QoS 0 that a client of MQTT 5 may have unanswered
 * @param topicAliasMaximum aliases in each direction
 * @param tlsPort where TLS is spoken, if there is a certificate; 0 takes any free one
 * @param clients whose certificates are asked for there; null: nobody's
 * @param anyClientId a client that shows but a certificate may have another client id than its name
 */
public record MqttSettings(
    boolean enabled,
    String host,
    int port,
    int threads,
    boolean anonymous,
    Duration connectTimeout,
    int maxPacketBytes,
    int maxClientId,
    Duration keepAliveMax,
    Duration sessionExpiryMax,
    boolean reasonStrings,
    List<String> serverReference,
    Duration sysInterval,
    int receiveMaximum,
    int topicAliasMaximum,
    int tlsPort,
    LiveSettings.@Nullable Tls tls,
    @Nullable Clients clients,
    boolean anyClientId) {

  /** A host, in brackets if it has colons itself, and a port. */
  private static final Pattern SERVER =
      Pattern.compile("(?:[^\\s:\\[\\]]{1,255}|\\[[^\\s\\[\\]]{1,255}]):([1-9][0-9]{0,4})");

  /**
   * Clients with certificates.
   *
   * @param authority PEM file of those who may have signed them
   * @param required nobody gets in without
   */
  public record Clients(String authority, boolean required) {
    private static @Nullable Clients from(SectionSettings mqtt, boolean tls) {
      String mode = mqtt.text("tls.client-certificates");
      String authority = mqtt.textOrNone("tls.client-ca");
      switch (mode) {
        case "off" -> {
          if (authority != null) {
            // It was meant to keep somebody out.
            throw mqtt.wrong(
                "tls.client-ca", "set viesti.mqtt.tls.client-certificates to optional or required");
          }
          return null;
        }
        case "optional", "required" -> {
          if (authority == null || !tls) {
            throw mqtt.wrong(
                "tls.client-certificates", "set viesti.mqtt.tls.client-ca, certificate and key");
          }
          return new Clients(authority, mode.equals("required"));
        }
        default -> throw mqtt.wrong("tls.client-certificates", "must be off, optional or required");
      }
    }
  }

  public static MqttSettings from(Config root) {
    SectionSettings mqtt = SectionSettings.of(root, "mqtt");
    LiveSettings.Tls tls = LiveSettings.Tls.from(mqtt);
    return new MqttSettings(
        mqtt.flag("enabled"),
        mqtt.text("host"),
        mqtt.number("port", 0, 65_535),
        mqtt.number("threads", 0, 1024),
        mqtt.flag("anonymous"),
        mqtt.time("connect-timeout", Duration.ofMillis(1), Duration.ofMinutes(10)),
        (int) mqtt.bytes("max-packet-bytes", 1024, 16 << 20),
        mqtt.number("max-client-id", 23, 65_535),
        mqtt.time("keep-alive-max", Duration.ZERO, Duration.ofSeconds(65_535)),
        mqtt.time("session-expiry-max", Duration.ZERO, Duration.ofSeconds(Session.FOR_EVER)),
        mqtt.flag("reason-strings"),
        serverReference(mqtt),
        mqtt.time("sys-interval", Duration.ZERO, Duration.ofHours(1)),
        mqtt.number("receive-maximum", 1, 65_535),
        mqtt.number("topic-alias-maximum", 0, 65_535),
        mqtt.number("tls.port", 0, 65_535),
        tls,
        Clients.from(mqtt, tls != null),
        mqtt.flag("tls.any-client-id"));
  }

  private static List<String> serverReference(SectionSettings mqtt) {
    List<String> own =
        List.of(
            mqtt.text("host") + ":" + mqtt.number("port", 0, 65_535),
            mqtt.text("host") + ":" + mqtt.number("tls.port", 0, 65_535));
    List<String> others = new ArrayList<>();
    for (String server : mqtt.texts("server-reference")) {
      Matcher parts = SERVER.matcher(server);
      if (!parts.matches() || Integer.parseInt(parts.group(1)) > 65_535) {
        throw mqtt.wrong("server-reference", "\"" + server + "\" must be host:port");
      }
      if (!own.contains(server)) {
        others.add(server);
      }
    }
    return List.copyOf(others);
  }

  /**
   * A Server Reference of MQTT 5.0 §4.11: other servers, of which a client tries the first; null:
   * there are none.
   */
  @Nullable String elsewhere() {
    if (serverReference.isEmpty()) {
      return null;
    }
    List<String> servers = new ArrayList<>(serverReference);
    Collections.rotate(servers, ThreadLocalRandom.current().nextInt(servers.size()));
    return String.join(" ", servers);
  }

  /** The other half of the processors is for what comes of a packet. */
  int threadsOrHalf() {
    return threads > 0 ? threads : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }

  /** What a client that asks for its session to outlive it by these seconds is granted. */
  long sessionExpiry(long asked) {
    long most = sessionExpiryMax.toSeconds();
    return most > 0 ? Math.min(asked, most) : asked;
  }

  /** What a client of MQTT 5 that asks for this keep alive is told to keep, in seconds. */
  int keepAlive(int asked) {
    int most = (int) keepAliveMax.toSeconds();
    return most > 0 && (asked == 0 || asked > most) ? most : asked;
  }
}
