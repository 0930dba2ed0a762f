package org.viesti.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * A load generator's process. Its arguments are what it speaks ({@code chat} or {@code mqtt}) and a
 * {@link Plan} or {@link MqttPlan} in JSON; it connects, says {@code connected}, and then reads one
 * {@link Load} a line. For each it says {@code begin} and {@code end} around the measurement, and
 * an {@link Outcome}. It leaves when its input ends.
 */
public final class LoadGenerator {
  private static final long DRAIN_NANOS = 60_000_000_000L;

  /** What has not come any nearer for so long will not come at all. */
  private static final long STUCK_NANOS = 10_000_000_000L;

  private final Clients clients;

  private LoadGenerator(Clients clients) {
    this.clients = clients;
  }

  public static void main(String[] args) throws Exception {
    ObjectMapper json = new ObjectMapper();
    LoadGenerator generator =
        new LoadGenerator(
            switch (args[0]) {
              case "chat" -> new Fleet(json.readValue(args[1], Plan.class));
              case "mqtt" -> new MqttFleet(json.readValue(args[1], MqttPlan.class));
              default -> throw new IllegalArgumentException(args[0]);
            });
    generator.clients.connect();
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
    clients.begin(load);
    Thread.sleep(load.warmup() * 1000L);
    clients.nextTally();
    System.out.println("begin");
    Thread.sleep(load.seconds() * 1000L);
    Tally tally = clients.nextTally();
    System.out.println("end");
    long held = clients.end(load);
    double drained = drain();
    Clients.Faults faults = clients.faults();
    return new Outcome(
        tally.seconds(),
        tally.posts(),
        tally.deliveries,
        tally.ackMillis(50),
        tally.ackMillis(99),
        tally.endMillis(50),
        tally.endMillis(99),
        drained,
        faults.lost(),
        faults.disordered(),
        faults.errors(),
        held);
  }

  private double drain() throws InterruptedException {
    long from = System.nanoTime();
    long least = Long.MAX_VALUE;
    long nearerAt = from;
    for (long left = clients.outstanding(); left > 0; left = clients.outstanding()) {
      long now = System.nanoTime();
      if (left < least) {
        least = left;
        nearerAt = now;
      }
      if (now - from > DRAIN_NANOS || now - nearerAt > STUCK_NANOS) {
        break;
      }
      Thread.sleep(5);
    }
    return (System.nanoTime() - from) / 1e9;
  }
}
