package org.viesti.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viesti.testkit.TestHost;

/** What a platform is told is refused as any other setting is: by its name, and its bounds. */
class WebSettingsTest {

  private static Platform platform(String id) {
    return ServiceLoader.load(Platform.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(platform -> platform.description().id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
    "feeds, timeout, 0s, 1ms to 1m",
    "feeds, timeout, 61s, 1ms to 1m",
    "feeds, max-bytes, 1023, 1KiB to 256MiB",
    "feeds, max-bytes, 257MiB, 1KiB to 256MiB",
    "feeds, max-tags, 0, 1 to 10000000",
    "feeds, max-tags, 10000001, 1 to 10000000",
    "feeds, max-result-bytes, 1023, 1KiB to 256MiB",
    "feeds, max-result-bytes, 257MiB, 1KiB to 256MiB",
    "feeds, max-redirects, -1, 0 to 100",
    "feeds, max-redirects, 101, 0 to 100",
    "metadata, timeout, 61s, 1ms to 1m",
    "metadata, max-bytes, 1023, 1KiB to 256MiB",
    "metadata, max-tags, 0, 1 to 10000000",
    "metadata, max-redirects, 101, 0 to 100"
  })
  void a_value_out_of_its_bounds_is_refused(String id, String key, String value, String bounds) {
    String path = "viesti.gateway.platforms." + id + "." + key;
    assertThatExceptionOfType(ConfigException.BadValue.class)
        .isThrownBy(() -> platform(id).open(TestHost.with(id, Map.of(key, value))))
        .withMessageContaining(path)
        .withMessageContaining("must be " + bounds + ",");
    assertThat(
            Objects.requireNonNull(
                    ConfigFactory.parseResources("reference.conf").getValue(path).origin())
                .comments())
        .contains(" " + bounds);
  }

  @ParameterizedTest
  @CsvSource({"feeds, timeout", "feeds, max-redirects", "metadata, allow-private-addresses"})
  void a_value_of_another_type_is_refused_by_its_name(String id, String key) {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> platform(id).open(TestHost.with(id, Map.of(key, "many"))))
        .withMessageContaining("viesti.gateway.platforms." + id + "." + key);
  }
}
