package org.viesti;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One REST call that a command makes.
 *
 * @param path below {@code /api/v1}; see {@link #segment}
 * @param body maps, lists and values; null: none
 */
record RestCall(String method, String path, @Nullable Object body) {
  private static final JsonMapper JSON = new JsonMapper();

  /** A name as part of a path. */
  static String segment(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8);
  }

  /** The answer. Throws {@link Failure} with what a refusal says. */
  JsonNode make(URI url, String bearer) throws InterruptedException {
    HttpResponse<String> response = send(url.toString().replaceAll("/+$", ""), bearer);
    JsonNode answer = json(response.body());
    if (response.statusCode() / 100 != 2) {
      throw new Failure(problem(response, answer));
    }
    return answer;
  }

  private HttpResponse<String> send(String base, String bearer) throws InterruptedException {
    try (HttpClient client =
        HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build()) {
      BodyPublisher content =
          body == null
              ? BodyPublishers.noBody()
              : BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body));
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(base + "/api/v1" + path))
              .timeout(Duration.ofSeconds(30))
              .header("authorization", "Bearer " + bearer)
              .header("content-type", "application/json")
              .method(method, content)
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
