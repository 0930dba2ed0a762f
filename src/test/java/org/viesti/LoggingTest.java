package org.viesti;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What a process logs is decided once, at its start: each test starts one. */
class LoggingTest {
  /** Logs a little of everything. */
  static final class Talker {
    private Talker() {}

    public static void main(String[] args) {
      LoggerFactory.getLogger("org.viesti.Talker").debug("a detail");
      LoggerFactory.getLogger("org.viesti.Talker").info("a \"step\"");
      LoggerFactory.getLogger("com.example").info("a stranger's step");
      LoggerFactory.getLogger("com.example").warn("a stranger's trouble");
    }
  }

  private record Said(int code, String out, String err) {}

  @Test
  void by_default_our_steps_and_others_troubles_are_lines_on_stderr() throws Exception {
    Said said = start(Talker.class, Map.of());

    assertThat(said.out()).isEmpty();
    assertThat(said.err().lines())
        .satisfiesExactly(
            line -> assertThat(line).endsWith("INFO  org.viesti.Talker - a \"step\""),
            line -> assertThat(line).endsWith("WARN  com.example - a stranger's trouble"));
  }

  @Test
  void they_can_be_json() throws Exception {
    Said said = start(Talker.class, Map.of("VIESTI_LOG", "json"));

    assertThat(said.out()).isEmpty();
    assertThat(said.err().lines()).hasSize(2);
    JsonNode first = new JsonMapper().readTree(said.err().lines().findFirst().orElseThrow());
    assertThat(first.path("message").asText()).isEqualTo("a \"step\"");
    assertThat(first.path("level").asText()).isEqualTo("INFO");
  }

  @Test
  void our_level_can_be_chosen() throws Exception {
    assertThat(start(Talker.class, Map.of("VIESTI_LOG_LEVEL", "debug")).err())
        .contains("DEBUG", "a detail")
        .doesNotContain("a stranger's step");
    assertThat(start(Talker.class, Map.of("VIESTI_LOG_LEVEL", "warn")).err())
        .doesNotContain("step");
  }

  @Test
  void a_form_of_logs_that_does_not_exist_is_refused() throws Exception {
    Said said = start(Main.class, Map.of("VIESTI_LOG", "xml"), "token", "--help");

    assertThat(said.code()).isEqualTo(2);
    assertThat(said.err().strip()).isEqualTo("viesti: VIESTI_LOG must be text or json");
  }

  private static Said start(Class<?> main, Map<String, String> environment, String... args)
      throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    ProcessBuilder process = new ProcessBuilder(java);
    // The tests' own logback-test.xml would come first.
    process.command().add("-Dlogback.configurationFile=logback.xml");
    process.command().addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    process.command().addAll(List.of(args));
    process.environment().keySet().removeIf(name -> name.startsWith("VIESTI_"));
    process.environment().putAll(environment);
    Process started = process.start();
    // A few lines fit into the pipes, so neither has to be read while it runs.
    assertThat(started.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return new Said(
        started.exitValue(),
        new String(started.getInputStream().readAllBytes(), StandardCharsets.UTF_8),
        new String(started.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
  }
}
