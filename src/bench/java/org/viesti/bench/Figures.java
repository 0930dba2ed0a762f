package org.viesti.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * One run.
 *
 * @param node cores that the node kept busy; then those of the database's own processes, and of the
 *     generator
 * @param others cores that were busy with anything else: if it is much, latencies tell little
 */
record Figures(Outcome outcome, double node, double database, double generator, double others) {

  /** CPU seconds at a moment. */
  record Cpu(double node, double database, double generator, double machine) {
    private double others() {
      return machine - node - database - generator;
    }
  }

  static Figures of(Outcome outcome, Cpu begin, Cpu end) {
    double seconds = outcome.seconds();
    return new Figures(
        outcome,
        (end.node - begin.node) / seconds,
        (end.database - begin.database) / seconds,
        (end.generator - begin.generator) / seconds,
        (end.others() - begin.others()) / seconds);
  }

  double postsPerSecond() {
    return outcome.posts() / outcome.seconds();
  }

  double deliveriesPerSecond() {
    return outcome.deliveries() / outcome.seconds();
  }

  double deliveriesPerCoreSecond() {
    return deliveriesPerSecond() / node;
  }

  /**
   * What a message costs the server and its database; one that was delivered, or where nobody was
   * there, published.
   */
  double microsPerMessage() {
    return (node + database) * 1e6 / Math.max(postsPerSecond(), deliveriesPerSecond());
  }

  boolean clean() {
    return outcome.lost() == 0 && outcome.disordered() == 0 && outcome.errors() == 0;
  }

  static double median(List<Figures> runs, ToDoubleFunction<Figures> figure) {
    double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
