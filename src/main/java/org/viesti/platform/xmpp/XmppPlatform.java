package org.viesti.platform.xmpp;

import java.time.Duration;
import java.util.Set;
import org.viesti.platform.Platform;
import org.viesti.platform.PlatformSchema;

/** XMPP (RFC 6120, 6121), with rooms (XEP-0045): a login for each actor. */
public final class XmppPlatform implements Platform {
  static final String ID = "xmpp";

  /** More than the longest connect-timeout: that is to fail by its own words. */
  private static final Duration TIMEOUT = Duration.ofSeconds(90);

  @Override
  public Description description() {
    return PlatformSchema.describe(ID, true, Set.of("connect"), TIMEOUT);
  }

  /** Throws {@link com.typesafe.config.ConfigException} if a setting is out of its bounds. */
  @Override
  public Session open(Host host) {
    return new XmppSession(host, XmppSettings.of(host.settings()));
  }
}
