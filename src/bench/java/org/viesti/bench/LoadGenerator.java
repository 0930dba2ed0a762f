package org.viesti.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * A load generator's process. Its argument is a {@link Plan} in JSON; it connects, says {@code
 * connected}, and then reads one {@link Load} a line. For each it says {@code begin} and {@code
 * end} around the measurement, and an {@link Outcome}. It leaves when its input ends.
 */
public final class LoadGenerator {
  private static final long DRAIN_NANOS = 60_000_000_000L;
  private static final long HOLD_MILLIS = 1_000;

  private final Fleet fleet;

  private LoadGenerator(Fleet fleet) {
    this.fleet = fleet;
  }

  public static void main(String[] args) throws Exception {
    ObjectMapper json = new ObjectMapper();
    LoadGenerator generator = new LoadGenerator(new Fleet(json.readValue(args[0], Plan.class)));
    generator.fleet.connect();
    // What lives as long as the connections do is not to be moved about while something is
    // measured.
    System.gc();
    System.out.println("connected");
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      Outcome outcome = generator.run(json.readValue(line, Load.class));
      System.out.println(json.writeValueAsString(outcome));
    }
    System.exit(0);
  }

  private Outcome run(Load load) throws InterruptedException, IOException {
    fleet.ask(
        () -> {
          fleet.lost = 0;
          fleet.disordered = 0;
          fleet.errors = 0;
          if (load.stall()) {
            fleet.last().stall();
          }
          fleet.pace().start(load);
          return load;
        });
    Thread.sleep(load.warmup() * 1000L);
    fleet.ask(fleet::newTally);
    System.out.println("begin");
    Thread.sleep(load.seconds() * 1000L);
    Tally tally = fleet.ask(fleet::newTally);
    System.out.println("end");
    fleet.ask(
        () -> {
          fleet.pace().stop();
          return load;
        });
    long held = load.stall() ? release() : 0;
    double drained = drain();
    return fleet.ask(
        () ->
            new Outcome(
                tally.seconds(),
                tally.posts(),
                tally.deliveries,
                tally.ackMillis(50),
                tally.ackMillis(99),
                tally.endMillis(50),
                tally.endMillis(99),
                drained,
                fleet.lost + fleet.behind(),
                fleet.disordered,
                fleet.errors + fleet.unanswered,
                held));
  }

  /** The stalled device reads all it can get without an ack, and only then acknowledges. */
  private long release() throws InterruptedException {
    Device device = fleet.last();
    fleet.ask(
        () -> {
          device.readAgain();
          return device;
        });
    Thread.sleep(HOLD_MILLIS);
    return fleet.ask(device::speakAgain);
  }

  private double drain() throws InterruptedException {
    long from = System.nanoTime();
    while (fleet.ask(fleet::outstanding) > 0 && System.nanoTime() - from < DRAIN_NANOS) {
      Thread.sleep(5);
    }
    return (System.nanoTime() - from) / 1e9;
  }
}
