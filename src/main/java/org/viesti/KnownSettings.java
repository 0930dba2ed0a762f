package org.viesti;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.util.Map;
import java.util.TreeSet;

/**
 * The keys of reference.conf. Any other below {@code viesti} is refused: a key that is misspelt
 * would be ignored, and its operator believe that it is set.
 */
final class KnownSettings {
  private static final String ROOT = "viesti";

  /** Whatever a provider wants. */
  private static final String OPEN = "viesti.push.providers";

  /** Whatever names, each with the keys of the defaults. */
  private static final String BRIDGES = "viesti.bridge";

  /** Whatever a platform that is not ours wants. */
  private static final String PLATFORMS = "viesti.gateway.platforms";

  private KnownSettings() {}

  /** Throws {@link ConfigException} that names the first key nobody knows. */
  static void check(Config config) {
    Config reference =
        ConfigFactory.parseResources(KnownSettings.class.getClassLoader(), "reference.conf");
    check(config.getObject(ROOT), reference.getObject(ROOT), ROOT);
  }

  private static void check(ConfigObject given, ConfigObject known, String section) {
    for (Map.Entry<String, ConfigValue> entry : given.entrySet()) {
      String key = section + "." + entry.getKey();
      ConfigValue ours = known.get(section.equals(BRIDGES) ? "defaults" : entry.getKey());
      if (ours == null && section.equals(PLATFORMS)) {
        continue;
      }
      if (ours == null) {
        throw new ConfigException.BadValue(
            entry.getValue().origin(),
            key,
            "there is no such setting; "
                + section
                + " has "
                + String.join(", ", new TreeSet<>(known.keySet())));
      }
      if (ours instanceof ConfigObject keys && !key.equals(OPEN)) {
        if (!(entry.getValue() instanceof ConfigObject values)) {
          throw new ConfigException.BadValue(
              entry.getValue().origin(), key, "must be a section, not a value");
        }
        check(values, keys, key);
      }
    }
  }
}
