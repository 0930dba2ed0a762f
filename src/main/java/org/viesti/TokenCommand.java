package org.viesti;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code viesti token}: prints a token for development. */
@Command(
    name = "token",
    description = "Prints a token, signed with viesti.auth.secret or the development key.",
    mixinStandardHelpOptions = true)
final class TokenCommand implements Callable<Integer> {
  /** Ten years: what is meant to last longer is no token. */
  private static final int MAX_HOURS = 87_600;

  @Mixin private Speaker speaker = new Speaker();

  @Option(names = "--role", paramLabel = "ROLE", description = "A service role, such as operator.")
  private List<String> roles = List.of();

  @Option(
      names = "--hours",
      paramLabel = "N",
      description = "How long it is good. Default: ${DEFAULT-VALUE}.")
  private int hours = 24;

  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() {
    CommandLine line = command.commandLine();
    if (hours < 1 || hours > MAX_HOURS) {
      throw new CommandLine.ParameterException(line, "--hours must be 1 to " + MAX_HOURS);
    }
    line.getOut().println(speaker.token("default", Set.copyOf(roles), Duration.ofHours(hours)));
    return 0;
  }
}
