package org.viesti.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Puts the node and other brokers in the same situations. All of a scenario's brokers are up, each
 * with a generator of its own, and take turns run by run, so that what else the machine does
 * befalls all.
 */
final class MqttBench {
  private final BenchSettings settings;
  private final Report report;
  private final String kind;
  private final Store store;

  MqttBench(BenchSettings settings, Report report, String kind, Store store) {
    this.settings = settings;
    this.report = report;
    this.kind = kind;
    this.store = store;
  }

  void run() throws Exception {
    for (MqttScenario scenario : MqttScenario.all(settings)) {
      report.heading("(" + scenario.key() + ") " + scenario.title());
      if (scenario.loads().isEmpty()) {
        holdIdle(scenario);
      } else {
        takeTurns(scenario);
      }
    }
  }

  /** How a broker is started, and what the report calls it. */
  private record Contender(String title, Start start) {
    private interface Start {
      Broker start() throws IOException, InterruptedException;
    }
  }

  private List<Contender> contenders(MqttScenario scenario) {
    List<Contender> all = new ArrayList<>();
    String name = kind + "_" + scenario.key();
    all.add(
        new Contender(Report.VIESTI, () -> NodeProcess.start(settings, name, store.fresh(name))));
    for (Peer peer : settings.peers()) {
      Path directory = settings.directory().resolve(name + "_" + peer.name().toLowerCase());
      all.add(
          new Contender(
              peer.title,
              () -> peer.start(settings, Files.createDirectory(directory), scenario.durable())));
    }
    return all;
  }

  /** A broker and its generator. */
  private record Running(String title, Broker broker, GeneratorProcess generator) {}

  private void takeTurns(MqttScenario scenario) throws Exception {
    List<Running> all = new ArrayList<>();
    Deque<AutoCloseable> open = new ArrayDeque<>();
    Instant from;
    try {
      for (Contender contender : contenders(scenario)) {
        Broker broker = contender.start.start();
        open.push(broker);
        GeneratorProcess generator =
            GeneratorProcess.start(settings, scenario.plan(settings, broker.mqtt()));
        open.push(generator);
        all.add(new Running(contender.title, broker, generator));
      }
      from = Instant.now();
      for (Load load : scenario.loads()) {
        report.brokers(load, figures(scenario, load, all));
      }
    } finally {
      for (AutoCloseable each : open) {
        each.close();
      }
    }
    if (settings.jfr()) {
      String name = kind + "_" + scenario.key();
      new Profile(NodeProcess.recording(settings, name), from, Instant.now()).print(report);
    }
  }

  private Map<String, List<Figures>> figures(MqttScenario scenario, Load load, List<Running> all)
      throws IOException, InterruptedException {
    Map<String, List<Figures>> figures = new LinkedHashMap<>();
    for (int i = 0; i < settings.runs(); i++) {
      Load next = load.warmedUp(i == 0 ? settings.warmup() : Bench.RAMP_SECONDS);
      for (Running running : all) {
        figures
            .computeIfAbsent(running.title, first -> new ArrayList<>())
            .add(measured(scenario, next, running));
      }
    }
    return figures;
  }

  private Figures measured(MqttScenario scenario, Load load, Running running)
      throws IOException, InterruptedException {
    if (!scenario.flood()) {
      return measured(load, running);
    }
    Figures figures;
    try (Flood flood = new Flood(running.broker.mqtt(), settings.textBytes())) {
      figures = measured(load, running);
      report.say(
          String.format(
              Locale.ROOT, "%s took %,.0f messages/s of the flood.", running.title, flood.rate()));
    }
    return figures;
  }

  private Figures measured(Load load, Running running) throws IOException {
    return Bench.measure(load, store, running.broker, running.generator).figures();
  }

  private void holdIdle(MqttScenario scenario) throws Exception {
    Map<String, Idle> idle = new LinkedHashMap<>();
    for (Contender contender : contenders(scenario)) {
      try (Broker broker = contender.start.start()) {
        MqttPlan plan = scenario.plan(settings, broker.mqtt());
        idle.put(
            contender.title,
            Idle.hold(
                plan.subscribers(),
                settings.seconds(),
                broker,
                connections ->
                    GeneratorProcess.start(settings, plan.withSubscribers(connections))));
      }
    }
    report.idleBrokers(idle);
  }
}
