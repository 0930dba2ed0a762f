package org.viesti.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.viesti.testkit.Shows;

class SecuritySettingsTest {
  private static final String SECRET = "secret = \"" + Tokens.SECRET + "\"";

  @Test
  void unconfigured_it_is_for_development() {
    SecuritySettings settings = Tokens.settings();

    assertThat(settings.usesDevelopmentKey()).isTrue();
    assertThat(settings.developmentKeyFile()).hasToString("./data/development.key");
    assertThat(settings.tenant()).isEqualTo("default");
    assertThat(settings.issuer()).isNull();
    assertThat(settings.resumeLifetime()).isEqualTo(Duration.ofDays(14));
  }

  @Shows("auth.mode")
  @Test
  void in_production_the_development_key_is_refused() {
    assertWrong("mode", "viesti.auth.secret or viesti.auth.jwks", "mode = production");
    assertThat(Tokens.settings("mode = production", SECRET).usesDevelopmentKey()).isFalse();
  }

  @Test
  void a_mode_that_does_not_exist_is_refused() {
    assertWrong("mode", "development or production", "mode = prod");
  }

  @Test
  void secrets_too_short_for_the_hash_are_refused() {
    assertWrong("secret", "32 bytes", "secret = \"0123456789012345678901234567890\"");
    assertWrong("resume-secret", "32 bytes", "resume-secret = short");
  }

  @Test
  void a_secret_and_public_keys_exclude_each_other() {
    assertWrong("jwks", "not both", SECRET, "jwks = keys.json");
  }

  @Test
  void public_keys_need_a_resume_secret() {
    assertWrong("resume-secret", "every node", "jwks = keys.json");
  }

  @Test
  void the_clock_skew_is_bounded() {
    assertWrong("clock-skew", "0s to 30s", "clock-skew = 31s");
    assertWrong("clock-skew", "0s to 30s", "clock-skew = -1s");
    assertThat(Tokens.settings("clock-skew = 0s").clockSkew()).isZero();
  }

  @Test
  void a_time_of_nothing_is_refused() {
    assertWrong("resume-lifetime", "1ms to 3650d", "resume-lifetime = 0d");
    assertWrong("jwks-min-interval", "1ms to 1d", "jwks-min-interval = 0s");
  }

  @Test
  void the_default_tenant_must_be_one_that_can_be() {
    assertWrong("tenant", "1 to 128", "tenant = \"\"");
    assertWrong("tenant", "1 to 128", "tenant = \"a/b\"");
  }

  @Test
  void secrets_do_not_get_into_logs() {
    assertThat(Tokens.withSecret("resume-secret = \"" + Tokens.SECRET + "\"").toString())
        .doesNotContain(Tokens.SECRET);
  }

  private static void assertWrong(String key, String sentence, String... lines) {
    assertThatThrownBy(() -> Tokens.settings(lines))
        .isInstanceOf(ConfigException.BadValue.class)
        .hasMessageContaining("viesti.auth." + key)
        .hasMessageContaining(sentence);
  }
}
