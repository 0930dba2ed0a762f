package org.viesti.platform.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.viesti.platform.Activity;
import org.viesti.platform.Platform;
import org.viesti.platform.PlatformFailure;
import org.viesti.platform.PlatformSchema;
import org.viesti.testkit.Shows;
import org.viesti.testkit.TestHost;
import org.viesti.testkit.WebSite;

/** Behaviours 39 and 40 of the gateway's definition of done. */
class MetadataPlatformTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String HTML = "text/html; charset=UTF-8";

  private static final JsonSchema RESPONSES =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
          .getSchema(PlatformSchema.load("metadata").responses());

  private WebSite site;

  @BeforeEach
  void open() throws Exception {
    site = new WebSite();
  }

  @AfterEach
  void close() {
    site.close();
  }

  private static Activity request(String url) {
    ObjectNode json = JSON.createObjectNode().put("type", "fetch");
    json.putObject("actor").put("id", url).put("type", "website");
    return new Activity("metadata", json);
  }

  private static ObjectNode fetch(Activity request, Map<String, String> settings) throws Exception {
    Map<String, String> all = new TreeMap<>(Map.of("allow-private-addresses", "on"));
    all.putAll(settings);
    try (Platform.Session metadata = new MetadataPlatform().open(TestHost.with("metadata", all))) {
      ObjectNode answer =
          json(Objects.requireNonNull(metadata.run(request, null)).json().toString());
      assertThat(RESPONSES.validate(answer)).isEmpty();
      return answer;
    }
  }

  private static ObjectNode fetch(String url) throws Exception {
    return fetch(request(url), Map.of());
  }

  private ObjectNode object(String html) throws Exception {
    return (ObjectNode) fetch(site.page("/page", HTML, html)).get("object");
  }

  private static PlatformFailure failure(String url, Map<String, String> settings) {
    return assertThatExceptionOfType(PlatformFailure.class)
        .isThrownBy(() -> fetch(request(url), settings))
        .actual();
  }

  private static void assertFailure(String url, String text, boolean mayPass) {
    assertThat(failure(url, Map.of()))
        .satisfies(failure -> assertThat(failure.text()).isEqualTo(text))
        .satisfies(failure -> assertThat(failure.mayPass()).isEqualTo(mayPass));
  }

  private static ObjectNode json(String text) throws IOException {
    return (ObjectNode) JSON.readTree(text);
  }

  // What a page says.

  @Test
  void a_page_says_what_it_is_by_opengraph() throws Exception {
    String url =
        site.page(
            "/page.html",
            HTML,
            """
            <html lang="en"><head><title>Title</title>
            <meta property="og:title" content="OG title"><meta property="og:site_name" content="Site">
            <meta property="og:description" content="A
               desc"><meta property="og:locale" content="fi_FI">
            <meta property="og:url" content="http://h/page"><meta name="description" content="other">
            <meta property="og:image" content="http://h/i.png"><meta property="og:image:width" content="40">
            <meta property="og:image:height" content="30"><meta property="og:image:alt" content="an i">
            <meta property="og:image" content="/j"><meta property="og:image:type" content="image/jpeg">
            <link rel="shortcut icon" href="/fav.png"></head><body>b</body></html>""");
    assertThat(fetch(request(url).with("id", "m-1"), Map.of()))
        .isEqualTo(
            json(
                """
                {"id":"m-1","type":"fetch","actor":{"id":"http://h/page","type":"website","name":"Site"},
                 "object":{"type":"page","language":"fi_FI","title":"OG title","name":"Site",
                 "description":"A desc","image":[
                  {"url":"http://h/i.png","type":"png","width":40,"height":30,"alt":"an i"},
                  {"url":"%s","type":"image/jpeg"}],
                 "url":"http://h/page","favicon":"/fav.png","charset":"UTF-8"}}"""
                    .formatted(site.url("/j"))));
  }

  @Test
  void a_bare_page_has_its_title() throws Exception {
    String url = site.page("/bare.html", HTML, "<title> Only\n title</title>");
    assertThat(fetch(url))
        .isEqualTo(
            json(
                """
                {"type":"fetch","actor":{"id":"%s","type":"website","name":""},
                 "object":{"type":"page","title":"Only title","description":"",
                 "favicon":"/favicon.ico","charset":"UTF-8"}}"""
                    .formatted(url)));
  }

  @Test
  void a_page_says_what_it_is_by_html() throws Exception {
    ObjectNode object =
        object(
            "<html lang=fi><meta name=Description content='a&nbsp; b'><link rel=icon href=i.ico>");
    assertThat(object)
        .isEqualTo(
            json(
                "{\"type\":\"page\",\"language\":\"fi\",\"description\":\"a b\",\"favicon\":\"i.ico\",\"charset\":\"UTF-8\"}"));
  }

  @Test
  void a_site_without_a_name_has_the_one_it_was_given() throws Exception {
    Activity request = request(site.page("/page", HTML, "<title>t</title>"));
    ObjectNode actor = JSON.createObjectNode();
    actor.setAll(Objects.requireNonNull(request.actor()));
    assertThat(fetch(request.with("actor", actor.put("name", "Mine")), Map.of()).get("actor"))
        .isEqualTo(actor);
  }

  @Test
  void links_of_a_page_lead_into_the_web() throws Exception {
    ObjectNode answer =
        fetch(
            site.page(
                "/page",
                HTML,
                "<meta property=og:url content='javascript:alert(1)'><meta property=og:image content='data:image/png;base64,AA'>"));
    assertThat(answer.at("/actor/id").asText()).isEqualTo(site.url("/page"));
    assertThat(answer.get("object").has("url")).isFalse();
    assertThat(answer.get("object").has("image")).isFalse();
  }

  @Test
  void an_image_is_told_once() throws Exception {
    assertThat(
            object(
                    "<meta property=og:image content=/i><meta property=og:image:url content=/i><meta property=og:image:secure_url content=/i>")
                .get("image"))
        .hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "text/html; charset=ISO-8859-1, ISO-8859-1, ''",
    "text/html, ISO-8859-1, <meta charset=iso-8859-1>",
    "text/html, UTF-8, ''",
    "text/html; charset=nope, UTF-8, ''"
  })
  void a_page_is_of_the_charset_it_says(String contentType, String charset, String meta)
      throws Exception {
    byte[] page = (meta + "<title>Kåre</title>").getBytes(charset);
    ObjectNode object = (ObjectNode) fetch(site.page("/page", contentType, page)).get("object");
    assertThat(object.get("title").asText()).isEqualTo("Kåre");
    assertThat(object.get("charset").asText()).isEqualTo(charset);
  }

  @Test
  void a_host_needs_no_top_level_domain() throws Exception {
    site.page("/page", HTML, "<title>t</title>");
    assertThat(fetch("http://localhost:" + site.port() + "/page").at("/object/title").asText())
        .isEqualTo("t");
  }

  // What fails.

  @Test
  void what_the_server_says_is_told() {
    assertFailure(site.status("/none", 404), "Error: 404 Not Found", false);
    assertFailure(site.status("/busy", 503), "Error: 503 Service Unavailable", true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://127.0.0.1/x", "http://", "file:///etc/passwd"})
  void what_is_no_web_address_is_told(String url) {
    assertFailure(url, "Error: Invalid URL", false);
  }

  @Test
  void what_cannot_be_reached_is_told() {
    String url = site.url("/page");
    site.close();
    assertFailure(url, "Error: fetch failed", true);
  }

  @Test
  void what_is_no_page_is_told() {
    assertFailure(
        site.page("/i.png", "image/png", "x"), "Error: not a page of HTML but image/png", false);
  }

  @Test
  void a_loop_of_redirects_is_told() {
    assertFailure(site.redirect("/loop", "/loop"), "Error: too many redirects", false);
  }

  @Test
  void a_page_that_is_deep_is_read() throws Exception {
    assertThat(object("<title>t</title>" + "<div>".repeat(50_000)).get("title").asText())
        .isEqualTo("t");
  }

  @Test
  void an_object_is_refused_by_its_schema() {
    assertThat(new MetadataPlatform().description().messages().at("/properties/object").isBoolean())
        .isTrue();
  }

  // Settings.

  @Test
  @Shows("gateway.platforms.metadata.allow-private-addresses")
  void private_addresses_are_refused_unless_they_are_allowed() throws Exception {
    String url = site.page("/page", HTML, "<title>t</title>");
    assertThat(failure(url, Map.of("allow-private-addresses", "off")).text())
        .isEqualTo("Error: fetch failed");
    assertThat(site.requests()).isEmpty();
    assertThat(fetch(url).at("/object/title").asText()).isEqualTo("t");
  }

  @Test
  @Shows("gateway.platforms.metadata.timeout")
  void a_server_that_says_nothing_is_given_up() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      PlatformFailure failure =
          failure("http://127.0.0.1:" + silent.getLocalPort(), Map.of("timeout", "100ms"));
      assertThat(failure.text()).isEqualTo("Error: metadata scrape timed out after 100ms");
      assertThat(failure.mayPass()).isTrue();
    }
  }

  @Test
  @Shows("gateway.platforms.metadata.max-bytes")
  void a_page_that_is_too_large_is_refused() throws Exception {
    String url = site.page("/page", HTML, "<title>t</title>" + " ".repeat(2000));
    assertThat(failure(url, Map.of("max-bytes", "1KiB")).text())
        .isEqualTo("Error: response of more than 1024 bytes");
    assertThat(fetch(url).at("/object/title").asText()).isEqualTo("t");
  }

  @Test
  @Shows("gateway.platforms.metadata.max-tags")
  void a_page_is_read_as_far_as_so_many_tags() throws Exception {
    Activity request =
        request(site.page("/page", HTML, "<title>t</title><meta name=description content=d>"));
    ObjectNode two = fetch(request, Map.of("max-tags", "2"));
    assertThat(two.at("/object/title").asText()).isEqualTo("t");
    assertThat(two.at("/object/description").asText()).isEmpty();
    assertThat(fetch(request, Map.of("max-tags", "3")).at("/object/description").asText())
        .isEqualTo("d");
  }

  @Test
  @Shows("gateway.platforms.metadata.max-redirects")
  void redirects_are_followed_so_far() throws Exception {
    site.page("/to", HTML, "<title>t</title>");
    String url = site.redirect("/1", "/to");
    assertThat(failure(url, Map.of("max-redirects", "0")).text())
        .isEqualTo("Error: too many redirects");
    assertThat(fetch(request(url), Map.of("max-redirects", "1")).at("/object/title").asText())
        .isEqualTo("t");
  }

  @Test
  @Shows("gateway.platforms.metadata.user-agent")
  void servers_are_told_who_calls() throws Exception {
    fetch(request(site.page("/page", HTML, "")), Map.of("user-agent", "Mine/1"));
    assertThat(site.requests()).extracting(WebSite.Request::userAgent).containsExactly("Mine/1");
  }
}
