package org.viesti;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code viesti send}: posts a text to a room and prints the message's id and position. */
@Command(
    name = "send",
    description = "Posts a text to a room; prints the message's id and its position in the room.",
    mixinStandardHelpOptions = true)
final class SendCommand implements Callable<Integer> {
  @Mixin private Speaker speaker = new Speaker();

  @Option(names = "--token", paramLabel = "JWT", description = "Instead of --user.")
  private @Nullable String token;

  @Option(names = "--room", paramLabel = "ID", required = true, description = "The room.")
  private String room = "";

  @Option(
      names = "--client-id",
      paramLabel = "ID",
      description = "Sent twice with the same, a text is posted once. Default: a random one.")
  private String clientId = UUID.randomUUID().toString();

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "Where a node takes calls. Default: ${DEFAULT-VALUE}.")
  private URI url = URI.create("http://127.0.0.1:8080");

  @Parameters(arity = "1..*", paramLabel = "TEXT", description = "What to say.")
  private List<String> words = List.of();

  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() throws InterruptedException {
    String bearer = token == null ? speaker.token("cli", Set.of(), Duration.ofMinutes(5)) : token;
    JsonNode answer =
        new RestCall(
                "POST",
                "/rooms/" + RestCall.segment(room) + "/messages",
                Map.of(
                    "client_id",
                    clientId,
                    "payload",
                    Map.of("type", "text", "body", String.join(" ", words))))
            .make(url, bearer);
    command
        .commandLine()
        .getOut()
        .println(answer.path("event_id").asText() + " " + answer.path("seq").asText());
    return 0;
  }
}
