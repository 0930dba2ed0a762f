package org.viesti.platform.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viesti.platform.Activity;
import org.viesti.platform.Platform;
import org.viesti.platform.PlatformFailure;
import org.viesti.platform.PlatformSchema;
import org.viesti.testkit.Shows;
import org.viesti.testkit.TestHost;
import org.viesti.testkit.WebSite;

/** Behaviours 37 to 39 of the gateway's definition of done. */
class FeedPlatformTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String XML = "application/xml";

  private static final String NEWS =
      """
      <?xml version="1.0"?>
      <rss version="2.0"><channel>
        <title>Loopback News</title><link>http://h/</link><description>local feed</description>
        <language>en</language>
        <item><title>One</title><link>http://h/1</link><guid>g1</guid>
          <pubDate>Mon, 01 Jan 2024 00:00:00 GMT</pubDate><description>short text</description></item>
        <item><title>Two</title><link>http://h/2</link><guid>g2</guid>
          <pubDate>Tue, 02 Jan 2024 00:00:00 GMT</pubDate>
          <description>&lt;p&gt;html text&lt;/p&gt;</description></item>
        <item><title>Three</title><guid>g3</guid><description>no link</description></item>
      </channel></rss>
      """;

  private static final JsonSchema RESPONSES =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
          .getSchema(PlatformSchema.load("feeds").responses());

  private WebSite site;

  @BeforeEach
  void open() throws Exception {
    site = new WebSite();
  }

  @AfterEach
  void close() {
    site.close();
  }

  private static ObjectNode json(String text) throws IOException {
    return (ObjectNode) JSON.readTree(text);
  }

  private static Activity request(String url, String object) throws IOException {
    ObjectNode json = JSON.createObjectNode().put("type", "fetch");
    json.putObject("actor").put("id", url).put("type", "feed");
    if (!object.isEmpty()) {
      json.set("object", json(object));
    }
    return new Activity("feeds", json);
  }

  private static ObjectNode fetch(Activity request, Map<String, String> settings) throws Exception {
    Map<String, String> all = new TreeMap<>(Map.of("allow-private-addresses", "on"));
    all.putAll(settings);
    try (Platform.Session feeds = new FeedPlatform().open(TestHost.with("feeds", all))) {
      ObjectNode answer = json(Objects.requireNonNull(feeds.run(request, null)).json().toString());
      assertThat(RESPONSES.validate(answer)).isEmpty();
      return answer;
    }
  }

  private static ObjectNode fetch(String url) throws Exception {
    return fetch(request(url, ""), Map.of());
  }

  private static PlatformFailure failure(String url, Map<String, String> settings) {
    return assertThatExceptionOfType(PlatformFailure.class)
        .isThrownBy(() -> fetch(request(url, ""), settings))
        .actual();
  }

  private static void assertFailure(String url, String text, boolean mayPass) {
    assertThat(failure(url, Map.of()))
        .satisfies(failure -> assertThat(failure.text()).isEqualTo(text))
        .satisfies(failure -> assertThat(failure.mayPass()).isEqualTo(mayPass));
  }

  private static List<String> titles(ObjectNode collection) {
    return collection.get("items").findValuesAsText("title");
  }

  private ObjectNode only(String item) throws Exception {
    ObjectNode collection =
        fetch(
            site.page(
                "/only.xml",
                XML,
                "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'"
                    + " xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'><channel>"
                    + "<title>t</title><link>http://h/</link><description>d</description><item>"
                    + item
                    + "</item></channel></rss>"));
    return (ObjectNode) collection.at("/items/0/object");
  }

  // What a feed becomes.

  @Test
  void rss_becomes_a_collection_of_posts() throws Exception {
    String url = site.page("/feed.xml", "text/xml", NEWS);
    String channel =
        "{\"id\":\"%s\",\"type\":\"feed\",\"name\":\"Loopback News\",\"link\":\"http://h/\",\"description\":\"local feed\",\"categories\":[],\"language\":\"en\"}"
            .formatted(url);
    assertThat(fetch(url))
        .isEqualTo(
            json(
                """
                {"id":null,"type":"collection","summary":"Loopback News","totalItems":3,"items":[
                 {"actor":%1$s,"type":"post","object":{"type":"note","title":"Three","id":"g3",
                  "content":"no link","contentType":"text","url":"%2$s","datenum":0}},
                 {"actor":%1$s,"type":"post","object":{"type":"note","title":"Two","id":"http://h/2",
                  "content":"<p>html text</p>","contentType":"html","url":"http://h/2",
                  "published":"2024-01-02T00:00:00.000Z","datenum":1704153600000}},
                 {"actor":%1$s,"type":"post","object":{"type":"note","title":"One","id":"http://h/1",
                  "content":"short text","contentType":"text","url":"http://h/1",
                  "published":"2024-01-01T00:00:00.000Z","datenum":1704067200000}}]}"""
                    .formatted(channel, url)));
  }

  @Test
  void atom_becomes_the_same() throws Exception {
    String url =
        site.page(
            "/atom.xml",
            "application/atom+xml",
            """
            <feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><id>urn:x</id>
              <link href="http://h/"/><subtitle>of us</subtitle><author><name>Ann</name></author>
              <category term="c"/><logo>/logo.png</logo><updated>2024-01-02T00:00:00Z</updated>
              <entry><title>One</title><id>urn:1</id><link href="http://h/1"/>
                <updated>2024-01-01T00:00:00.5+01:00</updated><summary>brief</summary>
                <content type="html">&lt;b&gt;full&lt;/b&gt;</content></entry>
              <entry><title>Two</title><id>urn:2</id><published>2024-01-02T00:00:00.123456Z</published>
                <updated>2024-01-03T00:00:00Z</updated>
                <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">x <i>y</i></div>
                </content></entry>
              <entry><title>Three</title><id>urn:3</id><updated>2023-01-01T00:00:00Z</updated>
                <content type="text">a &lt;b&gt; c</content></entry>
            </feed>
            """);
    ObjectNode collection = fetch(url);
    assertThat(collection.at("/items/0/actor"))
        .isEqualTo(
            json(
                "{\"id\":\"%s\",\"type\":\"feed\",\"name\":\"News\",\"link\":\"http://h/\",\"description\":\"of us\",\"image\":\"%s\",\"author\":\"Ann\",\"categories\":[\"c\"]}"
                    .formatted(url, site.url("/logo.png"))));
    assertThat(collection.at("/items/0/object"))
        .isEqualTo(
            json(
                "{\"type\":\"note\",\"title\":\"Two\",\"id\":\"urn:2\",\"content\":\"<div>x <i>y</i></div>\",\"contentType\":\"html\",\"url\":\"%s\",\"published\":\"2024-01-02T00:00:00.123Z\",\"datenum\":1704153600123}"
                    .formatted(url)));
    assertThat(collection.at("/items/1/object"))
        .isEqualTo(
            json(
                "{\"type\":\"note\",\"title\":\"One\",\"id\":\"http://h/1\",\"brief\":\"brief\",\"content\":\"<b>full</b>\",\"contentType\":\"html\",\"url\":\"http://h/1\",\"published\":\"2023-12-31T23:00:00.500Z\",\"datenum\":1704063600500}"));
    assertThat(collection.at("/items/2/object/content").asText()).isEqualTo("a &lt;b&gt; c");
    assertThat(collection.at("/items/2/object/contentType").asText()).isEqualTo("html");
  }

  @Test
  void rss_1_0_is_read() throws Exception {
    ObjectNode collection =
        fetch(
            site.page(
                "/rdf",
                XML,
                """
                <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
                  xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
                <channel rdf:about="http://h/"><title>t</title><link>http://h/</link>
                <description>d</description><items><rdf:Seq/></items></channel>
                <item rdf:about="http://h/1"><title>One</title><link>http://h/1</link>
                <dc:date>2024-01-01T00:00:00Z</dc:date></item></rdf:RDF>"""));
    assertThat(collection.at("/items/0/object/datenum").asLong()).isEqualTo(1704067200000L);
    assertThat(collection.at("/items/0/object/content").asText()).isEmpty();
  }

  @Test
  void the_request_s_id_is_the_collection_s_and_each_item_s() throws Exception {
    String url = site.page("/feed.xml", XML, NEWS);
    Activity request = request(url, "").with("id", "f-1");
    assertThat(fetch(request, Map.of()).findValuesAsText("id"))
        .filteredOn("f-1"::equals)
        .hasSize(4);
  }

  @ParameterizedTest
  @CsvSource({
    "{\"limit\":1}, 'Three'",
    "{\"limit\":9}, 'Three Two One'",
    "{\"since\":\"2024-01-02T00:00:00Z\"}, 'Two'",
    "{\"since\":\"2024-01-02T02:00:00+02:00\"}, 'Two'",
    "{\"since\":\"2024-01-01T00:00:00.001Z\"}, 'Two'",
    "{\"since\":\"2023-01-01T00:00:00Z\";\"limit\":1}, 'Two'",
    "{\"since\":\"2025-01-01T00:00:00Z\"}, ''"
  })
  void items_are_asked_for_by_time_and_number(String object, String titles) throws Exception {
    String url = site.page("/feed.xml", XML, NEWS);
    ObjectNode collection = fetch(request(url, object.replace(';', ',')), Map.of());
    assertThat(String.join(" ", titles(collection))).isEqualTo(titles);
    assertThat(collection.get("totalItems").asInt()).isEqualTo(titles(collection).size());
    assertThat(collection.get("summary").asText())
        .isEqualTo(titles.isEmpty() ? "Unknown Feed" : "Loopback News");
  }

  @Test
  void podcasts_have_an_order_of_their_own() throws Exception {
    StringBuilder items = new StringBuilder();
    for (String order : new String[] {"", "10", "2", "x", "1"}) {
      items.append(
          "<item><title>t%1$s</title><itunes:order>%1$s</itunes:order></item>".formatted(order));
    }
    String url =
        site.page(
            "/pod",
            XML,
            "<rss version='2.0' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'><channel><title>t</title><link>http://h/</link><description>d</description><itunes:author>Ann</itunes:author><itunes:image href='http://h/i.png'/>"
                + items
                + "</channel></rss>");
    ObjectNode collection = fetch(url);
    assertThat(titles(collection)).containsExactly("t1", "t2", "t10", "t", "tx");
    assertThat(collection.at("/items/0/actor/author").asText()).isEqualTo("Ann");
    assertThat(collection.at("/items/0/actor/image").asText()).isEqualTo("http://h/i.png");
  }

  @Test
  void long_ones_are_articles() throws Exception {
    assertThat(only("<description>" + "x".repeat(256) + "</description>").get("type").asText())
        .isEqualTo("note");
    assertThat(only("<description>" + "x".repeat(257) + "</description>").get("type").asText())
        .isEqualTo("article");
  }

  @Test
  void a_summary_that_says_something_else_is_the_brief() throws Exception {
    ObjectNode both =
        only("<description>brief</description><content:encoded>full</content:encoded>");
    assertThat(both.get("content").asText()).isEqualTo("full");
    assertThat(both.get("brief").asText()).isEqualTo("brief");
    assertThat(
            only("<description>a</description><content:encoded>a</content:encoded>").has("brief"))
        .isFalse();
    assertThat(
            only("<description>a</description><itunes:summary>b</itunes:summary>")
                .get("brief")
                .asText())
        .isEqualTo("b");
  }

  @ParameterizedTest
  @CsvSource({
    "<p onclick=\"x()\">a</p>, <p>a</p>",
    "a<script>alert(1)</script>, a",
    "<img src=\"x.png\" onerror=\"x()\">, <img src=\"http://h/d/x.png\">",
    "<a href=\"javascript:x()\">a</a>, <a>a</a>",
    "<a href=\"/b\">a</a>, <a href=\"http://h/b\">a</a>",
    "<style>p{}</style><form><input>a</form>, a",
    "<svg/onload=x()>, ''",
    "<iframe src=\"http://x\"></iframe>b, b",
    "<!-- c -->a, a"
  })
  void html_is_cleaned(String given, String clean) throws Exception {
    ObjectNode object =
        only("<link>http://h/d/1</link><description><![CDATA[" + given + "]]></description>");
    assertThat(object.get("content").asText()).isEqualTo(clean);
    assertThat(object.get("contentType").asText()).isEqualTo("html");
  }

  @Test
  void text_stays_as_it_is() throws Exception {
    ObjectNode object = only("<title>a &amp; b</title><description>1 &lt; 2 &amp; 3</description>");
    assertThat(object.get("title").asText()).isEqualTo("a & b");
    assertThat(object.get("content").asText()).isEqualTo("1 < 2 & 3");
    assertThat(object.get("contentType").asText()).isEqualTo("text");
  }

  @Test
  void a_title_has_no_tags_and_a_link_leads_into_the_web() throws Exception {
    ObjectNode object =
        only(
            "<title>&lt;b&gt;bold&lt;/b&gt;</title><link>javascript:alert(1)</link><guid isPermaLink='false'>g</guid>");
    assertThat(object.get("title").asText()).isEqualTo("bold");
    assertThat(object.get("url").asText()).isEqualTo(site.url("/only.xml"));
    assertThat(object.get("id").asText()).isEqualTo("g");
    assertThat(only("<link>/b</link>").get("url").asText()).isEqualTo(site.url("/b"));
  }

  @Test
  void a_feed_without_a_title_goes_by_its_link_and_a_post_without_either_by_its_time()
      throws Exception {
    ObjectNode feed =
        fetch(
            site.page(
                "/bare",
                XML,
                "<rss version='2.0'><channel><link>http://h/</link><item><description>a</description></item></channel></rss>"));
    assertThat(feed.get("summary").asText()).isEqualTo("http://h/");
    assertThat(feed.at("/items/0/object/id").asText()).isEqualTo(site.url("/bare") + "#0");
  }

  @ParameterizedTest
  @CsvSource({
    "text/xml, UTF-8, ''",
    "application/xml, ISO-8859-1, '<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>'",
    "text/xml; charset=iso-8859-1, ISO-8859-1, ''",
    "text/plain; charset=nope, UTF-8, ''",
    "text/xml, UTF-16, '<?xml version=\"1.0\" encoding=\"UTF-16\"?>'",
    "text/html; charset=\"utf-8\", UTF-8, '\uFEFF'"
  })
  void a_feed_is_of_the_charset_it_says(String contentType, String charset, String prolog)
      throws Exception {
    String feed = prolog + NEWS.replaceFirst("<\\?.*\\?>", "").strip().replace("Three", "Kåre");
    assertThat(titles(fetch(site.page("/c", contentType, feed.getBytes(charset)))))
        .contains("Kåre");
  }

  @Test
  void one_that_waits_keeps_nobody_else_waiting() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    String slow =
        site.on(
            "/slow.xml",
            call -> {
              asked.countDown();
              try {
                answer.await();
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
              byte[] news = NEWS.getBytes(StandardCharsets.UTF_8);
              call.sendResponseHeaders(200, news.length);
              call.getResponseBody().write(news);
            });
    Activity quick = request(site.page("/quick.xml", XML, NEWS), "");
    Map<String, String> settings = Map.of("allow-private-addresses", "on", "timeout", "60s");
    try (Platform.Session feeds = new FeedPlatform().open(TestHost.with("feeds", settings));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Activity> first = threads.submit(() -> feeds.run(request(slow, ""), null));
      asked.await();
      for (int i = 0; i < 20; i++) {
        assertThat(feeds.run(quick, null)).isNotNull();
      }
      assertThat(first).isNotDone();
      answer.countDown();
      assertThat(first.get(20, TimeUnit.SECONDS).type()).isEqualTo("collection");
    }
  }

  // What fails.

  @Test
  void what_the_server_says_is_told() {
    assertFailure(
        site.status("/none.xml", 404).replace("http://", "http://jane:secret@"),
        "Error: request failed: 404 Not Found for " + site.url("/none.xml"),
        false);
    assertFailure(
        site.status("/busy.xml", 503),
        "Error: request failed: 503 Service Unavailable for " + site.url("/busy.xml"),
        true);
    assertThat(failure(site.status("/many.xml", 429), Map.of()).mayPass()).isTrue();
  }

  @Test
  void what_is_no_feed_is_told() {
    assertFailure(
        site.page("/bad.xml", XML, "not xml\n"),
        "XmlError: Root element is missing or invalid (line 1, column 1)\n  not xml\n  ^\n",
        false);
    assertFailure(
        site.page("/empty.xml", XML, ""),
        "XmlError: Root element is missing or invalid (line 1, column 1)\n  \n  ^\n",
        false);
    assertFailure(
        site.page("/other.xml", XML, "<opml/>"), "Error: Missing required <rss> element.", false);
    assertThat(failure(site.page("/torn.xml", XML, NEWS.substring(0, 200)), Map.of()).text())
        .matches("XmlError: .* \\(line \\d+, column \\d+\\)");
  }

  @Test
  void an_rss_of_nothing_is_told() {
    assertFailure(
        site.page("/rss", XML, "<rss version='2.0'/>"),
        "Error: Missing required <channel> element.",
        false);
  }

  @Test
  void what_cannot_be_reached_is_told() throws Exception {
    String url = site.url("/feed.xml");
    site.close();
    assertFailure(url, "TypeError: fetch failed", true);
    assertFailure("http://nobody.invalid/", "TypeError: fetch failed", false);
  }

  @Test
  void what_is_no_web_address_is_told() {
    assertFailure("ftp://x/y", "Error: unsupported scheme ftp: for ftp://x/y", false);
    assertFailure("ftp://u:p@x/y", "Error: unsupported scheme ftp: for ftp://x/y", false);
    assertFailure("http://u:p@/", "Error: invalid URL: http:///", false);
  }

  @Test
  void a_loop_of_redirects_is_told() {
    String loop = site.redirect("/loop", "/loop");
    assertFailure(loop, "Error: too many redirects for " + loop, false);
  }

  @Test
  void a_feed_s_entities_are_its_own() {
    String bomb =
        "<!DOCTYPE rss [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
            + NEWS.replaceFirst("<\\?.*\\?>", "").replace("Three", "&a;");
    assertThat(failure(site.page("/xxe", XML, bomb), Map.of()).text()).contains("DOCTYPE");
  }

  @Test
  void a_feed_that_is_too_deep_is_refused() {
    String deep = "<a>".repeat(10_000) + "</a>".repeat(10_000);
    assertThat(failure(site.page("/deep", XML, NEWS.replace("no link", deep)), Map.of()).text())
        .startsWith("XmlError: ")
        .contains("depth");
  }

  @Test
  void what_html_has_too_deep_is_left_out() throws Exception {
    String deep = "<div>".repeat(20_000) + "deep" + "</div>".repeat(20_000) + "<p>after</p>";
    ObjectNode object = only("<description><![CDATA[<p>before</p>" + deep + "]]></description>");
    assertThat(object.get("content").asText())
        .startsWith("<p>before</p><div><div>")
        .endsWith("</div></div><p>after</p>")
        .doesNotContain("deep");
  }

  // Settings.

  @Test
  @Shows("gateway.platforms.feeds.allow-private-addresses")
  void private_addresses_are_refused_unless_they_are_allowed() throws Exception {
    String url = site.page("/feed.xml", XML, NEWS);
    assertThat(failure(url, Map.of("allow-private-addresses", "off")).text())
        .isEqualTo("TypeError: fetch failed");
    assertThat(site.requests()).isEmpty();
    assertThat(fetch(url).get("totalItems").asInt()).isEqualTo(3);
  }

  @Test
  @Shows("gateway.platforms.feeds.timeout")
  void a_server_that_says_nothing_is_given_up() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      PlatformFailure failure =
          failure("http://127.0.0.1:" + silent.getLocalPort(), Map.of("timeout", "100ms"));
      assertThat(failure.text())
          .isEqualTo("TimeoutError: The operation was aborted due to timeout");
      assertThat(failure.mayPass()).isTrue();
    }
  }

  @Test
  @Shows("gateway.platforms.feeds.max-bytes")
  void a_feed_that_is_too_large_is_refused() throws Exception {
    String url = site.page("/feed.xml", XML, NEWS + " ".repeat(2000));
    assertThat(failure(url, Map.of("max-bytes", "2KiB")).text())
        .isEqualTo("Error: response of more than 2048 bytes for " + url);
    assertThat(fetch(url).get("totalItems").asInt()).isEqualTo(3);
  }

  @Test
  @Shows("gateway.platforms.feeds.max-tags")
  void a_feed_of_too_many_elements_is_refused() throws Exception {
    String url = site.page("/feed.xml", XML, NEWS);
    assertThat(failure(url, Map.of("max-tags", "21")).text())
        .isEqualTo("Error: more than 21 elements in " + url);
    assertThat(fetch(request(url, ""), Map.of("max-tags", "22")).get("totalItems").asInt())
        .isEqualTo(3);
    String html =
        site.page(
            "/html.xml", XML, NEWS.replace("short text", "<![CDATA[" + "<b>".repeat(30) + "]]>"));
    assertThat(failure(html, Map.of("max-tags", "22")).text())
        .isEqualTo("Error: Failed to parse feed entry 3 from " + html + ": more than 22 tags");
  }

  @Test
  @Shows("gateway.platforms.feeds.max-result-bytes")
  void a_feed_that_would_grow_too_much_is_refused() throws Exception {
    String url = site.page("/feed.xml", XML, NEWS.replace("local feed", "x".repeat(1000)));
    assertThat(failure(url, Map.of("max-result-bytes", "2KiB")).text())
        .isEqualTo(
            "Error: the items come to more than 2048 bytes, ask for fewer by object.limit: " + url);
    ObjectNode one = fetch(request(url, "{\"limit\":1}"), Map.of("max-result-bytes", "2KiB"));
    assertThat(one.get("totalItems").asInt()).isEqualTo(1);
  }

  @Test
  @Shows("gateway.platforms.feeds.max-redirects")
  void redirects_are_followed_so_far() throws Exception {
    site.page("/to", XML, NEWS);
    site.redirect("/1", "/to");
    String url = site.redirect("/2", "/1");
    assertThat(failure(url, Map.of("max-redirects", "1")).text())
        .startsWith("Error: too many redirects");
    assertThat(
            fetch(request(url, ""), Map.of("max-redirects", "2")).at("/items/0/actor/id").asText())
        .isEqualTo(url);
  }

  @Test
  @Shows("gateway.platforms.feeds.user-agent")
  void servers_are_told_who_calls() throws Exception {
    fetch(request(site.page("/feed.xml", XML, NEWS), ""), Map.of("user-agent", "Mine/1"));
    assertThat(site.requests()).extracting(WebSite.Request::userAgent).containsExactly("Mine/1");
  }

  @Test
  void it_is_everybody_s_and_needs_no_credentials() {
    assertThat(new FeedPlatform().description())
        .matches(feeds -> !feeds.persistent() && feeds.needsCredentials().isEmpty())
        .matches(feeds -> feeds.credentials() == null)
        .extracting(feeds -> feeds.messages().at("/properties/type/enum/0"))
        .extracting(JsonNode::asText)
        .isEqualTo("fetch");
  }
}
