package org.viesti.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Debian's {@code ngircd}: an IRC server of its own on a free port. */
public final class Ngircd implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Path folder;
  private final int port;
  private @Nullable Process process;

  private Ngircd(Path folder, int port) {
    this.folder = folder;
    this.port = port;
  }

  /**
   * Starts one.
   *
   * @param folder for its files; it may have others in it
   * @param more lines of its configuration: of its section Global, then whole sections
   */
  public static Ngircd in(Path folder, String... more) throws IOException {
    Ngircd server = new Ngircd(folder, MosquittoBroker.freePort());
    List<String> lines = new ArrayList<>();
    lines.addAll(List.of("[Limits]", "MaxConnectionsIP = 0", "MaxJoins = 0"));
    lines.addAll(List.of("MaxNickLength = 20", "MaxPenaltyTime = 0"));
    lines.addAll(List.of("[Options]", "DNS = no", "Ident = no", "PAM = no"));
    lines.addAll(List.of("[Global]", "Name = irc.viesti.test", "Info = a test"));
    lines.addAll(List.of("Listen = 127.0.0.1", "Ports = " + server.port));
    lines.add("MotdFile = " + folder.resolve("none"));
    lines.addAll(List.of(more));
    Files.write(folder.resolve("ngircd.conf"), lines);
    server.start();
    return server;
  }

  public int port() {
    return port;
  }

  /** Starts it again; returns when it listens. */
  public void start() throws IOException {
    Path log = folder.resolve("ngircd.log");
    Process started =
        new ProcessBuilder(binary(), "-n", "-f", folder.resolve("ngircd.conf").toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    process = started;
    Await.until(
        PATIENCE, () -> "ngircd does not listen; see " + log, () -> started.isAlive() && listens());
  }

  /** Debian keeps it where only root's path leads. */
  private static String binary() {
    Path debian = Path.of("/usr/sbin/ngircd");
    return Files.isExecutable(debian) ? debian.toString() : "ngircd";
  }

  private boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  public void stop() throws InterruptedException {
    if (process != null) {
      process.destroy();
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      process = null;
    }
  }

  @Override
  public void close() throws InterruptedException {
    stop();
  }
}
