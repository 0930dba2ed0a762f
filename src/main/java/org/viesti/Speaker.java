package org.viesti;

import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.UserId;
import org.viesti.security.SecuritySettings;
import org.viesti.security.TokenIssuer;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * For whom a command makes itself a token, with the same key as the node whose settings it shares.
 */
final class Speaker {
  @Mixin private CommandSettings settings = new CommandSettings();

  @Option(names = "--user", paramLabel = "ID", description = "The user to speak as.")
  private @Nullable String user;

  @Option(names = "--device", paramLabel = "ID", description = "The user's device.")
  private @Nullable String device;

  @Option(names = "--tenant", paramLabel = "ID", description = "Default: viesti.auth.tenant.")
  private @Nullable String tenant;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  @Nullable String user() {
    return user;
  }

  @Nullable String device() {
    return device;
  }

  /** A new HS256 token. */
  String token(String defaultDevice, Set<String> roles, Duration lifetime) {
    if (user == null) {
      throw new CommandLine.ParameterException(command.commandLine(), "--user is missing");
    }
    SecuritySettings security = SecuritySettings.of(settings.load());
    // One made here would be no node's: the tokens would be refused, and nobody would know why.
    if (security.usesDevelopmentKey() && Files.notExists(security.developmentKeyFile())) {
      throw new Failure(
          "there is no development key in "
              + security.developmentKeyFile().toAbsolutePath().normalize()
              + ": start a node first, and run this in its folder or with its --config");
    }
    UserId speaker = new UserId(tenant == null ? security.tenant() : tenant, user);
    return TokenIssuer.of(security, InstantSource.system())
        .issue(new DeviceId(speaker, device == null ? defaultDevice : device), roles, lifetime);
  }
}
