package org.viesti;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
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
  private static final JsonMapper JSON = new JsonMapper();

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
    HttpResponse<String> response = post(bearer);
    JsonNode answer = json(response.body());
    if (response.statusCode() / 100 != 2) {
      throw new Failure(problem(response, answer));
    }
    command
        .commandLine()
        .getOut()
        .println(answer.path("event_id").asText() + " " + answer.path("seq").asText());
    return 0;
  }

  private HttpResponse<String> post(String bearer) throws InterruptedException {
    String base = url.toString().replaceAll("/+$", "");
    String path = "/api/v1/rooms/" + URLEncoder.encode(room, StandardCharsets.UTF_8) + "/messages";
    Map<String, Object> post =
        Map.of(
            "client_id",
            clientId,
            "payload",
            Map.of("type", "text", "body", String.join(" ", words)));
    try (HttpClient client =
        HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(base + path))
              .timeout(Duration.ofSeconds(30))
              .header("authorization", "Bearer " + bearer)
              .header("content-type", "application/json")
              .POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(post)))
              .build();
      return client.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new Failure("cannot reach " + base + " (is a node running there?): " + e, e);
    } catch (IllegalArgumentException e) {
      throw new Failure("cannot send this to " + base + ": " + e.getMessage(), e);
    }
  }

  /** RFC 9457 problem details, or whatever else stood between us and a node. */
  private static String problem(HttpResponse<String> response, JsonNode answer) {
    String why = answer.path("detail").asText(answer.path("title").asText("refused"));
    String wait =
        response
            .headers()
            .firstValue("retry-after")
            .map(seconds -> "; try again in " + seconds + " s")
            .orElse("");
    return why + " (HTTP " + response.statusCode() + ")" + wait;
  }

  private static JsonNode json(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      return JSON.missingNode();
    }
  }
}
