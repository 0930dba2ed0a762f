package org.viesti.platform.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.platform.dialect.Frames.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the server says of itself to clients of the newest dialect. */
class RegistryTest {
  private final Middleware middleware = Frames.middleware();
  private final ClientMemory client = Frames.client();

  @Test
  void the_registry_says_what_each_platform_can_do() {
    JsonNode registry = ack(null);

    assertThat(registry.fieldNames())
        .toIterable()
        .containsExactly("fingerprint", "version", "contexts", "platforms");
    assertThat(registry.path("fingerprint").asText()).matches("[0-9a-f]{16}");
    assertThat(registry.path("version").asText()).isEqualTo("1.2.3");
    assertThat(registry.path("contexts"))
        .isEqualTo(
            json(
                """
                {"as":"https://www.w3.org/ns/activitystreams",
                "sockethub":"https://sockethub.org/ns/context/v1.jsonld"}"""));
    assertThat(registry.path("platforms").findValuesAsText("id"))
        .startsWith("dummy", "feeds", "irc", "metadata", "xmpp");
    JsonNode feeds = registry.at("/platforms/1");
    assertThat(feeds)
        .isEqualTo(
            json(
                """
                {"id":"feeds","version":"1.0.0",
                "contextUrl":"https://sockethub.org/ns/context/platform/feeds/v1.jsonld",
                "contextVersion":"1","schemaVersion":"1","types":["fetch"],
                "schemas":{"credentials":{},"messages":{"required":["type"],"properties":{
                "type":{"type":"string","enum":["fetch"]},
                "object":{"type":"object","additionalProperties":false,"properties":{
                "since":{"type":"string","format":"date-time"},
                "limit":{"type":"integer","minimum":1}}}}}}}"""));
    assertThat(registry.at("/platforms/2/types").toString())
        .isEqualTo(
            """
            ["credentials","connect","update","join","leave","send","query","announce",\
            "disconnect"]""");
  }

  @Test
  void without_an_ack_it_is_told_by_an_event() {
    Received received = middleware.receive(client, "schemas", null, false);

    assertThat(received)
        .isEqualTo(new Received.Answer(new Told(null, new Event("schemas", ack(null)))));
  }

  @Test
  void a_client_that_has_it_is_told_that_nothing_changed() {
    String fingerprint = ack(null).path("fingerprint").asText();

    assertThat(ack(TextNode.valueOf(fingerprint)))
        .isEqualTo(json("{\"fingerprint\":\"" + fingerprint + "\",\"unchanged\":true}"));
  }

  @Test
  void a_client_that_has_another_is_told_all() {
    assertThat(ack(TextNode.valueOf("f6ee13350f560750"))).isEqualTo(ack(null));
    assertThat(ack(json("null"))).isEqualTo(ack(null));
    assertThat(ack(json("{}"))).isEqualTo(ack(null));
  }

  @Test
  void the_fingerprint_is_that_of_what_is_told() {
    JsonNode all = ack(null);
    JsonNode turned =
        Frames.ack(told(new Middleware(Frames.platforms().reversed(), Set.of(), "1.2.3"), null));
    JsonNode fewer =
        Frames.ack(told(new Middleware(List.of(Frames.platform("irc")), Set.of(), "1.2.3"), null));

    assertThat(turned).isEqualTo(all);
    assertThat(fewer.path("fingerprint")).isNotEqualTo(all.path("fingerprint"));
  }

  private JsonNode ack(@Nullable JsonNode known) {
    return Frames.ack(told(middleware, known));
  }

  private Told told(Middleware of, @Nullable JsonNode known) {
    return ((Received.Answer) of.receive(client, "schemas", known, true)).told();
  }
}
