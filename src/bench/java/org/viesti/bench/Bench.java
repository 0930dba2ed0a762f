package org.viesti.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Measures the packaged node. For each database and scenario: a fresh node, its rooms, a load
 * generator, a warm-up, and the median of some runs. Node, database and generator share the
 * machine, so the cores each of them used are told.
 */
public final class Bench {
  /** Later runs of a load find a warm node, and need only reach their pace. */
  static final int RAMP_SECONDS = 1;

  private final BenchSettings settings;
  private final Report report;

  private Bench(BenchSettings settings) {
    this.settings = settings;
    this.report = new Report(settings.directory().resolve("report.md"));
  }

  public static void main(String[] args) throws Exception {
    BenchSettings settings = BenchSettings.read();
    empty(settings.directory());
    Bench bench = new Bench(settings);
    bench.run();
    System.exit(bench.report.clean() ? 0 : 1);
  }

  private void run() throws Exception {
    report.say(
        String.format(
            "%d cores, load average %s, Java %s; %d s after %d s of warm-up, median of %d runs; texts of %d bytes",
            Runtime.getRuntime().availableProcessors(),
            Proc.loadAverage(),
            Runtime.version(),
            settings.seconds(),
            settings.warmup(),
            settings.runs(),
            settings.textBytes()));
    for (String kind : settings.databases()) {
      try (Store store = Store.open(kind, settings.directory())) {
        report.say("");
        report.say("## " + store.describe());
        for (Scenario scenario : Scenario.all(settings)) {
          report.heading("(" + scenario.key() + ") " + scenario.title());
          run(scenario, kind, store);
        }
        new MqttBench(settings, report, kind, store).run();
        new GatewayBench(settings, report, kind, store).run();
      }
    }
  }

  private void run(Scenario scenario, String kind, Store store) throws Exception {
    String name = kind + "_" + scenario.key();
    Instant from = Instant.now();
    Instant until;
    try (NodeProcess node = NodeProcess.start(settings, name, store.fresh(name))) {
      Rooms.create(node.http, scenario.topology());
      if (scenario.loads().isEmpty()) {
        holdIdle(scenario.topology(), node);
      } else {
        from = drive(scenario, store, node);
      }
      until = Instant.now();
    }
    if (settings.jfr()) {
      new Profile(NodeProcess.recording(settings, name), from, until).print(report);
    }
  }

  /**
   * Runs the loads in turn, so that what else the machine does befalls all; returns when the first
   * measurement began.
   */
  private Instant drive(Scenario scenario, Store store, NodeProcess node) throws Exception {
    Plan plan = plan(scenario.topology(), node, scenario.topology().users());
    Instant from = Instant.MAX;
    Map<Load, List<Figures>> figures = new LinkedHashMap<>();
    try (GeneratorProcess generator = GeneratorProcess.start(settings, plan)) {
      for (int i = 0; i < settings.runs(); i++) {
        for (Load load : scenario.loads()) {
          Load next = load.warmedUp(i == 0 ? settings.warmup() : RAMP_SECONDS);
          Measured measured = measure(next, store, node, generator);
          figures.computeIfAbsent(load, first -> new ArrayList<>()).add(measured.figures);
          from = from.isBefore(measured.began) ? from : measured.began;
        }
      }
    }
    report.tableHead();
    for (Map.Entry<Load, List<Figures>> row : figures.entrySet()) {
      report.row(row.getKey(), row.getValue());
    }
    return from;
  }

  /** One run, and when it was warm. */
  record Measured(Instant began, Figures figures) {}

  static Measured measure(Load load, Store store, Broker node, GeneratorProcess generator)
      throws IOException {
    List<Figures.Cpu> cpu = new ArrayList<>();
    List<Instant> at = new ArrayList<>();
    Outcome outcome =
        generator.run(
            load,
            () -> {
              at.add(Instant.now());
              cpu.add(
                  new Figures.Cpu(
                      node.cpuSeconds(),
                      store.cpuSeconds(),
                      generator.cpuSeconds(),
                      Proc.machineCpuSeconds()));
            });
    return new Measured(at.getFirst(), Figures.of(outcome, cpu.getFirst(), cpu.getLast()));
  }

  private void holdIdle(Topology topology, NodeProcess node) throws Exception {
    report.idle(
        Idle.hold(
            topology.users(),
            settings.seconds(),
            node,
            connections -> GeneratorProcess.start(settings, plan(topology, node, connections))));
  }

  private Plan plan(Topology topology, NodeProcess node, int connect) {
    return new Plan(
        node.live,
        NodeProcess.SECRET,
        topology,
        connect,
        settings.ackEvery(),
        settings.ackMillis(),
        settings.textBytes());
  }

  private static void empty(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> all = Files.walk(directory)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
    Files.createDirectories(directory);
  }
}
