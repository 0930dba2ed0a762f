package org.viesti.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Prints what was measured, and keeps it in a file: Markdown, ready to be pasted. */
final class Report {
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
            "| %s | %,.0f | %,.0f | %,.0f | %.2f, %.2f, %.2f, %.2f | %.1f / %.1f | %.1f / %.1f | %.1f | %d, %d, %d |",
            load.title(),
            median(runs, Figures::postsPerSecond),
            median(runs, Figures::deliveriesPerSecond),
            median(runs, Figures::deliveriesPerCoreSecond),
            median(runs, Figures::node),
            median(runs, Figures::database),
            median(runs, Figures::generator),
            median(runs, Figures::others),
            median(runs, run -> run.outcome().ackP50()),
            median(runs, run -> run.outcome().ackP99()),
            median(runs, run -> run.outcome().endP50()),
            median(runs, run -> run.outcome().endP99()),
            median(runs, run -> run.outcome().drain()),
            runs.stream().mapToLong(run -> run.outcome().lost()).sum(),
            runs.stream().mapToLong(run -> run.outcome().disordered()).sum(),
            runs.stream().mapToLong(run -> run.outcome().errors()).sum()));
    if (load.stall()) {
      long held = runs.stream().mapToLong(run -> run.outcome().held()).max().orElse(0);
      say("");
      say("The stalled device got at most " + held + " messages before its next ack.");
    }
  }

  void idle(int connections, NodeProcess.Memory before, NodeProcess.Memory after)
      throws IOException {
    say(
        String.format(
            Locale.ROOT,
            "%,d connections: %.1f kB of heap and %.1f kB of RSS each"
                + " (heap after GC %,d kB, then %,d kB; RSS %,d kB, then %,d kB).",
            connections,
            (after.heap() - before.heap()) / (double) connections,
            (after.resident() - before.resident()) / (double) connections,
            before.heap(),
            after.heap(),
            before.resident(),
            after.resident()));
  }

  private static double median(List<Figures> runs, ToDoubleFunction<Figures> figure) {
    return Figures.median(runs, figure);
  }
}
