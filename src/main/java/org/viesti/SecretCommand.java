package org.viesti;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code viesti device secret}: makes a device a secret and prints it, or revokes it. */
@Command(
    name = "secret",
    description = {
      "Makes a secret by which a device connects over MQTT, as its password, and prints it: nobody can read it again.",
      "One made before is good no more."
    },
    mixinStandardHelpOptions = true)
final class SecretCommand implements Callable<Integer> {
  @Mixin private Speaker speaker = new Speaker();

  @Option(
      names = "--token",
      paramLabel = "JWT",
      description = "Of the device's user; or, with --user, of an operator.")
  private @Nullable String token;

  @Option(names = "--revoke", description = "Make none, and revoke the one there is.")
  private boolean revoke;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "Where a node takes calls. Default: ${DEFAULT-VALUE}.")
  private URI url = URI.create("http://127.0.0.1:8080");

  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() throws InterruptedException {
    String device = speaker.device();
    if (device == null) {
      throw new CommandLine.ParameterException(command.commandLine(), "--device is missing");
    }
    String own = "/devices/" + RestCall.segment(device) + "/secret";
    String user = speaker.user();
    String path = token == null || user == null ? own : "/users/" + RestCall.segment(user) + own;
    String bearer = token == null ? speaker.token(device, Set.of(), Duration.ofMinutes(5)) : token;
    JsonNode answer = new RestCall(revoke ? "DELETE" : "POST", path, null).make(url, bearer);
    if (!revoke) {
      command.commandLine().getOut().println(answer.path("secret").asText());
    }
    return 0;
  }
}
