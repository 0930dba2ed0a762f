package org.viesti;

import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code viesti tail}: prints what a device receives, until it is stopped. */
@Command(
    name = "tail",
    description = "Prints what a device receives, line by line, and acknowledges it.",
    mixinStandardHelpOptions = true)
final class TailCommand implements Callable<Integer> {
  @Mixin private Speaker speaker = new Speaker();

  @Option(names = "--token", paramLabel = "JWT", description = "Instead of --user.")
  private @Nullable String token;

  @Option(
      names = "--room",
      paramLabel = "ID",
      description = "Print this room only. The device receives, and acknowledges, all of them.")
  private @Nullable String room;

  @Option(names = "--count", paramLabel = "N", description = "Stop after N lines.")
  private long count = Long.MAX_VALUE;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "A node's WebSocket. Default: ${DEFAULT-VALUE}.")
  private URI url = URI.create("ws://127.0.0.1:8081/ws");

  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = command.commandLine().getOut();
    PrintWriter err = command.commandLine().getErr();
    new Tail(url, this::bearer, token == null, room, count, out, err).run();
    return 0;
  }

  /** A new one for each connection: a tail may run for longer than any token. */
  private String bearer() {
    return token == null ? speaker.token("cli", Set.of(), Duration.ofHours(24)) : token;
  }
}
