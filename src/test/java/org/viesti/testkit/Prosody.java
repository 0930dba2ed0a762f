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

/**
 * Debian's {@code prosody}: an XMPP server of its own on a free port, for {@code localhost} with
 * rooms at {@code conference.localhost}, that speaks to no other server.
 */
public final class Prosody implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Path folder;
  private final int port;
  private @Nullable Process process;

  private Prosody(Path folder, int port) {
    this.folder = folder.toAbsolutePath();
    this.port = port;
  }

  /**
   * Starts one.
   *
   * @param folder for its files; it may have others in it
   * @param more lines of its configuration, before those of its hosts
   */
  public static Prosody in(Path folder, String... more) throws IOException {
    Prosody prosody = new Prosody(folder, MosquittoBroker.freePort());
    List<String> lines = new ArrayList<>();
    lines.add("run_as_root = true");
    lines.add("pidfile = \"" + prosody.folder.resolve("prosody.pid") + "\"");
    lines.add("data_path = \"" + prosody.folder.resolve("data") + "\"");
    lines.add("log = { info = \"" + prosody.log() + "\" }");
    // Without a certificate it would offer TLS all the same.
    boolean tls = List.of(more).stream().anyMatch(line -> line.startsWith("ssl"));
    lines.add(
        "modules_enabled = { 'disco', 'roster', 'saslauth', 'ping', 'presence', 'message'"
            + (tls ? ", 'tls' }" : " }"));
    lines.add("modules_disabled = { 's2s' }");
    lines.add("c2s_interfaces = { '127.0.0.1' }");
    lines.add("c2s_ports = { " + prosody.port + " }");
    lines.add("c2s_require_encryption = false");
    lines.add("authentication = 'internal_plain'");
    lines.addAll(List.of(more));
    lines.add("VirtualHost 'localhost'");
    lines.add("Component 'conference.localhost' 'muc'");
    lines.add("  modules_enabled = { 'muc_mam' }");
    // Else nobody enters a room before its first occupant has configured it.
    lines.add("  muc_room_locking = false");
    Files.write(prosody.folder.resolve("prosody.cfg.lua"), lines);
    prosody.start();
    return prosody;
  }

  /** Knows a user from now on. */
  public Prosody user(String name, String password) throws IOException {
    Path accounts = Files.createDirectories(folder.resolve("data/localhost/accounts"));
    Files.writeString(
        accounts.resolve(name + ".dat"), "return { [\"password\"] = \"" + password + "\" };\n");
    return this;
  }

  public int port() {
    return port;
  }

  /** Starts it again; returns when it listens. */
  public void start() throws IOException {
    Process started =
        new ProcessBuilder(
                "prosody", "-F", "--config", folder.resolve("prosody.cfg.lua").toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("out").toFile()))
            .start();
    process = started;
    Await.until(
        PATIENCE,
        () -> "prosody does not listen; see " + log(),
        () -> started.isAlive() && listens());
  }

  private Path log() {
    return folder.resolve("prosody.log");
  }

  private boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Ends it without a word to anybody. */
  public void kill() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor();
      process = null;
    }
  }

  /** Ends it; it says goodbye. */
  public void stop() throws InterruptedException {
    if (process != null) {
      process.destroy();
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        kill();
      }
      process = null;
    }
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
