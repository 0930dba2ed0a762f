package org.viesti;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code viesti node}: runs a node until it is told to stop. */
@Command(
    name = "node",
    description = "Runs a node until it is told to stop.",
    mixinStandardHelpOptions = true)
final class NodeCommand implements Callable<Integer> {
  @Mixin private CommandSettings settings = new CommandSettings();

  @Override
  public Integer call() {
    Node.run(settings.load());
    return 0;
  }
}
