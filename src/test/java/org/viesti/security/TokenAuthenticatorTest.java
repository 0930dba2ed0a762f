package org.viesti.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.PlainJWT;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.UserId;
import org.viesti.testkit.Shows;

class TokenAuthenticatorTest {
  private final HandClock clock = new HandClock();
  private final TokenAuthenticator door = TokenAuthenticator.of(Tokens.withSecret(), clock);

  @Test
  void a_token_says_user_device_tenant_roles_and_expiry() {
    String token =
        Tokens.hs256(
            claims ->
                claims
                    .claim("device_id", "phone")
                    .claim("tenant", "acme")
                    .claim("roles", List.of("operator", "auditor")));

    Principal alice = Tokens.principal(door.authenticate(token));

    assertThat(alice.deviceId()).isEqualTo(Tokens.PHONE);
    assertThat(alice.roles()).containsExactlyInAnyOrder("operator", "auditor");
    assertThat(alice.isOperator()).isTrue();
    assertThat(alice.expires())
        .isEqualTo(HandClock.START.plus(Duration.ofHours(1)).plusSeconds(5 /* clock-skew */));
  }

  @Test
  void what_a_token_leaves_out_is_default() {
    Principal alice = Tokens.principal(door.authenticate(Tokens.hs256(claims -> claims)));

    assertThat(alice.user()).isEqualTo(new UserId("default", "alice"));
    assertThat(alice.device()).isEqualTo("default");
    assertThat(alice.roles()).isEmpty();
  }

  @Shows("auth.tenant")
  @Test
  void the_default_tenant_is_a_setting() {
    TokenAuthenticator acme = TokenAuthenticator.of(Tokens.withSecret("tenant = \"acme\""), clock);

    Principal alice = Tokens.principal(acme.authenticate(Tokens.hs256(claims -> claims)));

    assertThat(alice.user().tenant()).isEqualTo("acme");
  }

  @ParameterizedTest
  @ValueSource(strings = {"operator auditor", "operator,auditor", " operator, auditor "})
  void roles_may_be_a_string(String roles) {
    String token = Tokens.hs256(claims -> claims.claim("roles", roles));

    assertThat(Tokens.principal(door.authenticate(token)).roles())
        .isEqualTo(Set.of("operator", "auditor"));
  }

  @Test
  void no_roles_in_a_string_are_no_roles() {
    String token = Tokens.hs256(claims -> claims.claim("roles", ""));

    assertThat(Tokens.principal(door.authenticate(token)).roles()).isEmpty();
  }

  @Test
  void the_answer_is_there_at_once() {
    assertThat(door.authenticate(Tokens.hs256(claims -> claims)).toCompletableFuture()).isDone();
  }

  @Test
  void a_token_whose_time_is_over_is_refused_as_expired() {
    String token = Tokens.hs256(claims -> claims);
    clock.pass(Duration.ofHours(1).plusSeconds(5).minusMillis(1));
    assertThat(Tokens.principal(door.authenticate(token)).expires()).isAfter(clock.instant());

    clock.pass(Duration.ofMillis(1));

    assertThat(Tokens.refusal(door.authenticate(token)).code()).isEqualTo(ErrorCode.TOKEN_EXPIRED);
  }

  @Test
  void a_token_without_end_is_refused() {
    assertRefused(Tokens.hs256(claims -> claims.expirationTime(null)), "no exp");
  }

  @Test
  void a_token_from_the_future_is_refused_until_then() {
    String token =
        Tokens.hs256(claims -> claims.notBeforeTime(Date.from(HandClock.START.plusSeconds(60))));
    assertRefused(token, "not valid before");

    clock.pass(Duration.ofSeconds(55));

    assertThat(Tokens.principal(door.authenticate(token)).user().id()).isEqualTo("alice");
  }

  @Shows("auth.secret")
  @Test
  void a_token_signed_with_another_secret_is_refused() {
    String token =
        Tokens.sign(
            new JWSHeader(JWSAlgorithm.HS256),
            Tokens.claims(claims -> claims),
            "another secret of more than thirty-two bytes".getBytes(StandardCharsets.UTF_8));

    assertRefused(token, "signature is wrong");
  }

  @Test
  void changed_claims_are_refused() {
    String[] parts = Tokens.hs256(claims -> claims).split("\\.");
    String mallory = base64(Tokens.claims(claims -> claims.subject("mallory")).toString());

    assertRefused(parts[0] + "." + mallory + "." + parts[2], "signature is wrong");
  }

  @Test
  void an_unsigned_token_is_refused() {
    assertRefused(new PlainJWT(Tokens.claims(claims -> claims)).serialize(), "no signed JWT");
    String none = base64("{\"alg\":\"none\"}");
    String[] parts = Tokens.hs256(claims -> claims).split("\\.");
    assertRefused(none + "." + parts[1] + "." + parts[2], "no signed JWT");
  }

  @Test
  void a_token_by_another_algorithm_of_the_same_secret_is_refused() {
    byte[] secret = (Tokens.SECRET + Tokens.SECRET).getBytes(StandardCharsets.UTF_8);
    String token =
        Tokens.sign(new JWSHeader(JWSAlgorithm.HS512), Tokens.claims(claims -> claims), secret);

    assertRefused(token, "HS256");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "alice", "a.b", "a.b.c", "....", "e30.e30.e30"})
  void what_is_no_token_is_refused(String token) {
    assertRefused(token, "token");
  }

  @Test
  void an_endless_token_is_refused_unread() {
    assertRefused("e".repeat(8193), "longer than 8192");
  }

  @Test
  void a_token_without_user_is_refused() {
    assertRefused(Tokens.hs256(claims -> claims.subject(null)), "no sub");
  }

  @Test
  void ids_of_a_wrong_shape_are_refused_with_a_sentence() {
    assertRefused(Tokens.hs256(claims -> claims.subject("al ice")), "user id must be 1 to 128");
    assertRefused(
        Tokens.hs256(claims -> claims.claim("device_id", "a/b")), "device id must be 1 to 128");
    assertRefused(Tokens.hs256(claims -> claims.claim("tenant", "")), "tenant must be 1 to 128");
  }

  @Test
  void claims_of_a_wrong_type_are_refused() {
    assertRefused(Tokens.hs256(claims -> claims.claim("device_id", 7)), "wrong type");
    assertRefused(Tokens.hs256(claims -> claims.claim("tenant", List.of("acme"))), "wrong type");
    assertRefused(Tokens.hs256(claims -> claims.claim("exp", "tomorrow")), "wrong type");
    assertRefused(Tokens.hs256(claims -> claims.claim("roles", 7)), "roles must be");
    assertRefused(Tokens.hs256(claims -> claims.claim("roles", Map.of("a", 1))), "roles must be");
  }

  @Shows({"auth.issuer", "auth.audience"})
  @Test
  void issuer_and_audience_are_checked_where_configured() {
    TokenAuthenticator picky =
        TokenAuthenticator.of(
            Tokens.withSecret("issuer = \"https://id.acme\"", "audience = \"viesti\""), clock);
    String right =
        Tokens.hs256(
            claims -> claims.issuer("https://id.acme").audience(List.of("mail", "viesti")));

    assertThat(Tokens.principal(picky.authenticate(right)).user().id()).isEqualTo("alice");
    assertRefused(picky, Tokens.hs256(claims -> claims.audience("viesti")), "iss must be");
    assertRefused(picky, Tokens.hs256(claims -> claims.issuer("https://id.acme")), "aud must");
  }

  @Test
  void an_issued_token_is_believed() {
    SecuritySettings settings = Tokens.withSecret("issuer = \"here\"", "audience = \"us\"");
    String token =
        TokenIssuer.of(settings, clock)
            .issue(Tokens.PHONE, Set.of(Principal.OPERATOR), Duration.ofHours(1));

    Principal alice = Tokens.principal(TokenAuthenticator.of(settings, clock).authenticate(token));

    assertThat(alice.deviceId()).isEqualTo(Tokens.PHONE);
    assertThat(alice.isOperator()).isTrue();
  }

  private void assertRefused(String token, String why) {
    assertRefused(door, token, why);
  }

  private static void assertRefused(TokenAuthenticator door, String token, String why) {
    Refusal refusal = Tokens.refusal(door.authenticate(token));
    assertThat(refusal.code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThat(refusal.detail()).contains(why);
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
