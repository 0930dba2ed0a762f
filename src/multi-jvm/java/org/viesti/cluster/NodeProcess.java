package org.viesti.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.viesti.testkit.Await;

/** One JVM of the packaged node: the same ports, settings and log file over all its lives. */
final class NodeProcess {
  private static final Path JAR =
      Path.of(System.getProperty("test.jar", "target/viesti-0.1.0-SNAPSHOT.jar"));
  private static final Path LOGBACK = Path.of("src/multi-jvm/resources/logback-node.xml");
  private static final Duration READY = Duration.ofSeconds(90);
  private static final Duration GRACE = Duration.ofSeconds(30);
  private static final int TAIL = 60;

  /** Whatever happens to the test, no node outlives its JVM. */
  private static final Set<Process> STARTED = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> STARTED.forEach(Process::destroyForcibly)));
  }

  private final String name;
  private final Path folder;
  private final Path log;
  private final Map<String, String> settings;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();
  private @Nullable Process process;

  /**
   * @param settings by their full names; the ports are among them
   */
  NodeProcess(String name, Path folder, Map<String, String> settings) {
    this.name = name;
    this.folder = folder;
    this.log = folder.resolve(name + ".log");
    this.settings = settings;
  }

  /** Starts the JVM, for the first time or again; does not wait for it. */
  NodeProcess start() {
    if (process != null && process.isAlive()) {
      throw new IllegalStateException(name + " is running");
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx512m",
            "-XX:+UseCompactObjectHeaders",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED",
            "-Dlogback.configurationFile=" + LOGBACK.toAbsolutePath()));
    settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.addAll(List.of("-jar", JAR.toAbsolutePath().toString(), "node"));
    try {
      process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    STARTED.add(process);
    return this;
  }

  /**
   * Returns once the node says it is ready; fails with its log if it ends before, or takes too
   * long.
   */
  NodeProcess awaitReady() {
    URI ready = URI.create("http://127.0.0.1:" + port("management") + "/ready");
    Await.until(
        READY,
        () -> name + " is not ready" + tail(),
        () -> {
          if (!running().isAlive()) {
            throw new AssertionError(name + " ended with " + running().exitValue() + tail());
          }
          return answers(ready);
        });
    return this;
  }

  private boolean answers(URI uri) throws InterruptedException {
    try {
      HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(2)).build();
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** {@code kill -9}. */
  void kill() {
    running().destroyForcibly();
    awaitExit(GRACE);
  }

  /** Writes what lives on its heap. */
  void dumpHeap(Path to) throws IOException, InterruptedException {
    Process dump =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(running().pid()),
                "GC.heap_dump",
                to.toAbsolutePath().toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(dump.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (dump.waitFor() != 0 || !Files.exists(to)) {
      throw new AssertionError(name + " has no heap to show: " + said);
    }
  }

  /** Everything it has written: its log, and its database if that is in files. */
  List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  /** {@code kill -STOP}: its links stay, but nothing answers. */
  void freeze() {
    signal("STOP");
  }

  /** {@code kill -CONT}. */
  void thaw() {
    signal("CONT");
  }

  private void signal(String signal) {
    try {
      Process kill =
          new ProcessBuilder("kill", "-" + signal, Long.toString(running().pid())).start();
      if (kill.waitFor() != 0) {
        throw new AssertionError(name + " could not be sent SIG" + signal);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** SIGTERM, and the time to leave in good order. */
  void stop() {
    running().destroy();
    awaitExit(GRACE);
  }

  private void awaitExit(Duration most) {
    Process ending = running();
    try {
      if (!ending.waitFor(most.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError(name + " did not end within " + most + tail());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    STARTED.remove(ending);
  }

  /** Kills it if it runs. */
  void discard() {
    if (process != null && process.isAlive()) {
      kill();
    }
  }

  private Process running() {
    if (process == null) {
      throw new IllegalStateException(name + " was never started");
    }
    return process;
  }

  private String port(String listener) {
    return String.valueOf(settings.get("viesti." + listener + ".port"));
  }

  /** Where its calls are. */
  URI calls() {
    return URI.create("http://127.0.0.1:" + port("http"));
  }

  /** Where it speaks MQTT. */
  int mqtt() {
    return Integer.parseInt(port("mqtt"));
  }

  /** Where its live connections are. */
  URI live() {
    return URI.create("ws://127.0.0.1:" + port("live") + "/ws");
  }

  /** Its operators' door. */
  URI management() {
    return URI.create("http://127.0.0.1:" + port("management"));
  }

  /** The end of its log, to stand in an assertion's message. */
  String tail() {
    try {
      List<String> lines = Files.readAllLines(log);
      return "\n--- the end of "
          + log
          + "\n"
          + String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL), lines.size()))
          + "\n---";
    } catch (IOException e) {
      return " (no log: " + e + ")";
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
