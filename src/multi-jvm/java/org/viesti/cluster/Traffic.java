package org.viesti.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.viesti.testkit.Await;

/** Publishers and sessions, and the verdict over them: what was acknowledged has come. */
final class Traffic implements AutoCloseable {
  private static final Duration DRAINED = Duration.ofSeconds(180);

  private final TestCluster cluster;
  private final List<Publisher> publishers = new ArrayList<>();
  private final List<Subscriber> sessions = new ArrayList<>();

  Traffic(TestCluster cluster) {
    this.cluster = cluster;
  }

  void publisher(IntSupplier port, int rate) {
    publishers.add(new Publisher(publishers.size(), port, rate));
  }

  /** A session that is away. */
  Subscriber session(String device, IntSupplier port, String... filters) throws Exception {
    Subscriber session = new Subscriber(device, port, publishers, filters).subscribe();
    sessions.add(session);
    return session;
  }

  void start() {
    publishers.forEach(Publisher::start);
  }

  long acked() {
    return publishers.stream().mapToLong(Publisher::ackedCount).sum();
  }

  /** Returns when so many more have been acknowledged. */
  void awaitMore(int messages) {
    long goal = acked() + messages;
    Await.until(
        DRAINED,
        () -> "only " + acked() + " of " + goal + " are acknowledged" + cluster.tails(),
        () -> acked() >= goal);
  }

  /** Returns when all is answered; those who are there have had the time to receive it. */
  void end() throws InterruptedException {
    for (Publisher each : publishers) {
      each.end(DRAINED);
    }
    awaitArrived();
  }

  /** Returns when those who are there have everything, or nothing more comes for a while. */
  void awaitArrived() throws InterruptedException {
    long received = -1;
    int quiet = 0;
    while (quiet < 20 && sessions.stream().anyMatch(s -> s.isThere() && !s.missing().isEmpty())) {
      Thread.sleep(500);
      long now = sessions.stream().mapToLong(Subscriber::received).sum();
      quiet = now == received ? quiet + 1 : 0;
      received = now;
    }
  }

  /** Brings those who are away back, and waits for them. */
  void allCome() throws InterruptedException {
    sessions.stream().filter(session -> !session.isThere()).forEach(Subscriber::come);
    awaitArrived();
  }

  /** Every broken promise, as a sentence; empty is what a test wants. */
  List<String> verdict() {
    return Stream.concat(
            publishers.stream().flatMap(publisher -> publisher.verdict().stream()),
            sessions.stream().flatMap(session -> session.verdict().stream()))
        .toList();
  }

  /** What happened, for a person to read. */
  String figures() {
    StringBuilder all = new StringBuilder();
    all.append(
        "%d of %d messages acknowledged (%d published more than once, %d refused)"
            .formatted(
                acked(),
                publishers.stream().mapToLong(Publisher::sent).sum(),
                publishers.stream().mapToLong(Publisher::repeatedCount).sum(),
                publishers.stream().mapToLong(Publisher::refusedCount).sum()));
    sessions.forEach(session -> all.append("\n  ").append(session));
    return all.toString();
  }

  @Override
  public void close() {
    sessions.forEach(Subscriber::close);
  }
}
