package org.viesti;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.viesti.testkit.Shows;

/** reference.conf, the code that reads it, and the tests that show what it does, agree. */
class SettingsTest {
  private static final Config DEFAULTS = Settings.load(ConfigFactory.empty());

  /** The keys of reference.conf, without the {@code viesti} before them. */
  private static final TreeMap<String, ConfigValue> REFERENCE = reference();

  private static TreeMap<String, ConfigValue> reference() {
    TreeMap<String, ConfigValue> keys = new TreeMap<>();
    Config viesti =
        ConfigFactory.parseResources("reference.conf").withOnlyPath("viesti").getConfig("viesti");
    viesti.entrySet().forEach(entry -> keys.put(entry.getKey(), entry.getValue()));
    return keys;
  }

  private static ConfigValue given(String key) {
    return Objects.requireNonNull(REFERENCE.get(key), key);
  }

  private static Set<String> keys() {
    return REFERENCE.keySet();
  }

  private static Settings with(String key, Object value) {
    return Settings.of(
        DEFAULTS.withValue("viesti." + key, ConfigValueFactory.fromAnyRef(value, "test")));
  }

  /** Those a provider or a platform asks for are its own. */
  private static boolean isProviders(String key) {
    return key.startsWith("push.providers.") || key.startsWith("gateway.platforms.");
  }

  // What is read.

  @Test
  void every_key_is_read_or_handed_to_Pekko() {
    Set<String> read = new HashSet<>();
    Settings.of(recording(DEFAULTS, read));
    List<String> dead =
        keys().stream()
            .filter(key -> !isProviders(key))
            .filter(key -> !read.contains("viesti." + key) && !isHandedToPekko(key))
            .toList();
    assertThat(dead).isEmpty();
    assertThat(read).contains("viesti.push.providers");
  }

  @Test
  void every_key_that_is_read_is_in_the_reference() {
    Set<String> read = new HashSet<>();
    Settings.of(recording(DEFAULTS, read));
    assertThat(read)
        .filteredOn(path -> path.startsWith("viesti."))
        .hasSizeGreaterThan(50)
        .allSatisfy(
            path ->
                assertThat(keys()).anyMatch(key -> ("viesti." + key + ".").startsWith(path + ".")));
  }

  /** Notes each path that is asked for; of what is taken out whole, nothing is noted. */
  private static Config recording(Config config, Set<String> read) {
    return (Config)
        Proxy.newProxyInstance(
            SettingsTest.class.getClassLoader(),
            new Class<?>[] {Config.class},
            (proxy, method, args) -> {
              if (args != null && args[0] instanceof String path) {
                read.add(path);
              }
              try {
                return method.invoke(config, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static boolean isHandedToPekko(String key) {
    Object other =
        switch (given(key).valueType()) {
          case LIST -> List.of("pekko://viesti@127.0.0.1:1");
          case NUMBER -> 1;
          default -> "127.0.0.9";
        };
    Config changed = Settings.load(ConfigFactory.parseMap(Map.of("viesti." + key, other)));
    return !changed.withoutPath("viesti").equals(DEFAULTS.withoutPath("viesti"));
  }

  /** A value that is read and then never asked for does nothing. */
  @Test
  void every_value_that_is_read_is_asked_for() {
    JavaClasses classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.viesti");
    List<String> dead = new ArrayList<>();
    for (JavaClass type : classes) {
      if (!type.isRecord() || !type.getSimpleName().endsWith("Settings")) {
        continue;
      }
      for (JavaField field : type.getFields()) {
        boolean asked =
            type.tryGetMethod(field.getName())
                    .filter(accessor -> !accessor.getAccessesToSelf().isEmpty())
                    .isPresent()
                || field.getAccessesToSelf().stream()
                    .filter(access -> access.getAccessType() == JavaFieldAccess.AccessType.GET)
                    .anyMatch(access -> !access.getOrigin().getName().equals(field.getName()));
        if (!asked && !field.getModifiers().toString().contains("STATIC")) {
          dead.add(field.getFullName());
        }
      }
    }
    assertThat(dead).isEmpty();
  }

  // What is refused.

  static Stream<String> ownKeys() {
    return keys().stream().filter(key -> !isProviders(key));
  }

  @ParameterizedTest
  @MethodSource("ownKeys")
  void a_value_of_another_type_is_refused_by_its_name(String key) {
    Object wrong =
        switch (given(key).valueType()) {
          case NUMBER, BOOLEAN, LIST -> "many";
          default -> Map.of("of", "another shape");
        };
    assertThatThrownBy(() -> with(key, wrong))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("viesti." + key);
  }

  /** Numbers, times and sizes; not those of providers. */
  static Stream<String> quantities() {
    return ownKeys().filter(key -> quantity(key) != null);
  }

  private static @Nullable String quantity(String key) {
    String value = given(key).unwrapped().toString();
    if (given(key).valueType() == com.typesafe.config.ConfigValueType.NUMBER) {
      return "";
    }
    return value.matches("[0-9]+(ms|s|m|h|d|KiB|MiB|GiB)") ? value.replaceAll("[0-9]+", "") : null;
  }

  @ParameterizedTest
  @MethodSource("quantities")
  void a_value_out_of_its_bounds_is_refused_by_its_name_and_the_bounds_that_are_documented(
      String key) {
    String unit = String.valueOf(quantity(key));
    // Less than no bytes is refused before anyone asks for bounds.
    for (String wrong : unit.endsWith("B") ? List.of("2000000000") : List.of("-1", "2000000000")) {
      assertThatThrownBy(() -> with(key, wrong + unit.replaceAll("^[a-z]+", "d")))
          .isInstanceOf(ConfigException.BadValue.class)
          .hasMessageContaining("viesti." + key)
          .satisfies(
              refusal -> {
                String bounds =
                    Objects.requireNonNull(refusal.getMessage())
                        .replaceFirst("(?s).*must be (\\S+ to \\S+), not .*", "$1");
                assertThat(given(key).origin().comments())
                    .as(key + " in reference.conf")
                    .contains(" " + bounds);
              });
    }
  }

  @Test
  void half_a_thing_is_no_number() {
    assertThatThrownBy(() -> with("room.max-members", 2.5))
        .isInstanceOf(ConfigException.BadValue.class)
        .hasMessageContaining("viesti.room.max-members")
        .hasMessageContaining("whole number");
  }

  @ParameterizedTest
  @CsvSource({
    "http.prot, viesti.http has host",
    "room.max-member, max-members",
    "rooms.max-members, 'viesti has auth, bridge'",
    "push.retry.atempts, attempts",
    "push.provider.log.level, providers",
    "auth.jwks-min-interval.s, viesti.auth.jwks-min-interval",
    "tls, viesti has",
    "bridge.plant.urri, client-id",
    "bridge.defaults.tls.cert, ca"
  })
  void a_key_nobody_knows_is_refused_with_those_that_are_known(String key, String known) {
    assertThatThrownBy(() -> with(key, 1))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(known);
  }

  @Test
  void a_section_is_not_a_value() {
    assertThatThrownBy(() -> with("room", 1))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("viesti.room");
  }

  @Test
  void a_provider_has_keys_of_its_own() {
    assertThat(with("push.providers.mine.key", "k").push().providers())
        .containsEntry("mine", Map.of("key", "k"));
  }

  @Test
  void a_list_may_be_given_as_system_properties_give_it() {
    assertThat(with("cluster.seed-nodes.0", "pekko://viesti@127.0.0.1:1").clusterOfOne()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "http.page-default, 101, viesti.http.page-max",
    "http.request-timeout, 10s, ask-timeout",
    "http.tls.key, key.pem, certificate and key both",
    "live.tls.certificate, chain.pem, certificate and key both",
    "mqtt.tls.key, key.pem, certificate and key both",
    "mqtt.tls.client-ca, ca.pem, viesti.mqtt.tls.client-certificates to optional or required",
    "mqtt.tls.client-certificates, required, viesti.mqtt.tls.client-ca",
    "mqtt.tls.client-certificates, sometimes, 'off, optional or required'",
    "live.hello-grace, 10s, viesti.live.hello-timeout",
    "database.url, jdbc:oracle:x, jdbc:h2: or jdbc:postgresql:",
    "push.call-lifetime, 1s, viesti.push.call-delay",
    "push.retry.max, 999ms, viesti.push.retry.first",
    "connection.drain-max, 99ms, viesti.connection.drain-min"
  })
  void values_that_contradict_one_another_are_refused(String key, String value, String other) {
    assertThatThrownBy(() -> with(key, value))
        .isInstanceOf(ConfigException.BadValue.class)
        .hasMessageContaining("viesti." + key.replaceAll("tls[.].*", "tls"))
        .hasMessageContaining(other);
  }

  @ParameterizedTest
  @CsvSource({
    "topics.shared, best g, least-pending",
    "topics.shared, sticky, strategy group",
    "stream.retention, hot 1d 0, name time bytes filter",
    "stream.retention, Hot 1d 0 a, a name must be",
    "stream.retention, hot soon 0 a, soon",
    "stream.retention, hot 1d much a, much",
    "stream.retention, hot -1s 0 a, below zero",
    "stream.retention, hot 1d 0 a#, #",
    "stream.retention, hot 1d 0 $share/g/a, shared",
  })
  void a_rule_that_cannot_be_read_is_refused_with_what_it_must_be(
      String key, String rule, String why) {
    assertThatThrownBy(() -> with(key, List.of(rule)))
        .isInstanceOf(ConfigException.BadValue.class)
        .hasMessageContaining("viesti." + key)
        .hasMessageContaining(why);
  }

  @Test
  void two_rules_of_retention_have_two_names() {
    assertThatThrownBy(() -> with("stream.retention", List.of("hot 1d 0 a", "hot 2d 0 b")))
        .hasMessageContaining("two rules of one name");
  }

  @Test
  void a_node_says_in_one_line_what_is_wrong_and_does_not_start() throws Exception {
    java.nio.file.Path file = java.nio.file.Files.createTempFile("viesti", ".conf");
    java.nio.file.Files.writeString(file, "viesti.room { max-members = 1 }");
    Cli.Result result = Cli.run("node", "--config", file.toString());
    java.nio.file.Files.delete(file);
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).contains("viesti.room.max-members", "2 to 1000000", ".conf: 1");
  }

  @Test
  void the_defaults_are_in_order() {
    assertThatCode(() -> Settings.of(DEFAULTS)).doesNotThrowAnyException();
  }

  // What is shown.

  @Test
  void every_key_has_one_test_that_shows_what_it_does() {
    JavaClasses tests =
        new ClassFileImporter()
            .withImportOption(new ImportOption.OnlyIncludeTests())
            .importPackages("org.viesti");
    Map<String, List<String>> shown = new TreeMap<>();
    for (JavaClass type : tests) {
      for (JavaMethod method : type.getMethods()) {
        if (method.isAnnotatedWith(Shows.class)) {
          assertThat(
                  method.isAnnotatedWith(Test.class)
                      || method.isAnnotatedWith(ParameterizedTest.class))
              .as(method.getFullName() + " is a test")
              .isTrue();
          for (String key : method.getAnnotationOfType(Shows.class).value()) {
            shown.computeIfAbsent(key, k -> new ArrayList<>()).add(method.getFullName());
          }
        }
      }
    }
    assertThat(shown).allSatisfy((key, by) -> assertThat(by).as(key).hasSize(1));
    TreeSet<String> unshown = new TreeSet<>(keys());
    unshown.removeAll(shown.keySet());
    assertThat(unshown).as("keys without a test").isEmpty();
    assertThat(keys()).as("what tests name").containsAll(shown.keySet());
  }
}
