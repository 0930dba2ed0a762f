package org.viesti.edge.bridge;

import com.typesafe.config.Config;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.viesti.device.Session;
import org.viesti.protocol.UserId;
import org.viesti.security.SecuritySettings;
import org.viesti.settings.SectionSettings;

/**
 * One bridge, {@code viesti.bridge.NAME}; what it does not say is {@code viesti.bridge.defaults}'.
 *
 * @param uri mqtt://host:port, or mqtts:// with TLS
 * @param trust whose certificates are believed; null: those the JVM believes
 * @param tenant whose topics they are
 * @param window messages on their way without an answer, in each direction
 * @param maxMessageBytes largest payload that is taken
 * @param keep how long what is to go out is kept while no node runs the bridge
 * @param connectTimeout from a call to the last answer to it
 * @param retryFirst first and longest wait before the remote broker is called again
 */
public record BridgeSettings(
    String name,
    String uri,
    String clientId,
    @Nullable Login login,
    @Nullable SSLSocketFactory trust,
    String tenant,
    List<BridgedTopic> topics,
    int window,
    int maxMessageBytes,
    Duration keep,
    Duration connectTimeout,
    Duration retryFirst,
    Duration retryMax) {
  private static final String SECTION = "bridge";
  private static final String DEFAULTS = "defaults";

  /** What the remote broker is told. */
  record Login(String username, String password) {
    @Override
    public String toString() {
      return username; // the other is nobody's business
    }
  }

  /** All bridges there are to be. Throws with a sentence for operators. */
  public static List<BridgeSettings> all(Config root) {
    String path = "viesti." + SECTION;
    // What is wrong in them is refused although nobody uses it.
    read(root, DEFAULTS);
    List<BridgeSettings> all = new ArrayList<>();
    for (String name : new TreeSet<>(root.getObject(path).keySet())) {
      if (name.equals(DEFAULTS)) {
        continue;
      }
      if (!name.matches("[0-9A-Za-z_-]{1,64}")) {
        throw SectionSettings.of(root, SECTION)
            .wrong('"' + name + '"', "a bridge's name must be 1 to 64 of [0-9A-Za-z_-]");
      }
      String own = path + "." + name;
      all.add(
          read(
                  root.withValue(
                      own, root.getObject(own).withFallback(root.getObject(path + "." + DEFAULTS))),
                  name)
              .complete(root));
    }
    return all;
  }

  private static BridgeSettings read(Config root, String name) {
    SectionSettings bridge = SectionSettings.of(root, SECTION + "." + name);
    String uri = bridge.text("uri").strip();
    boolean tls = checkUri(bridge, uri);
    String tenant = bridge.textOrNone("tenant");
    String clientId = bridge.textOrNone("client-id");
    Duration retryFirst = bridge.time("retry.first", Duration.ofMillis(1), Duration.ofHours(1));
    Duration retryMax = bridge.time("retry.max", Duration.ofMillis(1), Duration.ofDays(1));
    if (retryMax.compareTo(retryFirst) < 0) {
      throw bridge.wrong("retry.max", "must be at least retry.first");
    }
    return new BridgeSettings(
        name,
        uri,
        clientId == null ? "viesti-" + name : clientId,
        login(bridge),
        trust(bridge, tls),
        tenant(bridge, tenant == null ? SecuritySettings.of(root).tenant() : tenant),
        topics(bridge),
        bridge.number("window", 1, 1000),
        (int) bridge.bytes("max-message-bytes", 1, 16 << 20),
        bridge.time("keep", Duration.ofSeconds(1), Duration.ofSeconds(Session.FOR_EVER)),
        bridge.time("connect-timeout", Duration.ofMillis(1), Duration.ofMinutes(10)),
        retryFirst,
        retryMax);
  }

  /** Whether it speaks TLS. */
  private static boolean checkUri(SectionSettings bridge, String text) {
    if (text.isEmpty()) {
      return false;
    }
    try {
      URI uri = new URI(text);
      boolean tls = "mqtts".equals(uri.getScheme());
      if ((tls || "mqtt".equals(uri.getScheme()))
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawPath().isEmpty()
          && uri.getRawQuery() == null) {
        return tls;
      }
    } catch (URISyntaxException e) {
      // as any other
    }
    throw bridge.wrong("uri", "must be mqtt://host:port, or mqtts://host:port with TLS, no more");
  }

  private static @Nullable Login login(SectionSettings bridge) {
    String username = bridge.text("username");
    String password = bridge.text("password");
    if (username.isEmpty() && !password.isEmpty()) {
      throw bridge.wrong("password", "is for a username: set that as well");
    }
    return username.isEmpty() ? null : new Login(username, password);
  }

  private static @Nullable SSLSocketFactory trust(SectionSettings bridge, boolean tls) {
    String authorities = bridge.textOrNone("tls.ca");
    if (authorities == null) {
      return null;
    }
    if (!tls) {
      throw bridge.wrong("tls.ca", "is for a uri that begins with mqtts://");
    }
    try {
      return Trust.in(authorities);
    } catch (IllegalArgumentException e) {
      throw bridge.wrong("tls.ca", String.valueOf(e.getMessage()));
    }
  }

  private static String tenant(SectionSettings bridge, String tenant) {
    try {
      return new UserId(tenant, Bridge.USER).tenant();
    } catch (org.viesti.protocol.Refused refused) {
      throw bridge.wrong("tenant", refused.refusal().detail());
    }
  }

  private static List<BridgedTopic> topics(SectionSettings bridge) {
    try {
      return bridge.texts("topics").stream().map(BridgedTopic::parse).toList();
    } catch (IllegalArgumentException e) {
      throw bridge.wrong("topics", String.valueOf(e.getMessage()));
    }
  }

  private BridgeSettings complete(Config root) {
    SectionSettings bridge = SectionSettings.of(root, SECTION);
    if (uri.isEmpty()) {
      throw bridge.wrong(name, "needs a uri: mqtt://host:port, or mqtts://host:port with TLS");
    }
    if (topics.isEmpty()) {
      throw bridge.wrong(name, "needs topics, such as \"# both 1\"");
    }
    return this;
  }
}
