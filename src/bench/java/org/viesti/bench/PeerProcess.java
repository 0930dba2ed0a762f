package org.viesti.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@link Peer} that runs. */
final class PeerProcess implements Broker {
  private static final long READY_NANOS = 60_000_000_000L;
  private static final int LOOK_MILLIS = 100;

  private final Process process;
  private final int port;
  private final boolean java;

  private PeerProcess(Process process, int port, boolean java) {
    this.process = process;
    this.port = port;
    this.java = java;
  }

  /** Starts it, and returns when it listens. */
  static PeerProcess start(List<String> command, Path directory, int port, boolean java)
      throws IOException {
    Path log = directory.resolve("log");
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    long from = System.nanoTime();
    while (process.isAlive() && System.nanoTime() - from < READY_NANOS) {
      if (listens(port)) {
        return new PeerProcess(process, port, java);
      }
    }
    process.destroyForcibly();
    throw new IllegalStateException(
        String.join(" ", command) + " does not listen:\n" + Files.readString(log));
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), LOOK_MILLIS);
      return true;
    } catch (IOException notYet) {
      try {
        Thread.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return false;
    }
  }

  @Override
  public int mqtt() {
    return port;
  }

  @Override
  public double cpuSeconds() {
    return Proc.cpuSeconds(process.pid());
  }

  @Override
  public Memory memory() throws IOException, InterruptedException {
    return java ? Memory.ofJava(process.pid()) : Memory.of(process.pid());
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
