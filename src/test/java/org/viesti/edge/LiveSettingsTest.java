package org.viesti.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiveSettingsTest {
  private static final Config REFERENCE = ConfigFactory.parseResources("reference.conf");

  @Test
  void the_reference_listens_on_loopback_only() {
    assertThat(LiveSettings.from(REFERENCE))
        .isEqualTo(
            new LiveSettings(
                "127.0.0.1",
                8081,
                0,
                131_072,
                Duration.ofSeconds(10),
                Duration.ofSeconds(2),
                true,
                1024,
                null));
  }

  @Test
  void a_certificate_and_its_key_switch_tls_on() {
    assertThat(with("tls { certificate = a.crt, key = a.key }").tls())
        .isEqualTo(new LiveSettings.Tls("a.crt", "a.key"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "port = 70000",
        "port = -1",
        "threads = -1",
        "max-frame-bytes = 10",
        "deflate-threshold = -1",
        "tls.certificate = a.crt"
      })
  void a_setting_out_of_its_bounds_is_named(String setting) {
    String key = setting.substring(0, setting.indexOf(' ')).replace(".certificate", "");
    assertThatThrownBy(() -> with(setting))
        .isInstanceOf(ConfigException.BadValue.class)
        .hasMessageContaining("viesti.live." + key);
  }

  private static LiveSettings with(String setting) {
    return LiveSettings.from(
        ConfigFactory.parseString("viesti.live { " + setting + " }").withFallback(REFERENCE));
  }
}
