package org.viesti.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The packaged node, in its own JVM, on free ports. */
final class NodeProcess implements Broker {
  static final String SECRET = "a-secret-for-benchmarks-of-thirty-two-bytes-and-more";

  private static final String GATEWAY_KEY =
      Base64.getEncoder().encodeToString(SECRET.substring(0, 32).getBytes(UTF_8));

  /** Messages that may wait for a subscriber, at every broker. */
  static final int MAX_QUEUED = 100_000;

  private static final long READY_NANOS = 60_000_000_000L;

  /** Rates are what is measured here, not what is refused. */
  private static final List<String> UNLIMITED =
      List.of(
          "-Dviesti.limits.device-rate=0",
          "-Dviesti.limits.user-rate=0",
          "-Dviesti.room.posts-per-second=0",
          "-Dviesti.room.posts-per-user-per-second=0",
          "-Dviesti.gateway.socket.rate.events=0",
          "-Dviesti.gateway.socket.max-connections-per-address=0",
          "-Dviesti.connection.max-queued=" + MAX_QUEUED);

  private final Process process;
  private final Path log;
  final int http;
  final int live;
  private final int mqtt;
  private final int management;

  private NodeProcess(Process process, Path log, int http, int live, int mqtt, int management) {
    this.process = process;
    this.log = log;
    this.http = http;
    this.live = live;
    this.mqtt = mqtt;
    this.management = management;
  }

  /** Starts a node and returns when it is ready. */
  static NodeProcess start(BenchSettings settings, String name, List<String> database)
      throws IOException, InterruptedException {
    int http = PeerProcess.freePort();
    int live = PeerProcess.freePort();
    int mqtt = PeerProcess.freePort();
    int management = PeerProcess.freePort();
    List<String> command = new ArrayList<>();
    command.add(BenchSettings.java());
    command.addAll(settings.nodeFlags());
    if (settings.jfr()) {
      command.add(
          "-XX:StartFlightRecording=settings=profile,jdk.CPUTimeSample#enabled=true,filename="
              + recording(settings, name));
    }
    command.add("-Dviesti.http.port=" + http);
    command.add("-Dviesti.live.port=" + live);
    command.add("-Dviesti.mqtt.port=" + mqtt);
    command.add("-Dviesti.mqtt.anonymous=on");
    command.add("-Dviesti.topics.acl.0=allow all #");
    command.add("-Dviesti.management.port=" + management);
    command.add("-Dviesti.cluster.port=" + PeerProcess.freePort());
    command.add("-Dviesti.auth.secret=" + SECRET);
    command.add("-Dviesti.gateway.key=" + GATEWAY_KEY);
    command.add("-Dlogback.configurationFile=" + settings.logback());
    command.addAll(UNLIMITED);
    command.addAll(database);
    command.addAll(List.of("-jar", settings.jar().toString(), "node"));
    Path log = settings.directory().resolve("node-" + name + ".log");
    Process process =
        new ProcessBuilder(command)
            .directory(settings.directory().toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    NodeProcess node = new NodeProcess(process, log, http, live, mqtt, management);
    node.awaitReady();
    return node;
  }

  static Path recording(BenchSettings settings, String name) {
    return settings.directory().resolve("node-" + name + ".jfr");
  }

  private void awaitReady() throws InterruptedException, IOException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + management + "/ready")).build();
    long from = System.nanoTime();
    try (HttpClient client = HttpClient.newHttpClient()) {
      while (process.isAlive() && System.nanoTime() - from < READY_NANOS) {
        try {
          if (client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
            return;
          }
        } catch (IOException notYet) {
          // It does not listen yet.
        }
        Thread.sleep(50);
      }
    }
    close();
    throw new IllegalStateException("the node is not ready:\n" + Files.readString(log));
  }

  @Override
  public int mqtt() {
    return mqtt;
  }

  @Override
  public double cpuSeconds() {
    return Proc.cpuSeconds(process.pid());
  }

  @Override
  public Memory memory() throws IOException, InterruptedException {
    return Memory.ofJava(process.pid());
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
