package org.viesti.connection;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.viesti.protocol.Publication;
import org.viesti.protocol.ServerFrame;

/**
 * Publications on their way to one client. Above QoS 0 each has a number until the client is done
 * with it (MQTT 5.0 §4.3); at most a window of them is out, and so many more wait their turn. What
 * does not fit is dropped and counted, and so is what comes at QoS 0 while the client does not
 * read.
 */
final class Deliveries {
  private static final int MAX_NUMBER = 65_535;
  private static final Counter UNREAD = dropped("slow-reader");
  private static final Counter FULL = dropped("queue-full");
  private static final Counter EXPIRED = dropped("expired");

  private static Counter dropped(String reason) {
    return Metrics.counter("viesti.deliver.dropped", "reason", reason);
  }

  /** Before it has a number. */
  private record Waiting(Publication publication, int qos, boolean retain, int[] identifiers) {}

  private final Wire wire;
  private final Consumer<ServerFrame> out;
  private final int window;
  private final int maxWaiting;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(0);

  /** The numbers that are out. */
  private final Set<Integer> inFlight = new HashSet<>(0);

  private int last;

  /**
   * @param window most that are out without an answer; 0: everything goes at QoS 0
   */
  Deliveries(Wire wire, Consumer<ServerFrame> out, int window, int maxWaiting) {
    this.wire = wire;
    this.out = out;
    this.window = window;
    this.maxWaiting = maxWaiting;
  }

  void put(Publication publication, int qos, boolean retain, int[] identifiers) {
    if (publication.isExpired(System.currentTimeMillis())) {
      EXPIRED.increment();
    } else if (qos == 0 || window == 0) {
      if (wire.writable()) {
        out.accept(new ServerFrame.Published(publication, 0, 0, retain, false, identifiers));
      } else {
        UNREAD.increment();
      }
    } else if (waiting.isEmpty() && inFlight.size() < window) {
      send(publication, qos, retain, identifiers);
    } else if (waiting.size() < maxWaiting) {
      waiting.add(new Waiting(publication, qos, retain, identifiers));
    } else {
      FULL.increment();
    }
  }

  /** What has waited until now goes first: who can come later should. */
  boolean isBusy() {
    return !waiting.isEmpty() || !wire.writable();
  }

  private void send(Publication publication, int qos, boolean retain, int[] identifiers) {
    do {
      last = last == MAX_NUMBER ? 1 : last + 1;
    } while (inFlight.contains(last));
    inFlight.add(last);
    out.accept(new ServerFrame.Published(publication, last, qos, retain, false, identifiers));
  }

  /** The client has one of QoS 2; if it refused it, that was all. */
  void received(int delivery, boolean refused) {
    if (refused) {
      done(delivery);
      return;
    }
    // One that is not known is released all the same: the client then forgets it.
    out.accept(new ServerFrame.Release(delivery));
  }

  void done(int delivery) {
    if (!inFlight.remove(delivery)) {
      return;
    }
    while (!waiting.isEmpty() && inFlight.size() < window) {
      Waiting next = waiting.poll();
      if (next.publication().isExpired(System.currentTimeMillis())) {
        EXPIRED.increment();
      } else {
        send(next.publication(), next.qos(), next.retain(), next.identifiers());
      }
    }
  }
}
