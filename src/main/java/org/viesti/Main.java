package org.viesti;

import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The process: a node, or one of the commands that talk to one. */
@Command(
    name = "viesti",
    description = "Chat delivery, IoT broker and gateway in one cluster. Without a command: node.",
    subcommands = {
      NodeCommand.class,
      TokenCommand.class,
      SendCommand.class,
      TailCommand.class,
      DeviceCommands.class
    },
    synopsisSubcommandLabel = "(node | token | send | tail | device)",
    mixinStandardHelpOptions = true)
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    String log = System.getenv().getOrDefault("VIESTI_LOG", "text");
    if (!Set.of("text", "json").contains(System.getProperty("VIESTI_LOG", log))) {
      // logback.xml names its appenders so; by any other name nothing would be logged at all
      System.err.println("viesti: VIESTI_LOG must be text or json");
      System.exit(CommandLine.ExitCode.USAGE);
    }
    System.exit(commandLine().execute(args.length == 0 ? new String[] {"node"} : args));
  }

  /** Exit codes: 0 done, 1 failed, 2 used wrongly. */
  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              command.getErr().println("viesti: " + Failure.sentence(failure));
              return CommandLine.ExitCode.SOFTWARE;
            });
  }
}
