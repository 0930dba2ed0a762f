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
    PlatformSchema schema = PlatformSchema.load(ID);
    return new Description(
        ID,
        "1.0.0",
        false,
        Set.of(),
        schema.messages(),
        schema.credentials(),
        schema.responses(),
        Duration.ofSeconds(5));
  }

  @Override
  public Session open(Host host) {
    return new DummySession(host.settings().getOrDefault("greeting", "Hello"));
  }
}
