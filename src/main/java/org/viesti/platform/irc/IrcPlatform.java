package org.viesti.platform.irc;

import java.time.Duration;
import java.util.Set;
import org.viesti.platform.Platform;
import org.viesti.platform.PlatformSchema;

/** IRC: a connection to a server for each actor. */
public final class IrcPlatform implements Platform {
  static final String ID = "irc";

  /** More than each of the timeouts that the settings allow, which tell more. */
  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  @Override
  public Description description() {
    return PlatformSchema.describe(ID, true, Set.of("connect", "update"), TIMEOUT);
  }

  @Override
  public Session open(Host host) {
    return new IrcSession(host, IrcSettings.of(host.settings()));
  }
}
