package org.viesti.edge.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.SystemMaterializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.edge.CallSettings;
import org.viesti.edge.CannotListen;
import org.viesti.testkit.Shows;

class CallServerTest {
  static ActorTestKit kit;

  @BeforeAll
  static void start() {
    kit = ActorTestKit.create();
  }

  @AfterAll
  static void stop() {
    kit.shutdownTestKit();
  }

  private static CallSettings settings(int port, CallSettings.@Nullable Tls tls) {
    return new CallSettings(
        "127.0.0.1", port, 1024, 10, 10, Duration.ofSeconds(5), Duration.ofSeconds(1), tls);
  }

  private static CallServer serve(CallSettings settings) {
    return CallServer.start(
        kit.system(), settings, request -> said("rest", request), request -> said("grpc", request));
  }

  private static CompletionStage<org.apache.pekko.http.javadsl.model.HttpResponse> said(
      String word, org.apache.pekko.http.javadsl.model.HttpRequest request) {
    return request
        .entity()
        .toStrict(1000, SystemMaterializer.get(kit.system()).materializer())
        .thenApply(
            read -> org.apache.pekko.http.javadsl.model.HttpResponse.create().withEntity(word));
  }

  private static HttpResponse<String> get(
      HttpClient client, CallServer server, String scheme, @Nullable String contentType)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
            URI.create(scheme + "://127.0.0.1:" + server.address().getPort() + "/x"));
    if (contentType != null) {
      request.POST(HttpRequest.BodyPublishers.ofString("x")).header("Content-Type", contentType);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void both_versions_of_http_and_both_kinds_of_call_share_a_port() throws Exception {
    CallServer server = serve(settings(0, null));
    for (HttpClient.Version version : HttpClient.Version.values()) {
      if (version != HttpClient.Version.HTTP_1_1 && version != HttpClient.Version.HTTP_2) {
        continue;
      }
      HttpClient client = HttpClient.newBuilder().version(version).build();
      assertThat(get(client, server, "http", null).body()).isEqualTo("rest");
      assertThat(get(client, server, "http", "application/json").body()).isEqualTo("rest");
      assertThat(get(client, server, "http", "application/grpc+proto").body()).isEqualTo("grpc");
    }
    server.stop(Duration.ofSeconds(1)).toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void a_taken_port_is_named() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(() -> serve(settings(taken.getLocalPort(), null)))
          .isInstanceOf(CannotListen.class)
          .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("viesti.http.port");
    }
  }

  @Shows({"http.tls.certificate", "http.tls.key"})
  @Test
  void tls_is_served_from_pem_files(@TempDir Path folder) throws Exception {
    Path store = folder.resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "k",
                "-keyalg",
                "EC",
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "san=ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-storepass",
                "secret",
                "-keystore",
                store.toString())
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance(store.toFile(), "secret".toCharArray());
    X509Certificate certificate = (X509Certificate) keys.getCertificate("k");
    Path certificateFile = pem(folder, "CERTIFICATE", certificate.getEncoded());
    Path keyFile =
        pem(folder, "PRIVATE KEY", keys.getKey("k", "secret".toCharArray()).getEncoded());
    CallServer server =
        serve(settings(0, new CallSettings.Tls(certificateFile.toString(), keyFile.toString())));
    HttpResponse<String> answer = get(trusting(certificate), server, "https", null);
    assertThat(answer.body()).isEqualTo("rest");
    assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
    server.stop(Duration.ofSeconds(1)).toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static HttpClient trusting(X509Certificate certificate) throws Exception {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry("k", certificate);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(context).build();
  }

  private static Path pem(Path folder, String kind, byte[] bytes) throws Exception {
    return Files.writeString(
        folder.resolve(kind.replace(' ', '-')),
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(kind, Base64.getMimeEncoder().encodeToString(bytes), kind));
  }

  @Test
  void unreadable_pem_files_are_named(@TempDir Path folder) {
    String missing = folder.resolve("missing.pem").toString();
    assertThatThrownBy(() -> serve(settings(0, new CallSettings.Tls(missing, missing))))
        .isInstanceOf(CannotListen.class)
        .hasMessageContaining("viesti.http.tls")
        .hasMessageContaining(missing);
  }
}
