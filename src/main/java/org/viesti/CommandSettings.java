package org.viesti;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The settings a command runs with: {@code --config}, over it system properties, under it
 * application.conf and reference.conf.
 */
final class CommandSettings {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings that differ from the defaults.")
  private @Nullable Path file;

  /** Throws {@link com.typesafe.config.ConfigException} with a sentence for operators. */
  Config load() {
    if (file == null) {
      return Settings.load(ConfigFactory.defaultApplication());
    }
    ConfigParseOptions mustExist = ConfigParseOptions.defaults().setAllowMissing(false);
    return Settings.load(ConfigFactory.parseFile(file.toFile(), mustExist));
  }
}
