package org.viesti.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The REST calls that tests make, as one user. */
public final class Calls {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  private static final int PAGE = 100;

  private final URI node;
  private final String token;

  /**
   * @param node such as {@code http://127.0.0.1:8080}
   */
  public Calls(URI node, String token) {
    this.node = node;
    this.token = token;
  }

  /** An answer, whatever its status. */
  public record Answer(int status, JsonNode body, HttpHeaders headers) {
    public Answer expect(int wanted) {
      if (status != wanted) {
        throw new AssertionError("expected " + wanted + ", got " + status + ": " + body);
      }
      return this;
    }
  }

  /** Creates a group with the caller as owner, and members. */
  public void createRoom(String room, Collection<String> members) {
    ObjectNode body =
        JSON.createObjectNode().put("id", room).put("type", "group").put("name", room);
    ArrayNode list = body.putArray("members");
    members.forEach(user -> list.addObject().put("user", user));
    Answer answer = post("/api/v1/rooms", body);
    if (answer.status() / 100 != 2) {
      throw new AssertionError("room " + room + " was not created: " + answer);
    }
  }

  public Answer postText(String room, String clientId, String text) {
    ObjectNode body = JSON.createObjectNode().put("client_id", clientId);
    body.putObject("payload").put("type", "text").put("body", text);
    return post("/api/v1/rooms/" + room + "/messages", body);
  }

  /** The messages of a room's whole history, page by page, oldest first. */
  public List<JsonNode> history(String room) {
    List<JsonNode> all = new ArrayList<>();
    String older = "";
    do {
      String cursor =
          older.isEmpty() ? "" : "&cursor=" + URLEncoder.encode(older, StandardCharsets.UTF_8);
      JsonNode page =
          get("/api/v1/rooms/" + room + "/messages?limit=" + PAGE + cursor).expect(200).body();
      page.required("entries").forEach(entry -> all.add(entry.required("message")));
      older = page.path("older").asText("");
    } while (!older.isEmpty());
    all.sort(Comparator.comparingLong(message -> message.required("seq").longValue()));
    return all;
  }

  public Answer get(String path) {
    return call(request(path).GET().build());
  }

  public Answer post(String path, JsonNode body) {
    return call(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
            .build());
  }

  /**
   * Any call below {@code /api/v1}.
   *
   * @param body maps, lists and values; null for none
   */
  public Answer call(String method, String path, @Nullable Object body) {
    HttpRequest.BodyPublisher publisher =
        body == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(JSON.valueToTree(body).toString());
    return call(request("/api/v1" + path).method(method, publisher).build());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(node.resolve(path))
        .timeout(Duration.ofSeconds(30))
        .header("Authorization", "Bearer " + token);
  }

  private static Answer call(HttpRequest request) {
    try {
      HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
      return new Answer(answer.statusCode(), read(answer.body()), answer.headers());
    } catch (IOException e) {
      throw new UncheckedIOException(request.uri().toString(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static JsonNode read(String body) {
    try {
      return body.isEmpty() ? JSON.createObjectNode() : JSON.readTree(body);
    } catch (IOException e) {
      return JSON.getNodeFactory().textNode(body);
    }
  }
}
