package org.viesti.edge.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.viesti.SharedNode;
import org.viesti.testkit.Calls;
import org.viesti.testkit.Tokens;

class RestRefusalsTest extends RestTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private HttpResponse<String> raw(HttpRequest.Builder request) throws Exception {
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest.Builder at(String path) {
    return HttpRequest.newBuilder(node.calls().resolve(path));
  }

  private static JsonNode json(HttpResponse<String> answer) throws Exception {
    return new ObjectMapper().readTree(answer.body());
  }

  @Test
  void without_a_good_token_nothing_is_answered_but_the_description() throws Exception {
    HttpResponse<String> none = raw(at("/api/v1/me"));
    assertThat(none.statusCode()).isEqualTo(401);
    assertThat(none.headers().firstValue("www-authenticate")).contains("Bearer");
    assertThat(json(none).path("code").asText()).isEqualTo("UNAUTHENTICATED");
    assertThat(raw(at("/api/v1/no-such-path")).statusCode()).isEqualTo(401);
    refused(new Calls(node.calls(), "nonsense").call("GET", "/me", null), 401, "UNAUTHENTICATED");
    String old = Tokens.of(bobId, "phone", Tokens.TENANT, List.of(), Duration.ofHours(-1));
    refused(new Calls(node.calls(), old).call("GET", "/me", null), 401, "TOKEN_EXPIRED");
    HttpResponse<String> description = raw(at("/api/v1/openapi.json"));
    assertThat(description.statusCode()).isEqualTo(200);
    assertThat(json(description).path("openapi").asText()).startsWith("3.");
  }

  @Test
  void unknown_paths_methods_and_parameters_are_refused() throws Exception {
    refused(alice.call("GET", "/nothing", null), 404, "NOT_FOUND");
    refused(alice.call("GET", "/rooms/a/b/c/d", null), 404, "NOT_FOUND");
    assertThat(raw(at("/elsewhere")).statusCode()).isEqualTo(404);
    Calls.Answer method = alice.call("PUT", "/rooms", Map.of());
    refused(method, 405, "INVALID_ARGUMENT");
    assertThat(method.headers().firstValue("allow")).contains("GET, POST");
    Calls.Answer parameter = alice.call("GET", "/rooms?limt=3", null);
    refused(parameter, 400, "INVALID_ARGUMENT");
    assertThat(parameter.body().path("detail").asText()).contains("limt");
    refused(alice.call("GET", "/rooms?limit=3&limit=4", null), 400, "INVALID_ARGUMENT");
  }

  @Test
  void bodies_are_read_strictly_and_the_field_is_named() {
    refused(alice.call("POST", "/rooms", null), 400, "INVALID_ARGUMENT");
    Calls.Answer unknown = alice.call("POST", "/rooms", Map.of("nmae", "x"));
    refused(unknown, 400, "INVALID_ARGUMENT");
    assertThat(unknown.body().path("detail").asText()).contains("nmae");
    Calls.Answer type = alice.call("POST", "/rooms", Map.of("name", 7));
    refused(type, 400, "INVALID_ARGUMENT");
    assertThat(type.body().path("detail").asText()).isEqualTo("name must be a string");
    refused(alice.call("POST", "/rooms", List.of(1)), 400, "INVALID_ARGUMENT");
    refused(
        alice.call("POST", "/rooms", Map.of("members", java.util.Arrays.asList((Object) null))),
        400,
        "INVALID_ARGUMENT");
    refused(
        alice.call("POST", "/rooms", Map.of("members", List.of(Map.of()))),
        400,
        "INVALID_ARGUMENT");
    refused(alice.call("POST", "/rooms", Map.of("id", "no spaces")), 400, "INVALID_ARGUMENT");
    refused(alice.call("PUT", "/rooms/any/read", Map.of()), 400, "INVALID_ARGUMENT");
    Object deep = "leaf";
    for (int i = 0; i < 30; i++) {
      deep = Map.of("d", deep);
    }
    Calls.Answer nested = alice.call("POST", "/rooms", Map.of("metadata", deep));
    refused(nested, 400, "INVALID_ARGUMENT");
    assertThat(nested.body().path("detail").asText()).startsWith("metadata is nested");
  }

  @Test
  void a_body_past_the_limit_is_refused_with_the_limits_name() throws Exception {
    String huge = "{\"name\":\"" + "x".repeat(1_100_000) + "\"}";
    HttpResponse<String> answer =
        raw(
            at("/api/v1/rooms")
                .header("Authorization", "Bearer " + Tokens.of(aliceId, "phone"))
                .POST(HttpRequest.BodyPublishers.ofString(huge)));
    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(json(answer).path("code").asText()).isEqualTo("TOO_LARGE");
    assertThat(json(answer).path("limit").asText()).isEqualTo("viesti.http.max-body-bytes");
  }

  @Test
  void who_knocks_for_a_live_stream_is_told_where() throws Exception {
    HttpResponse<String> answer = raw(at("/ws").version(HttpClient.Version.HTTP_1_1));
    assertThat(answer.statusCode()).isEqualTo(426);
    assertThat(answer.headers().firstValue("upgrade")).contains("websocket");
    URI live = node.live();
    assertThat(json(answer).path("detail").asText()).contains(live.toString());
  }

  @Test
  void tenants_do_not_see_each_other() {
    String room = room();
    Calls stranger =
        new Calls(
            node.calls(),
            Tokens.of(
                SharedNode.fresh("stranger"),
                "desk",
                "other",
                List.of("operator"),
                Duration.ofHours(1)));
    refused(stranger.call("GET", "/rooms/" + room, null), 404, "NOT_FOUND");
  }
}
