package org.viesti.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.sun.net.httpserver.HttpServer;
import com.typesafe.config.ConfigException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.protocol.ErrorCode;
import org.viesti.testkit.Shows;

class PublicKeysTest {
  private static final RSAKey RSA = rsa("rsa-1");
  private static final RSAKey NEXT_RSA = rsa("rsa-2");
  private static final ECKey EC = ec("ec-1");

  private final HandClock clock = new HandClock();
  private final AtomicInteger fetches = new AtomicInteger();
  private final CountDownLatch slow = new CountDownLatch(1);
  private volatile boolean answering = true;
  private volatile JWKSet published = new JWKSet(List.of(RSA, EC));
  private HttpServer provider;

  @TempDir Path folder;

  @BeforeEach
  void a_provider() throws IOException {
    provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    provider.createContext(
        "/keys",
        exchange -> {
          fetches.incrementAndGet();
          byte[] body = published.toString().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(answering ? 200 : 503, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    provider.createContext(
        "/slow",
        exchange -> {
          try {
            slow.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          exchange.close();
        });
    provider.setExecutor(task -> Thread.ofVirtual().start(task));
    provider.start();
  }

  @AfterEach
  void stop() {
    slow.countDown();
    provider.stop(0);
  }

  @Shows("auth.jwks")
  @Test
  void tokens_signed_by_RS256_and_by_ES256_are_believed() {
    TokenAuthenticator door = door("/keys");

    assertThat(user(door, rs256(RSA))).isEqualTo("alice");
    assertThat(user(door, es256(EC))).isEqualTo("alice");
    assertThat(fetches).hasValue(1);
  }

  @Test
  void once_the_keys_are_there_the_answer_is_there_at_once() {
    TokenAuthenticator door = door("/keys");
    assertThat(user(door, rs256(RSA))).isEqualTo("alice");

    assertThat(door.authenticate(rs256(RSA)).toCompletableFuture()).isDone();
  }

  @Test
  void tokens_that_wait_for_the_keys_share_one_fetch() {
    TokenAuthenticator door = door("/keys");
    String token = rs256(RSA);

    List<CompletionStage<Principal>> answers =
        IntStream.range(0, 500).mapToObj(i -> door.authenticate(token)).toList();

    assertThat(answers).allMatch(answer -> Tokens.principal(answer).user().id().equals("alice"));
    assertThat(fetches).hasValue(1);
  }

  @Test
  void a_new_key_is_fetched_when_a_token_names_it() {
    TokenAuthenticator door = door("/keys");
    assertThat(user(door, rs256(RSA))).isEqualTo("alice");
    published = new JWKSet(List.of(RSA, NEXT_RSA));
    clock.pass(Duration.ofSeconds(10));

    assertThat(user(door, rs256(NEXT_RSA))).isEqualTo("alice");
    assertThat(user(door, rs256(RSA))).isEqualTo("alice");
    assertThat(fetches).hasValue(2);
  }

  @Shows("auth.jwks-min-interval")
  @Test
  void unknown_keys_cannot_make_us_flood_the_provider() {
    TokenAuthenticator door = door("/keys");
    assertThat(user(door, rs256(RSA))).isEqualTo("alice");

    var refusal = Tokens.refusal(door.authenticate(rs256(rsa("made-up"))));

    assertThat(refusal.code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThat(refusal.retryAfterMs()).isEqualTo(10_000);
    assertThat(fetches).hasValue(1);
  }

  @Shows("auth.jwks-max-age")
  @Test
  void a_withdrawn_key_is_not_believed_longer_than_the_keys_may_age() {
    TokenAuthenticator door = door("/keys");
    assertThat(user(door, rs256(RSA))).isEqualTo("alice");
    published = new JWKSet(List.of(NEXT_RSA));
    clock.pass(Duration.ofMinutes(10).plusMillis(1));

    assertThat(Tokens.refusal(door.authenticate(rs256(RSA))).code())
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThat(user(door, rs256(NEXT_RSA))).isEqualTo("alice");
  }

  @Test
  void while_the_provider_is_away_the_known_keys_stay_good() {
    TokenAuthenticator door = door("/keys");
    assertThat(user(door, rs256(RSA))).isEqualTo("alice");
    answering = false;
    clock.pass(Duration.ofMinutes(11));

    assertThat(user(door, rs256(RSA))).isEqualTo("alice");
    assertThat(fetches).hasValue(2);
    clock.pass(Duration.ofSeconds(10));
    assertThat(Tokens.refusal(door.authenticate(rs256(NEXT_RSA))).code())
        .isEqualTo(ErrorCode.UNAVAILABLE);
  }

  @Test
  void a_provider_that_comes_up_later_than_we_is_asked_again() {
    answering = false;
    TokenAuthenticator door = door("/keys");
    var refusal = Tokens.refusal(door.authenticate(rs256(RSA)));
    assertThat(refusal.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(refusal.retryAfterMs()).isPositive();

    answering = true;
    clock.pass(Duration.ofSeconds(10));

    assertThat(user(door, rs256(RSA))).isEqualTo("alice");
  }

  @Shows("auth.jwks-timeout")
  @Test
  void a_provider_that_does_not_answer_in_time_is_not_waited_for() {
    TokenAuthenticator door =
        TokenAuthenticator.of(jwks(address("/slow"), "jwks-timeout = 50ms"), clock);

    assertThat(Tokens.refusal(door.authenticate(rs256(RSA))).code())
        .isEqualTo(ErrorCode.UNAVAILABLE);
  }

  @Test
  void a_provider_that_is_not_there_makes_tokens_wait() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    TokenAuthenticator door =
        TokenAuthenticator.of(jwks("http://127.0.0.1:" + port + "/keys"), clock);

    assertThat(Tokens.refusal(door.authenticate(rs256(RSA))).code())
        .isEqualTo(ErrorCode.UNAVAILABLE);
  }

  @Test
  void a_public_key_is_no_shared_secret() throws JOSEException {
    TokenAuthenticator door = door("/keys");
    JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("rsa-1").build();
    String confusing =
        Tokens.sign(header, Tokens.claims(claims -> claims), RSA.toRSAPublicKey().getEncoded());

    var refusal = Tokens.refusal(door.authenticate(confusing));

    assertThat(refusal.code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThat(refusal.detail()).contains("RS256 or ES256, not HS256");
  }

  @Test
  void a_key_is_used_with_its_own_algorithm_only() {
    TokenAuthenticator door = door("/keys");
    JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("rsa-1").build();

    assertRefused(door, sign(header, EC));
  }

  @Test
  void a_token_signed_by_another_key_of_the_same_name_is_refused() {
    assertRefused(door("/keys"), rs256(rsa("rsa-1")));
  }

  @Test
  void a_token_that_names_no_key_is_held_against_all() {
    TokenAuthenticator door = door("/keys");

    assertThat(user(door, sign(new JWSHeader(JWSAlgorithm.ES256), EC))).isEqualTo("alice");
    assertRefused(door, sign(new JWSHeader(JWSAlgorithm.ES256), ec("other")));
  }

  @Test
  void keys_for_encryption_are_not_used() {
    published = new JWKSet(List.<JWK>of(new RSAKey.Builder(RSA).keyUse(KeyUse.ENCRYPTION).build()));

    assertRefused(door("/keys"), rs256(RSA));
  }

  @Test
  void keys_may_be_in_a_file_which_is_read_again_for_a_new_one() throws IOException {
    Path file = folder.resolve("keys.json");
    Files.writeString(file, new JWKSet(RSA).toString());
    TokenAuthenticator door = TokenAuthenticator.of(jwks(file.toString()), clock);
    assertThat(door.authenticate(rs256(RSA)).toCompletableFuture()).isDone();

    Files.writeString(file, new JWKSet(NEXT_RSA).toString());
    clock.pass(Duration.ofSeconds(10));

    assertThat(user(door, rs256(NEXT_RSA))).isEqualTo("alice");
  }

  @Test
  void a_file_that_is_not_there_or_holds_no_key_is_a_wrong_setting() throws IOException {
    Path file = folder.resolve("keys.json");
    SecuritySettings settings = jwks(file.toString());
    assertThatThrownBy(() -> TokenAuthenticator.of(settings, clock))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(file.toString());

    Files.writeString(file, "{\"keys\":[]}");

    assertThatThrownBy(() -> TokenAuthenticator.of(settings, clock))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("viesti.auth.jwks");
  }

  private TokenAuthenticator door(String path) {
    return TokenAuthenticator.of(jwks(address(path)), clock);
  }

  private String address(String path) {
    return "http://127.0.0.1:" + provider.getAddress().getPort() + path;
  }

  private static SecuritySettings jwks(String where, String... more) {
    return Tokens.settings(
        "jwks = \"" + where + "\"",
        "resume-secret = \"" + Tokens.SECRET + "\"",
        String.join("\n", more));
  }

  private static String user(TokenAuthenticator door, String token) {
    return Tokens.principal(door.authenticate(token)).user().id();
  }

  private static void assertRefused(TokenAuthenticator door, String token) {
    assertThat(Tokens.refusal(door.authenticate(token)).code())
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
  }

  private static String rs256(RSAKey key) {
    JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build();
    try {
      return Tokens.sign(header, Tokens.claims(claims -> claims), new RSASSASigner(key));
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String es256(ECKey key) {
    return sign(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(), key);
  }

  private static String sign(JWSHeader header, ECKey key) {
    try {
      return Tokens.sign(header, Tokens.claims(claims -> claims), new ECDSASigner(key));
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static RSAKey rsa(String id) {
    try {
      return new RSAKeyGenerator(2048).keyID(id).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ECKey ec(String id) {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }
}
