package org.viesti.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Debian's {@code mosquitto}: a broker of its own on a free port, that knows its sessions again
 * when it is started again.
 */
public final class MosquittoBroker implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Path folder;
  private final int port;
  private @Nullable Process process;

  private MosquittoBroker(Path folder, int port) {
    this.folder = folder;
    this.port = port;
  }

  /**
   * Starts one.
   *
   * @param folder for its files; it may have others in it
   * @param more lines of its configuration, after its listener's
   */
  public static MosquittoBroker in(Path folder, String... more) throws IOException {
    MosquittoBroker broker = new MosquittoBroker(folder, freePort());
    List<String> lines = new ArrayList<>();
    lines.add("user " + System.getProperty("user.name"));
    lines.add("persistence true");
    lines.add("persistence_location " + folder.toAbsolutePath() + "/");
    lines.add("max_queued_messages 100000");
    lines.add("listener " + broker.port + " 127.0.0.1");
    lines.addAll(List.of(more));
    if (List.of(more).stream().noneMatch(line -> line.startsWith("allow_anonymous"))) {
      lines.add("allow_anonymous true");
    }
    Files.write(folder.resolve("mosquitto.conf"), lines);
    broker.start();
    return broker;
  }

  /** Of a broker that listens nowhere yet. */
  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  public int port() {
    return port;
  }

  /** Starts it again; returns when it listens. */
  public void start() throws IOException {
    Path log = folder.resolve("mosquitto.log");
    Process started =
        new ProcessBuilder(binary(), "-c", folder.resolve("mosquitto.conf").toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    process = started;
    Await.until(
        PATIENCE,
        () -> "mosquitto does not listen; see " + log,
        () -> started.isAlive() && listens());
  }

  /** Debian keeps it where only root's path leads. */
  private static String binary() {
    Path debian = Path.of("/usr/sbin/mosquitto");
    return Files.isExecutable(debian) ? debian.toString() : "mosquitto";
  }

  private boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Stops it; it writes down what it knows. */
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
