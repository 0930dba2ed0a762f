package org.viesti.edge.socketio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Scripts of src/test/npm, with the client that people get from npm. */
final class Npm {
  private static final Path MODULES = Path.of("target", "npm-socketio").toAbsolutePath();

  private Npm() {}

  static void install() throws IOException, InterruptedException {
    run(
        "npm",
        "install",
        "--silent",
        "--no-package-lock",
        "--no-audit",
        "--prefix",
        MODULES.toString(),
        "socket.io-client@4.8.4");
  }

  /** What a script prints, once it has ended well. */
  static List<String> script(String name, String... args) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "env",
                "NODE_PATH=" + MODULES.resolve("node_modules"),
                "node",
                "src/test/npm/" + name));
    command.addAll(List.of(args));
    return run(command.toArray(String[]::new));
  }

  private static List<String> run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      List<String> lines = process.inputReader(UTF_8).lines().toList();
      assertThat(process.waitFor()).as(String.join("\n", lines)).isZero();
      return lines;
    } finally {
      process.destroyForcibly();
    }
  }
}
