package org.viesti.platform.dialect;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.viesti.platform.Platform;

/** The platforms of this server, by id. */
final class KnownPlatforms {
  private final Map<String, KnownPlatform> enabled = new HashMap<>();
  private final Set<String> disabled;

  KnownPlatforms(List<Platform.Description> enabled, Set<String> disabled) {
    for (Platform.Description description : enabled) {
      this.enabled.put(description.id(), KnownPlatform.of(description));
    }
    this.disabled = Set.copyOf(disabled);
  }

  @Nullable KnownPlatform enabled(String id) {
    return enabled.get(id);
  }

  /** Whether it is here, though it may be switched off. */
  boolean knows(String id) {
    return enabled.containsKey(id) || disabled.contains(id);
  }
}
