package org.viesti;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.testkit.Tokens;
import org.yaml.snakeyaml.Yaml;

/** What lies in deploy/ agrees with the node, with itself, and can be read. */
class DeployTest {
  private static final Path DEPLOY = Path.of("deploy");
  private static final Config REFERENCE = Settings.load(ConfigFactory.empty());

  /** A node's own patience when it is told to stop. */
  private static final int DRAINED_AFTER = 60;

  private static final Map<String, Integer> PORTS =
      Map.of("calls", 8080, "live", 8081, "mqtt", 1883, "management", 8558, "cluster", 7355);

  private static String read(String file) {
    try {
      return Files.readString(DEPLOY.resolve(file));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static List<JsonNode> yaml(String file) {
    List<JsonNode> documents = new ArrayList<>();
    new Yaml()
        .loadAll(read(file))
        .forEach(document -> documents.add(new ObjectMapper().valueToTree(document)));
    return documents;
  }

  private static JsonNode compose() {
    return yaml("compose.yaml").getFirst().path("services");
  }

  private static JsonNode kubernetes(String kind, String name) {
    return yaml("kubernetes.yaml").stream()
        .filter(document -> document.path("kind").asText().equals(kind))
        .filter(document -> document.at("/metadata/name").asText().equals(name))
        .findAny()
        .orElseThrow();
  }

  private static JsonNode pod() {
    return kubernetes("StatefulSet", "viesti").at("/spec/template");
  }

  private static JsonNode container() {
    return pod().at("/spec/containers/0");
  }

  private static TreeMap<String, String> composeEnvironment(String node) {
    TreeMap<String, String> environment = new TreeMap<>();
    compose()
        .path(node)
        .path("environment")
        .properties()
        .forEach(entry -> environment.put(entry.getKey(), entry.getValue().asText()));
    return environment;
  }

  private static TreeMap<String, String> kubernetesEnvironment() {
    TreeMap<String, String> environment = new TreeMap<>();
    kubernetes("ConfigMap", "viesti")
        .path("data")
        .properties()
        .forEach(entry -> environment.put(entry.getKey(), entry.getValue().asText()));
    container()
        .path("env")
        .forEach(
            entry -> environment.put(entry.path("name").asText(), entry.path("value").asText("")));
    return environment;
  }

  /** The variables that the container's configuration asks for. */
  private static Set<String> variables() {
    Set<String> variables = new TreeSet<>();
    Matcher each = Pattern.compile("\\$\\{\\??(VIESTI_\\w+)}").matcher(read("viesti.conf"));
    while (each.find()) {
      variables.add(each.group(1));
    }
    return variables;
  }

  // Settings.

  private static Settings settings(Map<String, String> environment) {
    environment.replaceAll(
        (name, value) ->
            switch (name) {
              case "VIESTI_AUTH_SECRET" -> "0123456789abcdef0123456789abcdef";
              case "VIESTI_GATEWAY_KEY" -> Tokens.GATEWAY_KEY;
              default -> value;
            });
    return Settings.of(
        Settings.load(
            ConfigFactory.parseFile(DEPLOY.resolve("viesti.conf").toFile())
                .withFallback(ConfigFactory.parseMap(environment))));
  }

  @Test
  void the_containers_settings_are_a_nodes_with_either_environment() {
    for (Map<String, String> environment :
        List.of(composeEnvironment("node1"), kubernetesEnvironment())) {
      Settings settings = settings(environment);
      assertThat(settings.clusterOfOne()).isFalse();
      assertThat(settings.security().usesDevelopmentKey()).isFalse();
      assertThat(settings.database().url()).startsWith("jdbc:postgresql://database/");
      assertThat(settings.live().host()).isEqualTo("0.0.0.0");
      assertThat(settings.config().getStringList("pekko.cluster.seed-nodes")).hasSize(3);
      assertThat(settings.config().getString("pekko.remote.artery.canonical.hostname"))
          .isEqualTo(environment.get("VIESTI_HOST"));
    }
  }

  @Test
  void every_variable_that_is_given_is_asked_for_and_the_other_way_round() {
    assertThat(composeEnvironment("node0").keySet()).isEqualTo(variables());
    Set<String> given = kubernetesEnvironment().keySet();
    assertThat(given).containsAll(variables());
    given.removeAll(variables());
    assertThat(given).containsExactly("POD_NAME");
  }

  @Test
  void the_nodes_name_one_another() {
    for (String node : List.of("node0", "node1", "node2")) {
      Map<String, String> environment = composeEnvironment(node);
      assertThat(environment).containsEntry("VIESTI_HOST", node);
      assertThat(environment.values()).contains("pekko://viesti@" + node + ":7355");
    }
    String service = kubernetes("StatefulSet", "viesti").at("/spec/serviceName").asText();
    assertThat(kubernetes("Service", service).at("/spec/clusterIP").asText()).isEqualTo("None");
    assertThat(kubernetes("Service", service).at("/spec/publishNotReadyAddresses").asBoolean())
        .isTrue();
    for (int i = 0; i < kubernetes("StatefulSet", "viesti").at("/spec/replicas").asInt(); i++) {
      assertThat(kubernetesEnvironment())
          .containsEntry(
              "VIESTI_SEED_" + i, "pekko://viesti@viesti-" + i + "." + service + ":7355");
    }
  }

  // Ports.

  @Test
  void the_ports_are_those_of_the_reference() {
    assertThat(PORTS)
        .containsEntry("calls", REFERENCE.getInt("viesti.http.port"))
        .containsEntry("live", REFERENCE.getInt("viesti.live.port"))
        .containsEntry("mqtt", REFERENCE.getInt("viesti.mqtt.port"))
        .containsEntry("management", REFERENCE.getInt("viesti.management.port"))
        .containsEntry("cluster", REFERENCE.getInt("viesti.cluster.port"));
    assertThat(line("EXPOSE").split(" "))
        .containsExactlyInAnyOrderElementsOf(PORTS.values().stream().map(String::valueOf).toList());
    Map<String, Integer> ports = new TreeMap<>();
    container()
        .path("ports")
        .forEach(port -> ports.put(port.path("name").asText(), port.path("containerPort").asInt()));
    assertThat(ports).isEqualTo(new TreeMap<>(PORTS));
    for (String node : List.of("node0", "node1", "node2")) {
      List<String> published = new ArrayList<>();
      compose()
          .path(node)
          .path("ports")
          .forEach(port -> published.add(port.asText().replaceAll(".*:", "")));
      assertThat(published).containsExactly("8080", "8081", "1883");
    }
    for (String service : List.of("viesti", "viesti-nodes")) {
      for (JsonNode port : kubernetes("Service", service).at("/spec/ports")) {
        assertThat(PORTS)
            .containsEntry(port.path("targetPort").asText(), port.path("port").asInt());
      }
    }
  }

  // Life and end.

  @Test
  void probes_ask_what_management_answers() {
    assertThat(container().at("/readinessProbe/httpGet/path").asText()).isEqualTo("/ready");
    assertThat(container().at("/startupProbe/httpGet/path").asText()).isEqualTo("/ready");
    assertThat(container().at("/livenessProbe/httpGet/path").asText()).isEqualTo("/alive");
    for (String probe : List.of("readinessProbe", "startupProbe", "livenessProbe")) {
      assertThat(container().path(probe).at("/httpGet/port").asText()).isEqualTo("management");
    }
    assertThat(REFERENCE.getString("pekko.management.health-checks.readiness-path"))
        .isEqualTo("ready");
    assertThat(REFERENCE.getString("pekko.management.health-checks.liveness-path"))
        .isEqualTo("alive");
  }

  @Test
  void the_images_own_check_tells_a_node_that_lives_from_none(@TempDir Path folder)
      throws Exception {
    int port = freePort();
    try (TestNode node = TestNode.start(folder, "management.port", port)) {
      assertThat(check(port)).as("while the node lives").isZero();
      assertThat(node.live().getPort()).isPositive();
    }
    assertThat(check(port)).as("when there is none").isNotZero();
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private static int check(int port) throws Exception {
    List<String> command = new ArrayList<>();
    String words =
        read("Dockerfile").replaceFirst("(?s).*HEALTHCHECK[^\\n]*\\n *CMD ([^\\n]*)\\n.*", "$1");
    new ObjectMapper()
        .readTree(words)
        .forEach(word -> command.add(word.asText().replace("/8558", "/" + port)));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  @Test
  void a_node_has_time_to_drain() {
    int sleep = container().at("/lifecycle/preStop/exec/command/1").asInt();
    assertThat(sleep).isPositive();
    assertThat(pod().at("/spec/terminationGracePeriodSeconds").asInt())
        .isGreaterThanOrEqualTo(sleep + DRAINED_AFTER);
    for (String node : List.of("node0", "node1", "node2")) {
      assertThat(compose().path(node).path("stop_grace_period").asText())
          .isEqualTo(DRAINED_AFTER + "s");
    }
    assertThat(
            REFERENCE.getDuration(
                "pekko.coordinated-shutdown.phases.service-requests-done.timeout"))
        .isLessThan(java.time.Duration.ofSeconds(DRAINED_AFTER));
  }

  @Test
  void one_node_at_a_time_may_be_taken_away() {
    JsonNode budget = kubernetes("PodDisruptionBudget", "viesti");
    assertThat(budget.at("/spec/maxUnavailable").asInt()).isEqualTo(1);
    JsonNode labels = pod().at("/metadata/labels");
    assertThat(budget.at("/spec/selector/matchLabels")).isEqualTo(labels);
    assertThat(kubernetes("StatefulSet", "viesti").at("/spec/selector/matchLabels"))
        .isEqualTo(labels);
    assertThat(kubernetes("Service", "viesti").at("/spec/selector")).isEqualTo(labels);
    assertThat(kubernetes("Service", "viesti-nodes").at("/spec/selector")).isEqualTo(labels);
  }

  // The image.

  private static String line(String instruction) {
    return read("Dockerfile")
        .lines()
        .filter(line -> line.startsWith(instruction + " "))
        .map(line -> line.substring(instruction.length() + 1))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void the_image_runs_the_node_as_nobody_in_particular() throws Exception {
    List<String> command = new ArrayList<>();
    new ObjectMapper().readTree(line("ENTRYPOINT")).forEach(word -> command.add(word.asText()));
    assertThat(Class.forName(command.getLast()).getMethod("main", String[].class)).isNotNull();
    String pom = Files.readString(Path.of("pom.xml"));
    assertThat(pom).contains("<main.class>" + command.getLast() + "</main.class>");
    String flags = pom.replaceFirst("(?s).*<jvm.flags>(.*)</jvm.flags>.*", "$1");
    assertThat(command).contains(flags.split(" "));
    assertThat(line("FROM")).contains(":" + release(pom) + "-jre");
    assertThat(line("USER")).isEqualTo("10001:10001");
    assertThat(pod().at("/spec/securityContext/runAsNonRoot").asBoolean()).isTrue();
    assertThat(pod().at("/spec/securityContext/runAsUser").asInt()).isEqualTo(10001);
    try (Stream<String> lines = read("Dockerfile").lines()) {
      assertThat(lines.filter(line -> line.startsWith("COPY deploy/")))
          .isNotEmpty()
          .allSatisfy(line -> assertThat(Path.of(line.split(" ")[1])).exists());
    }
    assertThat(pom).contains("<outputDirectory>${project.build.directory}/lib</outputDirectory>");
  }

  private static String release(String pom) {
    return pom.replaceFirst("(?s).*<maven.compiler.release>(\\d+)<.*", "$1");
  }
}
