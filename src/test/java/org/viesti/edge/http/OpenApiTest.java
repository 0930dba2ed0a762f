package org.viesti.edge.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.viesti.edge.Calls;
import org.viesti.edge.grpc.v1.Chat;
import org.viesti.protocol.ErrorCode;

/**
 * openapi.json is written by hand: here it is held against the routes, and the routes against it.
 */
class OpenApiTest {
  private static final JsonNode DOCUMENT = document();

  private static JsonNode document() {
    try (InputStream in = OpenApiTest.class.getResourceAsStream("/openapi.json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** No call is made, so that nothing need be there to make it. */
  @SuppressWarnings("NullAway")
  private static List<Route> routes() {
    return RestEdge.routes(new Calls(null, null, null, null));
  }

  private record Described(String method, String path, JsonNode operation) {}

  private static List<Described> described() {
    List<Described> all = new ArrayList<>();
    DOCUMENT
        .required("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        operation ->
                            all.add(
                                new Described(
                                    operation.getKey().toUpperCase(Locale.ROOT),
                                    path.getKey(),
                                    operation.getValue()))));
    return all;
  }

  private static Map<String, Described> byRoute() {
    Map<String, Described> all = new HashMap<>();
    described().forEach(one -> all.put(one.method() + " " + one.path(), one));
    all.remove("GET /openapi.json"); // served beside the routes, without a token
    return all;
  }

  private static String name(Route route) {
    return route.method() + " " + route.pattern();
  }

  private static JsonNode resolve(JsonNode node) {
    return node.has("$ref") ? DOCUMENT.at(node.get("$ref").asText().substring(1)) : node;
  }

  @Test
  void every_route_is_described_and_everything_described_is_a_route() {
    assertThat(byRoute().keySet())
        .containsExactlyInAnyOrderElementsOf(routes().stream().map(OpenApiTest::name).toList());
  }

  @Test
  void parameters_are_those_of_the_routes() {
    Map<String, Described> described = byRoute();
    for (Route route : routes()) {
      JsonNode operation = Objects.requireNonNull(described.get(name(route))).operation();
      Set<String> path = new TreeSet<>();
      Set<String> query = new TreeSet<>();
      operation
          .path("parameters")
          .forEach(
              parameter -> {
                JsonNode whole = resolve(parameter);
                (whole.path("in").asText().equals("path") ? path : query)
                    .add(whole.required("name").asText());
              });
      Set<String> places =
          Arrays.stream(route.pattern().split("/"))
              .filter(step -> step.startsWith("{"))
              .map(step -> step.substring(1, step.length() - 1))
              .collect(Collectors.toSet());
      assertThat(path).as(name(route)).isEqualTo(places);
      assertThat(query).as(name(route)).isEqualTo(route.query());
    }
  }

  @Test
  void bodies_have_the_fields_of_their_forms() {
    Map<String, Described> described = byRoute();
    for (Route route : routes()) {
      JsonNode schema =
          resolve(
              Objects.requireNonNull(described.get(name(route)))
                  .operation()
                  .at("/requestBody/content/application~1json/schema"));
      Class<?> form = route.form();
      assertThat(schema.isMissingNode()).as(name(route)).isEqualTo(form == null);
      if (form != null) {
        assertFields(name(route), schema, form);
      }
    }
  }

  @Test
  void answers_have_the_fields_of_their_views() {
    for (Class<?> view : Views.class.getDeclaredClasses()) {
      String schema =
          switch (view.getSimpleName()) {
            case "Summary" -> "RoomSummary";
            case "History" -> "HistoryEntry";
            case "Whole" -> "WholeMessage";
            default -> view.getSimpleName();
          };
      assertFields(schema, DOCUMENT.at("/components/schemas/" + schema), view);
    }
    assertFields("Problem", DOCUMENT.at("/components/schemas/Problem"), Problem.class);
  }

  private static void assertFields(String what, JsonNode schema, Class<?> record) {
    var snake = new PropertyNamingStrategies.SnakeCaseStrategy();
    assertThat(fields(schema.path("properties")))
        .as(what)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(record.getRecordComponents())
                .map(RecordComponent::getName)
                .map(snake::translate)
                .toList());
  }

  private static List<String> fields(JsonNode object) {
    return object.properties().stream().map(Map.Entry::getKey).toList();
  }

  @Test
  void every_reference_leads_somewhere_and_every_schema_is_used() {
    Set<String> used = new TreeSet<>();
    references(DOCUMENT, used);
    for (String reference : used) {
      assertThat(DOCUMENT.at(reference.substring(1)).isMissingNode()).as(reference).isFalse();
    }
    for (String kind : List.of("schemas", "parameters", "responses")) {
      for (String name : fields(DOCUMENT.at("/components/" + kind))) {
        assertThat(used).contains("#/components/" + kind + "/" + name);
      }
    }
  }

  private static void references(JsonNode node, Set<String> found) {
    if (node.has("$ref")) {
      found.add(node.get("$ref").asText());
    }
    node.forEach(child -> references(child, found));
  }

  @Test
  void every_error_code_is_described() {
    assertThat(DOCUMENT.at("/components/schemas/ErrorCode/enum"))
        .extracting(JsonNode::asText)
        .containsExactly(Arrays.stream(ErrorCode.values()).map(Enum::name).toArray(String[]::new));
  }

  @Test
  void every_operation_is_a_call_of_grpc_too() {
    List<String> rpcs =
        Chat.getDescriptor().findServiceByName("ChatService").getMethods().stream()
            .map(method -> method.getName())
            .filter(name -> !name.equals("Connect"))
            .map(name -> name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1))
            .toList();
    assertThat(byRoute().values())
        .extracting(one -> one.operation().required("operationId").asText())
        .containsExactlyInAnyOrderElementsOf(rpcs);
  }

  @Test
  void a_token_is_wanted_for_everything_but_the_description() {
    assertThat(DOCUMENT.required("security").size()).isEqualTo(1);
    List<String> open =
        described().stream()
            .filter(one -> one.operation().has("security"))
            .map(Described::path)
            .toList();
    assertThat(open).containsExactly("/openapi.json");
    assertThat(
            StreamSupport.stream(DOCUMENT.required("servers").spliterator(), false)
                .map(server -> server.required("url").asText()))
        .containsExactly(RestEdge.BASE);
  }
}
