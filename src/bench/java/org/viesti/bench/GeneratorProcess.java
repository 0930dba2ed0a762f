package org.viesti.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The driver's end of a {@link LoadGenerator}. */
final class GeneratorProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final BufferedReader answers;

  private GeneratorProcess(Process process) {
    this.process = process;
    this.answers = process.inputReader();
  }

  /** Starts a generator and returns when its devices are connected. */
  static GeneratorProcess start(BenchSettings settings, Plan plan) throws IOException {
    return start(settings, "chat", plan);
  }

  /** Starts one whose clients speak MQTT. */
  static GeneratorProcess start(BenchSettings settings, MqttPlan plan) throws IOException {
    return start(settings, "mqtt", plan);
  }

  private static GeneratorProcess start(BenchSettings settings, String protocol, Object plan)
      throws IOException {
    // Its garbage dies at once, and a parallel collector would only take turns with the node.
    List<String> command =
        List.of(
            BenchSettings.java(),
            "-XX:+UseSerialGC",
            "-Xms512m",
            "-Xmx2g",
            "-Xmn96m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dlogback.configurationFile=" + settings.logback(),
            "-classpath",
            settings.classpath(),
            LoadGenerator.class.getName(),
            protocol,
            JSON.writeValueAsString(plan));
    GeneratorProcess generator =
        new GeneratorProcess(
            new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    generator.await("connected");
    return generator;
  }

  /** Drives one load; {@code sample} is run as the measurement begins and as it ends. */
  Outcome run(Load load, Runnable sample) throws IOException {
    process.outputWriter().write(JSON.writeValueAsString(load) + "\n");
    process.outputWriter().flush();
    await("begin");
    sample.run();
    await("end");
    sample.run();
    return JSON.readValue(line(), Outcome.class);
  }

  double cpuSeconds() {
    return Proc.cpuSeconds(process.pid());
  }

  private void await(String word) throws IOException {
    String line = line();
    if (!line.equals(word)) {
      throw new IllegalStateException("the generator said " + line + " in place of " + word);
    }
  }

  private String line() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new IllegalStateException("the generator is gone");
    }
    return line;
  }

  @Override
  public void close() throws InterruptedException {
    try {
      process.outputWriter().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
