package org.viesti.platform.feed;

import java.time.Duration;
import java.util.Set;
import org.viesti.platform.Platform;
import org.viesti.platform.PlatformSchema;

/** Fetches feeds: RSS 0.9 to 2.0 and Atom. */
public final class FeedPlatform implements Platform {
  static final String ID = "feeds";

  /** More than its own timeout may be, which is to come first. */
  private static final Duration JOB = Duration.ofSeconds(90);

  @Override
  public Description description() {
    return PlatformSchema.describe(ID, false, Set.of(), JOB);
  }

  @Override
  public Session open(Host host) {
    return new FeedSession(FeedSettings.of(host.settings()), host.log());
  }
}
