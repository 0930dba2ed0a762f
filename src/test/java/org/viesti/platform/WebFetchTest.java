package org.viesti.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viesti.platform.WebFailure.Reason;
import org.viesti.testkit.Authority;
import org.viesti.testkit.WebSite;

class WebFetchTest {
  private static final String ACCEPT = "*/*";
  private static final int MAX_BYTES = 100_000;

  private WebSite site;

  @BeforeEach
  void open() throws Exception {
    site = new WebSite();
  }

  @AfterEach
  void close() {
    site.close();
  }

  private static WebSettings settings(boolean allowPrivate, Duration timeout) {
    return new WebSettings(timeout, MAX_BYTES, 1000, 3, allowPrivate, "Viesti");
  }

  private static final Duration LONG = Duration.ofSeconds(20);

  private static WebPage fetch(String url) throws Exception {
    return fetch(url, settings(true, LONG));
  }

  private static WebPage fetch(String url, WebSettings settings) throws Exception {
    try (WebFetch web = new WebFetch(settings)) {
      return web.get(url, ACCEPT);
    }
  }

  private static WebFailure refused(String url, WebSettings settings) {
    return assertThatExceptionOfType(WebFailure.class)
        .isThrownBy(() -> fetch(url, settings))
        .actual();
  }

  private static WebFailure refused(String url) {
    return refused(url, settings(true, LONG));
  }

  private static String text(WebPage page) {
    return new String(page.body(), StandardCharsets.UTF_8);
  }

  // What is fetched.

  @Test
  void a_page_is_fetched_with_its_query_as_who_it_is() throws Exception {
    WebPage page = fetch(site.page("/a", "text/plain; charset=UTF-8", "hei") + "?b=c d");
    assertThat(text(page)).isEqualTo("hei");
    assertThat(page.contentType()).isEqualTo("text/plain; charset=UTF-8");
    assertThat(site.requests())
        .containsExactly(new WebSite.Request("127.0.0.1:" + site.port(), "/a?b=c%20d", "Viesti"));
  }

  @Test
  void a_page_of_no_length_ends_with_the_connection() throws Exception {
    try (Script server =
        new Script("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.0 200 Fine\r\n\r\nhei")) {
      assertThat(text(fetch(server.url()))).isEqualTo("hei");
    }
  }

  @Test
  void what_ends_early_or_is_no_http_is_not_there() throws Exception {
    for (String answer :
        List.of("", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhei", "220 mail\r\n\r\n")) {
      try (Script server = new Script(answer)) {
        assertThat(refused(server.url()).reason()).as(answer).isEqualTo(Reason.UNREACHABLE);
      }
    }
  }

  @Test
  void a_compressed_page_is_read() throws Exception {
    String url = site.zipped("/z", "text/plain", "hei hei".getBytes(StandardCharsets.UTF_8));
    assertThat(text(fetch(url))).isEqualTo("hei hei");
  }

  @Test
  void what_is_compressed_otherwise_is_not_there_but_its_status_is() throws Exception {
    for (int status : new int[] {200, 404}) {
      site.on(
          "/" + status,
          call -> {
            call.getResponseHeaders().set("Content-Encoding", "br");
            call.sendResponseHeaders(status, 1);
            call.getResponseBody().write('x');
          });
    }
    assertThat(refused(site.url("/200")).reason()).isEqualTo(Reason.UNREACHABLE);
    assertThat(fetch(site.url("/404")).status()).isEqualTo(404);
  }

  @Test
  void a_lookup_that_takes_too_long_is_given_up() {
    CountDownLatch never = new CountDownLatch(1);
    WebNames names =
        url -> {
          try {
            never.await();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
          return List.of();
        };
    try (WebFetch web =
        new WebFetch(
            settings(true, Duration.ofMillis(200)), names, SslContextBuilder.forClient())) {
      assertThatExceptionOfType(WebFailure.class)
          .isThrownBy(() -> web.get("http://slow.test/", ACCEPT))
          .matches(failure -> failure.reason() == Reason.TIMEOUT);
    } finally {
      never.countDown();
    }
  }

  @Test
  void redirects_are_followed_as_far_as_they_may() throws Exception {
    site.page("/to", "text/plain", "there");
    site.redirect("/1", "/to");
    site.redirect("/2", "1");
    site.redirect("/3", site.url("/2"));
    assertThat(text(fetch(site.url("/3")))).isEqualTo("there");
    assertThat(fetch(site.url("/3")).url()).isEqualTo(site.url("/to"));
    assertThat(refused(site.redirect("/4", "./3?x")).reason()).isEqualTo(Reason.TOO_MANY_REDIRECTS);
  }

  @Test
  void a_loop_of_redirects_is_left() {
    String loop = site.redirect("/loop", "/loop");
    assertThat(refused(loop).reason()).isEqualTo(Reason.TOO_MANY_REDIRECTS);
    assertThat(site.requests()).hasSize(4);
  }

  // What is too much.

  @Test
  void a_page_that_is_too_large_is_not_read() throws Exception {
    assertThat(fetch(site.page("/most", "text/plain", new byte[MAX_BYTES])).body())
        .hasSize(MAX_BYTES);
    assertThat(refused(site.page("/more", "text/plain", new byte[MAX_BYTES + 1])).reason())
        .isEqualTo(Reason.TOO_LARGE);
  }

  @Test
  void a_page_without_end_is_not_read() {
    String endless =
        site.on(
            "/endless",
            call -> {
              call.sendResponseHeaders(200, 0);
              byte[] some = new byte[8192];
              while (true) {
                call.getResponseBody().write(some);
              }
            });
    assertThat(refused(endless).reason()).isEqualTo(Reason.TOO_LARGE);
  }

  @Test
  void a_bomb_of_gzip_is_not_unpacked() throws Exception {
    assertThat(refused(site.zipped("/bomb", "text/plain", new byte[50_000_000])).reason())
        .isEqualTo(Reason.TOO_LARGE);
  }

  @Test
  void a_server_that_says_nothing_is_given_up() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      WebFailure failure =
          refused(
              "http://127.0.0.1:" + silent.getLocalPort(), settings(true, Duration.ofMillis(200)));
      assertThat(failure.reason()).isEqualTo(Reason.TIMEOUT);
      assertThat(failure.told("").mayPass()).isTrue();
    }
  }

  @Test
  void a_server_that_drips_is_given_up() {
    String slow =
        site.on(
            "/slow",
            call -> {
              call.sendResponseHeaders(200, 0);
              try (OutputStream body = call.getResponseBody()) {
                while (true) {
                  body.write('x');
                  body.flush();
                  Thread.sleep(10);
                }
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
            });
    assertThat(refused(slow, settings(true, Duration.ofMillis(300))).reason())
        .isEqualTo(Reason.TIMEOUT);
  }

  @Test
  void all_redirects_together_have_one_time() {
    String slow =
        site.on(
            "/late",
            call -> {
              try {
                Thread.sleep(150);
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
              call.getResponseHeaders().set("Location", "/late");
              call.sendResponseHeaders(302, -1);
            });
    assertThat(refused(slow, settings(true, Duration.ofMillis(300))).reason())
        .isEqualTo(Reason.TIMEOUT);
  }

  @Test
  void a_job_that_is_interrupted_ends_and_hangs_up() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        WebFetch web = new WebFetch(settings(true, LONG))) {
      CompletableFuture<Throwable> ended = new CompletableFuture<>();
      Thread job =
          Thread.startVirtualThread(
              () -> {
                try {
                  web.get("http://127.0.0.1:" + silent.getLocalPort(), ACCEPT);
                } catch (Throwable e) {
                  ended.complete(e);
                }
              });
      try (Socket called = silent.accept()) {
        job.interrupt();
        assertThat(ended.get(10, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        called.setSoTimeout(10_000);
        called.getInputStream().readAllBytes();
      }
    }
  }

  // Whom it may call.

  @Test
  void nobody_there_may_pass_and_no_such_host_may_not() throws Exception {
    int port = site.port();
    site.close();
    WebFailure nobody = refused("http://127.0.0.1:" + port);
    assertThat(nobody.reason()).isEqualTo(Reason.UNREACHABLE);
    assertThat(nobody.told("").mayPass()).isTrue();
    WebFailure nowhere = refused("http://nobody.invalid/");
    assertThat(nowhere.reason()).isEqualTo(Reason.UNREACHABLE);
    assertThat(nowhere.told("").mayPass()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "017700000001",
        "0177.0.0.1",
        "%31%32%37.0.0.1",
        "１２７.0.0.1",
        "0",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "user@127.0.0.1"
      })
  void loopback_is_not_called_however_it_is_spelt(String host) {
    site.page("/secret", "text/plain", "secret");
    WebFailure failure =
        refused("http://" + host + ":" + site.port() + "/secret", settings(false, LONG));
    assertThat(failure.reason()).isEqualTo(Reason.BLOCKED);
    assertThat(failure.told("").mayPass()).isFalse();
    assertThat(site.requests()).isEmpty();
  }

  @Test
  void what_is_blocked_is_said_to_operators() {
    assertThat(refused("http://2130706433/", settings(false, LONG)))
        .hasMessage("blocked non-public address 127.0.0.1");
  }

  /** Names by which the test reaches its own server, as if it were public; all else is guarded. */
  private static WebNames publicly(String name) {
    WebNames guarded = WebNames.ofSystem(false);
    return url ->
        url.host().equals(name)
            ? List.of(InetAddress.getLoopbackAddress())
            : guarded.addresses(url);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://127.0.0.1:%d/secret", "http://0x7f.1:%d/secret", "//[::1]:%d/secret"})
  void a_redirect_does_not_lead_to_what_is_not_public(String location) throws Exception {
    site.page("/secret", "text/plain", "secret");
    site.redirect("/x", location.formatted(site.port()));
    try (WebFetch web =
        new WebFetch(
            settings(false, LONG), publicly("public.test"), SslContextBuilder.forClient())) {
      assertThatExceptionOfType(WebFailure.class)
          .isThrownBy(() -> web.get("http://public.test:" + site.port() + "/x", ACCEPT))
          .matches(failure -> failure.reason() == Reason.BLOCKED);
    }
    assertThat(site.requests()).hasSize(1);
  }

  @Test
  void a_redirect_leads_nowhere_but_into_the_web() throws Exception {
    assertThat(refused(site.redirect("/x", "file:///etc/passwd")).reason())
        .isEqualTo(Reason.SCHEME);
  }

  @Test
  void a_name_is_looked_up_once_for_each_request() throws Exception {
    site.page("/to", "text/plain", "there");
    site.redirect("/from", "/to");
    AtomicInteger lookups = new AtomicInteger();
    WebNames names =
        url -> {
          assertThat(url.host()).isEqualTo("rebound.test");
          lookups.incrementAndGet();
          return List.of(InetAddress.getLoopbackAddress());
        };
    try (WebFetch web = new WebFetch(settings(false, LONG), names, SslContextBuilder.forClient())) {
      assertThat(text(web.get("http://rebound.test:" + site.port() + "/from", ACCEPT)))
          .isEqualTo("there");
    }
    assertThat(lookups).hasValue(2);
    assertThat(site.requests())
        .extracting(WebSite.Request::host)
        .containsOnly("rebound.test:" + site.port());
  }

  @Test
  void the_next_address_of_a_host_is_called_if_nobody_is_at_the_first() throws Exception {
    site.page("/a", "text/plain", "there");
    WebNames names =
        url -> List.of(InetAddress.ofLiteral("127.0.0.2"), InetAddress.getLoopbackAddress());
    try (WebFetch web = new WebFetch(settings(false, LONG), names, SslContextBuilder.forClient())) {
      assertThat(text(web.get("http://two.test:" + site.port() + "/a", ACCEPT))).isEqualTo("there");
    }
  }

  @Test
  void a_certificate_must_be_believed_and_be_the_hosts(@TempDir Path folder) throws Exception {
    Authority authority = Authority.in(folder);
    Authority.Client own = authority.client("web", "CN=localhost");
    try (WebSite secure = WebSite.secure(own.context(authority.file()));
        WebFetch trusting =
            new WebFetch(
                settings(true, LONG),
                WebNames.ofSystem(true),
                SslContextBuilder.forClient().trustManager(authority.file().toFile()));
        WebFetch other = new WebFetch(settings(true, LONG))) {
      secure.page("/a", "text/plain", "private");
      String url = "https://localhost:" + secure.port() + "/a";
      assertThat(text(trusting.get(url, ACCEPT))).isEqualTo("private");
      assertUnbelieved(trusting, url.replace("localhost", "127.0.0.1"));
      assertUnbelieved(other, url);
      assertThat(secure.requests()).hasSize(1);
    }
  }

  private static void assertUnbelieved(WebFetch web, String url) {
    assertThatExceptionOfType(WebFailure.class)
        .isThrownBy(() -> web.get(url, ACCEPT))
        .matches(failure -> failure.reason() == Reason.UNREACHABLE)
        .matches(failure -> !failure.told("").mayPass())
        .withMessageContaining("SSL");
  }

  /** Answers one call so, and hangs up. */
  private record Script(ServerSocket socket) implements AutoCloseable {
    Script(String answer) throws IOException {
      this(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      Thread.startVirtualThread(
          () -> {
            try (Socket call = socket.accept()) {
              call.getInputStream().read(new byte[8192]);
              call.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
    }

    String url() {
      return "http://127.0.0.1:" + socket.getLocalPort() + "/";
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
