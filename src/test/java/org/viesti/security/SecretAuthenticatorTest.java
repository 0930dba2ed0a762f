package org.viesti.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.journal.Database;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.testkit.Shows;
import org.viesti.testkit.TestDatabase;

/** What lets a device in by its secret, and what does not. */
class SecretAuthenticatorTest {
  private static final DeviceId LAMP = DeviceId.parse("acme/ann/lamp");
  private static final String HOME = "192.0.2.1";

  @TempDir static Path folder;
  static Database database;
  static DeviceSecrets secrets;

  private final HandClock clock = new HandClock();

  @BeforeAll
  static void open() {
    TestDatabase test = TestDatabase.of(folder);
    database = new Database(test.url(), test.user(), "", 2);
    secrets = new DeviceSecrets(database, new HandClock());
  }

  @AfterAll
  static void close() {
    database.close();
  }

  private SecretAuthenticator authenticator(String settings) {
    return new SecretAuthenticator(
        secrets::fingerprint,
        SecuritySettings.of(
            ConfigFactory.parseString("viesti.auth {" + settings + "}")
                .withFallback(ConfigFactory.parseResources("reference.conf"))),
        clock);
  }

  private static <T> T now(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }

  private static Refusal refused(CompletionStage<?> stage) {
    try {
      throw new AssertionError("not refused: " + now(stage));
    } catch (CompletionException e) {
      return Refused.in(e);
    }
  }

  private static ErrorCode code(CompletionStage<?> stage) {
    return refused(stage).code();
  }

  @Test
  void a_device_s_secret_lets_in_that_device_and_no_other() {
    SecretAuthenticator authenticator = authenticator("");
    String secret = now(secrets.make(LAMP));
    assertThat(secret).matches("vds_[0-9A-Za-z_-]{43}");
    assertThat(SecretAuthenticator.isOne(secret)).isTrue();
    Principal lamp = now(authenticator.authenticate(LAMP, secret, HOME));
    assertThat(lamp.deviceId()).isEqualTo(LAMP);
    assertThat(lamp.isBySecret()).isTrue();
    assertThat(lamp.roles()).isEmpty();
    assertThat(now(authenticator.isStillGood(lamp))).isTrue();
    for (String other : List.of("acme/ann/stove", "acme/bob/lamp", "other/ann/lamp")) {
      assertThat(code(authenticator.authenticate(DeviceId.parse(other), secret, HOME)))
          .isEqualTo(ErrorCode.UNAUTHENTICATED);
    }
    assertThat(code(authenticator.authenticate(LAMP, secret + "x", HOME)))
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
  }

  @Test
  void it_is_told_alike_whether_there_is_such_a_device() {
    SecretAuthenticator authenticator = authenticator("");
    now(secrets.make(LAMP));
    assertThat(refused(authenticator.authenticate(LAMP, "vds_no", HOME)))
        .isEqualTo(
            refused(authenticator.authenticate(DeviceId.parse("acme/ann/nobody"), "vds_no", HOME)));
  }

  @Test
  void a_secret_that_is_replaced_or_revoked_is_good_no_more() {
    SecretAuthenticator authenticator = authenticator("");
    String first = now(secrets.make(LAMP));
    Principal lamp = now(authenticator.authenticate(LAMP, first, HOME));
    String second = now(secrets.make(LAMP));
    assertThat(second).isNotEqualTo(first);
    assertThat(code(authenticator.authenticate(LAMP, first, HOME)))
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThat(now(authenticator.isStillGood(lamp))).isFalse();
    now(authenticator.authenticate(LAMP, second, HOME));
    assertThat(now(secrets.revoke(LAMP))).isTrue();
    assertThat(now(secrets.revoke(LAMP))).isFalse();
    assertThat(code(authenticator.authenticate(LAMP, second, HOME)))
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
  }

  @Test
  void what_is_kept_opens_nothing_and_is_each_device_s_own() {
    String secret = now(secrets.make(LAMP));
    String kept = now(secrets.fingerprint(LAMP)).orElseThrow();
    assertThat(kept).matches("[0-9a-f]{64}").doesNotContain(secret);
    assertThat(code(authenticator("").authenticate(LAMP, "vds_" + kept, HOME)))
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThat(DeviceSecrets.fingerprint(DeviceId.parse("acme/ann/stove"), secret))
        .isNotEqualTo(kept);
  }

  @Test
  @Shows({"auth.wrong-secrets", "auth.wrong-secrets-within"})
  void whoever_guesses_is_no_longer_listened_to_for_a_while() {
    SecretAuthenticator authenticator =
        authenticator("wrong-secrets = 3, wrong-secrets-within = 20s");
    String secret = now(secrets.make(LAMP));
    for (int i = 0; i < 3; i++) {
      assertThat(code(authenticator.authenticate(LAMP, "vds_" + i, HOME)))
          .isEqualTo(ErrorCode.UNAUTHENTICATED);
      clock.pass(Duration.ofSeconds(1));
    }
    Refusal refusal = refused(authenticator.authenticate(LAMP, secret, HOME));
    assertThat(refusal.code()).isEqualTo(ErrorCode.RATE_LIMITED);
    assertThat(refusal.limit()).isEqualTo("viesti.auth.wrong-secrets");
    assertThat(refusal.retryAfterMs()).isEqualTo(17_000);
    // Of the same device, somewhere else, nobody has guessed; nor here of another.
    now(authenticator.authenticate(LAMP, secret, "192.0.2.2"));
    assertThat(code(authenticator.authenticate(DeviceId.parse("acme/ann/stove"), "vds_", HOME)))
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
    clock.pass(Duration.ofSeconds(17));
    now(authenticator.authenticate(LAMP, secret, HOME));
  }

  @Test
  void a_right_secret_wipes_out_the_wrong_ones_before_it() {
    SecretAuthenticator authenticator = authenticator("wrong-secrets = 2");
    String secret = now(secrets.make(LAMP));
    for (int i = 0; i < 5; i++) {
      assertThat(code(authenticator.authenticate(LAMP, "vds_" + i, HOME)))
          .isEqualTo(ErrorCode.UNAUTHENTICATED);
      now(authenticator.authenticate(LAMP, secret, HOME));
    }
  }

  @Test
  void guesses_at_the_same_time_are_no_more_than_in_turn() {
    List<CompletableFuture<java.util.Optional<String>>> looks = new ArrayList<>();
    SecretAuthenticator slow =
        new SecretAuthenticator(
            device -> {
              looks.add(new CompletableFuture<>());
              return looks.getLast();
            },
            SecuritySettings.of(
                ConfigFactory.parseString("viesti.auth.wrong-secrets = 2")
                    .withFallback(ConfigFactory.parseResources("reference.conf"))),
            clock);
    for (int i = 0; i < 10; i++) {
      slow.authenticate(LAMP, "vds_" + i, HOME);
    }
    assertThat(looks).hasSize(2);
    // A database that fails is nobody's guess.
    looks.forEach(look -> look.completeExceptionally(new IllegalStateException("no database")));
    slow.authenticate(LAMP, "vds_again", HOME);
    assertThat(looks).hasSize(3);
  }
}
