package org.viesti.platform.dummy;

import java.time.Duration;
import java.util.Set;
import org.viesti.platform.Platform;
import org.viesti.platform.PlatformSchema;

/** Says back what it is told, fails, crashes or hangs, as it is asked: for tests and for trials. */
public final class DummyPlatform implements Platform {
  private static final String ID = "dummy";

  @Override
  public Description description() {
    return PlatformSchema.describe(ID, false, Set.of(), Duration.ofSeconds(5));
  }

  @Override
  public Session open(Host host) {
    return new DummySession(host.settings().getOrDefault("greeting", "Hello"));
  }
}
