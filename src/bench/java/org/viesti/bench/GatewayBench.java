package org.viesti.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Echoes through the gateway, asked for by socket.io-client in a process of its own. Each is
 * committed before it runs, and its outcome before it is told.
 */
final class GatewayBench {
  private static final String KEY = "g";
  private static final String CLIENT = "socket.io-client@4.8.4";
  private static final int IDLE = 1_000;
  private static final int OPEN_CONNECTIONS = 10;
  private static final int OPEN_RATE = 1_000;

  /**
   * A closed loop.
   *
   * @param sockethub jobs/s that Sockethub 5.0.0-alpha.22 did on a machine of this kind (Node 20,
   *     Redis 7, no rate limits): there is no peer to run beside it without Redis and its build
   */
  private record Loop(int connections, int unanswered, int sockethub) {}

  private static final List<Loop> LOOPS =
      List.of(
          new Loop(1, 1, 368),
          new Loop(1, 16, 1_157),
          new Loop(10, 1, 836),
          new Loop(10, 16, 1_604),
          new Loop(100, 1, 1_406),
          new Loop(100, 16, 1_594));

  private final BenchSettings settings;
  private final Report report;
  private final String kind;
  private final Store store;

  GatewayBench(BenchSettings settings, Report report, String kind, Store store) {
    this.settings = settings;
    this.report = report;
    this.kind = kind;
    this.store = store;
  }

  void run() throws Exception {
    if (!settings.scenarios().contains(KEY)) {
      return;
    }
    Path modules = install();
    report.heading("(g) the gateway: echoes of 64 bytes");
    String name = kind + "_" + KEY;
    try (NodeProcess node = NodeProcess.start(settings, name, store.fresh(name))) {
      report.say("| load | jobs/s | p50 / p99 ms | wrong, unanswered | against Sockethub |");
      report.say("| --- | --- | --- | --- | --- |");
      for (Loop loop : LOOPS) {
        List<JsonNode> runs = new ArrayList<>();
        for (int i = 0; i < settings.runs(); i++) {
          runs.add(load(modules, node, "closed", loop.connections(), loop.unanswered(), i == 0));
        }
        JsonNode median = median(runs);
        row(
            loop.connections() + " connections, " + loop.unanswered() + " unanswered each",
            median,
            "%.1f".formatted(median.path("rate").asDouble() / loop.sockethub()));
      }
      List<JsonNode> runs = new ArrayList<>();
      for (int i = 0; i < settings.runs(); i++) {
        runs.add(load(modules, node, "open", OPEN_CONNECTIONS, OPEN_RATE, i == 0));
      }
      row(OPEN_RATE + "/s over " + OPEN_CONNECTIONS + " connections", median(runs), "");
      report.say("");
      hold(modules, node);
    }
  }

  private void row(String load, JsonNode run, String ratio) throws IOException {
    report.say(
        String.format(
            Locale.ROOT,
            "| %s | %,.0f | %.1f / %.1f | %d, %d | %s |",
            load,
            run.path("rate").asDouble(),
            run.path("p50").asDouble(),
            run.path("p99").asDouble(),
            run.path("wrong").asInt(),
            run.path("unanswered").asInt(),
            ratio));
  }

  private static JsonNode median(List<JsonNode> runs) {
    return runs.stream()
        .sorted(Comparator.comparingDouble(run -> run.path("rate").asDouble()))
        .toList()
        .get(runs.size() / 2);
  }

  private Path install() throws IOException, InterruptedException {
    Path folder = settings.directory().resolve("npm");
    Process npm =
        new ProcessBuilder(
                "npm",
                "install",
                "--silent",
                "--no-package-lock",
                "--no-audit",
                "--prefix",
                folder.toString(),
                CLIENT)
            .inheritIO()
            .start();
    if (npm.waitFor() != 0) {
      throw new IllegalStateException("npm cannot install " + CLIENT);
    }
    return folder.resolve("node_modules");
  }

  private JsonNode load(
      Path modules, NodeProcess node, String mode, int connections, int load, boolean cold)
      throws IOException, InterruptedException {
    Process process =
        client(
            modules,
            node,
            mode,
            connections,
            load,
            cold ? settings.warmup() : Bench.RAMP_SECONDS,
            settings.seconds());
    JsonNode said = line(process);
    process.waitFor();
    return said;
  }

  private static Process client(Path modules, NodeProcess node, String mode, int... numbers)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("node", "src/bench/npm/gateway.mjs", modules.toString()));
    command.addAll(List.of("http://127.0.0.1:" + node.live, mode));
    for (int number : numbers) {
      command.add(Integer.toString(number));
    }
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static JsonNode line(Process process) throws IOException {
    BufferedReader out = process.inputReader();
    String line = out.readLine();
    if (line == null) {
      throw new IllegalStateException("the client said nothing");
    }
    return JsonMapper.builder().build().readTree(line);
  }

  private void hold(Path modules, NodeProcess node) throws IOException, InterruptedException {
    Memory before = node.memory();
    Process client = client(modules, node, "idle", IDLE);
    line(client);
    Memory after = node.memory();
    client.outputWriter().close();
    client.waitFor();
    report.say(
        String.format(
            Locale.ROOT,
            "%,d idle connections: %.1f kB of heap and %.1f kB of RSS each.",
            IDLE,
            (after.heap() - before.heap()) / (double) IDLE,
            (after.resident() - before.resident()) / (double) IDLE));
  }
}
