package org.viesti.platform.metadata;

import java.time.Duration;
import java.util.Set;
import org.viesti.platform.Platform;
import org.viesti.platform.PlatformSchema;
import org.viesti.platform.WebSettings;

/** Fetches web pages for what they say of themselves: title, description, images. */
public final class MetadataPlatform implements Platform {
  private static final String ID = "metadata";

  /** More than its own timeout may be, which is to come first. */
  private static final Duration JOB = Duration.ofSeconds(90);

  @Override
  public Description description() {
    return PlatformSchema.describe(ID, false, Set.of(), JOB);
  }

  @Override
  public Session open(Host host) {
    return new MetadataSession(WebSettings.of(ID, host.settings()), host.log());
  }
}
