package org.viesti.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Prints what was measured, and keeps it in a file: Markdown, ready to be pasted. */
final class Report {
  static final String VIESTI = "Viesti";

  private final Path file;
  private boolean clean = true;

  Report(Path file) {
    this.file = file;
  }

  /** Whether no run lost, doubled or failed anything. */
  boolean clean() {
    return clean;
  }

  void say(String line) throws IOException {
    System.out.println(line);
    Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  void heading(String title) throws IOException {
    say("");
    say("### " + title);
    say("");
  }

  void tableHead() throws IOException {
    say(
        "| load | posts/s | deliveries/s | deliveries per node core-s | cores: node, database, generator, others"
            + " | ack p50 / p99 ms | end to end p50 / p99 ms | drained in s | lost, disordered, errors |");
    say("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
  }

  void row(Load load, List<Figures> runs) throws IOException {
    clean &= runs.stream().allMatch(Figures::clean);
    say(
        String.format(
            Locale.ROOT,
            "| %s | %,.0f | %,.0f | %,.0f | %.2f, %.2f, %.2f, %.2f | %s | %s | %.1f | %s |",
            load.title("posts"),
            median(runs, Figures::postsPerSecond),
            median(runs, Figures::deliveriesPerSecond),
            median(runs, Figures::deliveriesPerCoreSecond),
            median(runs, Figures::node),
            median(runs, Figures::database),
            median(runs, Figures::generator),
            median(runs, Figures::others),
            millis(runs, Outcome::ackP50, Outcome::ackP99),
            millis(runs, Outcome::endP50, Outcome::endP99),
            median(runs, run -> run.outcome().drain()),
            faults(runs)));
    if (load.receivers() == Load.Receivers.ONE_STALLED) {
      long held = runs.stream().mapToLong(run -> run.outcome().held()).max().orElse(0);
      say("");
      say("The stalled device got at most " + held + " messages before its next ack.");
    }
  }

  /** How the brokers fared, of which Viesti is the first. */
  void brokers(Load load, Map<String, List<Figures>> brokers) throws IOException {
    say(load.title("messages") + ":");
    say("");
    say(
        "| broker | published/s | delivered/s | CPU \u00b5s per message"
            + " | cores: broker, database, generator, others | ack p50 / p99 ms"
            + " | end to end p50 / p99 ms | drained in s | lost, disordered, errors"
            + " | Viesti against it: rate, end to end p50, p99, CPU |");
    say("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    List<Figures> viesti = brokers.values().iterator().next();
    clean &= viesti.stream().allMatch(Figures::clean);
    boolean heard = load.receivers() != Load.Receivers.AWAY;
    for (Map.Entry<String, List<Figures>> broker : brokers.entrySet()) {
      List<Figures> runs = broker.getValue();
      say(
          String.format(
              Locale.ROOT,
              "| %s | %,.0f | %,.0f | %.1f | %.2f, %.2f, %.2f, %.2f | %s | %s | %.1f | %s | %s |",
              broker.getKey(),
              median(runs, Figures::postsPerSecond),
              median(runs, Figures::deliveriesPerSecond),
              median(runs, Figures::microsPerMessage),
              median(runs, Figures::node),
              median(runs, Figures::database),
              median(runs, Figures::generator),
              median(runs, Figures::others),
              millis(runs, Outcome::ackP50, Outcome::ackP99),
              heard ? millis(runs, Outcome::endP50, Outcome::endP99) : "",
              median(runs, run -> run.outcome().drain()),
              faults(runs),
              runs == viesti ? "" : ratios(viesti, runs, heard)));
    }
    say("");
  }

  /** Of the figures, the first by the second. */
  private static String ratios(List<Figures> viesti, List<Figures> other, boolean heard) {
    String rate = ratio(viesti, other, Figures::postsPerSecond);
    String p50 = heard ? ratio(viesti, other, run -> run.outcome().endP50()) : "-";
    String p99 = heard ? ratio(viesti, other, run -> run.outcome().endP99()) : "-";
    String cpu = ratio(viesti, other, Figures::microsPerMessage);
    return String.join(", ", rate, p50, p99, cpu);
  }

  private static String ratio(
      List<Figures> viesti, List<Figures> other, ToDoubleFunction<Figures> figure) {
    return String.format(Locale.ROOT, "%.2f", median(viesti, figure) / median(other, figure));
  }

  private static String millis(
      List<Figures> runs, ToDoubleFunction<Outcome> p50, ToDoubleFunction<Outcome> p99) {
    return String.format(
        Locale.ROOT,
        "%.1f / %.1f",
        median(runs, run -> p50.applyAsDouble(run.outcome())),
        median(runs, run -> p99.applyAsDouble(run.outcome())));
  }

  private static String faults(List<Figures> runs) {
    return String.format(
        "%d, %d, %d",
        runs.stream().mapToLong(run -> run.outcome().lost()).sum(),
        runs.stream().mapToLong(run -> run.outcome().disordered()).sum(),
        runs.stream().mapToLong(run -> run.outcome().errors()).sum());
  }

  void idle(Idle idle) throws IOException {
    say(
        String.format(
            Locale.ROOT,
            "%,d connections: %.1f kB of heap and %.1f kB of RSS each"
                + " (heap after GC %,d kB, then %,d kB; RSS %,d kB, then %,d kB).",
            idle.connections(),
            idle.heapEach(),
            idle.residentEach(),
            idle.before().heap(),
            idle.after().heap(),
            idle.before().resident(),
            idle.after().resident()));
    say(String.format(Locale.ROOT, "Held, they keep %.3f of a core busy.", idle.cores()));
  }

  void idleBrokers(Map<String, Idle> brokers) throws IOException {
    say("| broker | heap kB each | RSS kB each | RSS before, MB | cores kept busy |");
    say("| --- | --- | --- | --- | --- |");
    for (Map.Entry<String, Idle> broker : brokers.entrySet()) {
      Idle idle = broker.getValue();
      say(
          String.format(
              Locale.ROOT,
              "| %s | %s | %.1f | %d | %.3f |",
              broker.getKey(),
              idle.after().heap() == 0 ? "" : String.format(Locale.ROOT, "%.1f", idle.heapEach()),
              idle.residentEach(),
              idle.before().resident() / 1024,
              idle.cores()));
    }
  }

  private static double median(List<Figures> runs, ToDoubleFunction<Figures> figure) {
    return Figures.median(runs, figure);
  }
}
