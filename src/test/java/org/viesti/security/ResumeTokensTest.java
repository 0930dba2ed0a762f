package org.viesti.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;
import org.viesti.protocol.UserId;
import org.viesti.testkit.Shows;

class ResumeTokensTest {
  private final HandClock clock = new HandClock();
  private final ResumeTokens tokens = ResumeTokens.of(Tokens.withSecret(), clock);

  @TempDir Path folder;

  @Test
  void a_device_gets_back_its_session() {
    String token = tokens.issue(Tokens.PHONE, "session 7");
    clock.pass(Duration.ofDays(13));

    assertThat(tokens.read(token, Tokens.PHONE))
        .isEqualTo(new ResumeTokens.Resume("session 7", HandClock.START));
  }

  @Test
  void every_node_reads_the_tokens_of_every_other() {
    String token = tokens.issue(Tokens.PHONE, "s1");

    ResumeTokens elsewhere = ResumeTokens.of(Tokens.withSecret(), clock);

    assertThat(elsewhere.read(token, Tokens.PHONE).session()).isEqualTo("s1");
  }

  @Test
  void the_development_key_signs_them_too() {
    String line = "development-key-file = \"" + folder.resolve("development.key") + "\"";
    String token = ResumeTokens.of(Tokens.settings(line), clock).issue(Tokens.PHONE, "s1");

    ResumeTokens restarted = ResumeTokens.of(Tokens.settings(line), clock);

    assertThat(restarted.read(token, Tokens.PHONE).session()).isEqualTo("s1");
    assertRejected(token, Tokens.PHONE);
  }

  @Shows("auth.resume-secret")
  @Test
  void a_resume_secret_comes_before_the_tokens_secret() {
    String line = "resume-secret = \"a resume secret of more than thirty-two bytes\"";
    ResumeTokens own = ResumeTokens.of(Tokens.withSecret(line), clock);

    assertThat(own.read(own.issue(Tokens.PHONE, "s1"), Tokens.PHONE).session()).isEqualTo("s1");
    assertRejected(own.issue(Tokens.PHONE, "s1"), Tokens.PHONE);
  }

  @Test
  void an_old_token_is_rejected() {
    String token = tokens.issue(Tokens.PHONE, "s1");

    clock.pass(Duration.ofDays(14));

    assertRejected(token, Tokens.PHONE);
  }

  @Shows("auth.resume-lifetime")
  @Test
  void the_lifetime_is_a_setting() {
    ResumeTokens brief = ResumeTokens.of(Tokens.withSecret("resume-lifetime = 1m"), clock);
    String token = brief.issue(Tokens.PHONE, "s1");
    clock.pass(Duration.ofMinutes(1));

    Refused refused = catchThrowableOfType(Refused.class, () -> brief.read(token, Tokens.PHONE));

    assertThat(refused.refusal().code()).isEqualTo(ErrorCode.RESUME_REJECTED);
  }

  @Test
  void another_device_another_user_and_another_tenant_are_rejected() {
    String token = tokens.issue(Tokens.PHONE, "s1");

    assertRejected(token, new DeviceId(new UserId("acme", "alice"), "tablet"));
    assertRejected(token, new DeviceId(new UserId("acme", "bob"), "phone"));
    assertRejected(token, new DeviceId(new UserId("other", "alice"), "phone"));
  }

  @Test
  void a_changed_token_is_rejected_wherever_it_was_changed() {
    String token = tokens.issue(Tokens.PHONE, "s1");
    // The last character carries padding bits that say nothing.
    for (int at = 0; at < token.length() - 1; at++) {
      char other = token.charAt(at) == 'A' ? 'B' : 'A';
      assertRejected(token.substring(0, at) + other + token.substring(at + 1), Tokens.PHONE);
    }
  }

  @Test
  void a_longer_life_cannot_be_written_into_a_token() {
    String token = tokens.issue(Tokens.PHONE, "s1");
    String signature = token.substring(token.indexOf('.'));
    String payload =
        HandClock.START.plus(Duration.ofDays(99)).toEpochMilli() + " " + Tokens.PHONE + " s1";

    assertRejected(
        Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(payload.getBytes(StandardCharsets.UTF_8))
            + signature,
        Tokens.PHONE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "a", "a.b", "ä.ö", "e30.e30", "e30.e30.e30"})
  void what_is_no_token_is_rejected(String token) {
    assertRejected(token, Tokens.PHONE);
  }

  @Test
  void an_endless_token_is_rejected() {
    assertRejected("A".repeat(4000) + ".AAAA", Tokens.PHONE);
  }

  private void assertRejected(String token, DeviceId device) {
    Refused refused = catchThrowableOfType(Refused.class, () -> tokens.read(token, device));
    assertThat(refused).as(token).isNotNull();
    assertThat(refused.refusal().code()).isEqualTo(ErrorCode.RESUME_REJECTED);
  }
}
