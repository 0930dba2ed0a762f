package org.viesti.connection;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.viesti.device.Session;
import org.viesti.protocol.LogId;
import org.viesti.protocol.Publication;
import org.viesti.protocol.ServerFrame;
import org.viesti.routing.Exchange;
import org.viesti.routing.Subscription;

/**
 * Publications on their way to one client. Above QoS 0 each has a number until the client is done
 * with it (MQTT 5.0 §4.3); at most a window of them is out, and so many more wait their turn. What
 * does not fit is dropped and counted, unless it is recorded: then {@link #hasRoom} says when to
 * read it; and so is what comes at QoS 0 while the client does not read, if it is recorded nowhere.
 */
final class Deliveries {
  private static final int MAX_NUMBER = 65_535;
  private static final Counter UNREAD = dropped("slow-reader");
  private static final Counter FULL = dropped("queue-full");
  private static final Counter EXPIRED = dropped("expired");

  private static Counter dropped(String reason) {
    return Metrics.counter("viesti.deliver.dropped", "reason", reason);
  }

  /**
   * One of them.
   *
   * @param log where it is recorded, at {@code position}; null: nowhere
   * @param shared the subscription it is for, if others of a group could have it; null: none
   */
  record Delivery(
      Publication publication,
      int qos,
      boolean retain,
      int[] identifiers,
      @Nullable LogId log,
      long position,
      @Nullable Subscription shared) {
    private static final int[] NO_IDENTIFIERS = {};

    /** To several subscriptions, where filters overlap. */
    static Delivery of(
        Publication publication,
        List<Subscription> subscriptions,
        @Nullable LogId log,
        long position) {
      int most = 0;
      boolean asPublished = false;
      Subscription shared = null;
      for (Subscription subscription : subscriptions) {
        if (log == null && subscription.isShared()) {
          if (shared != null) {
            shared.done(); // one of two groups is enough to know of it
          }
          shared = subscription;
        }
        most = Math.max(most, subscription.wanted().qos());
        asPublished |= subscription.wanted().asPublished();
      }
      return new Delivery(
          publication,
          Math.min(publication.qos(), most),
          asPublished && publication.retain(),
          identifiers(subscriptions),
          log,
          position,
          shared);
    }

    /** Of what was retained. */
    static Delivery retained(Publication publication, Subscription subscription) {
      return new Delivery(
          publication,
          Math.min(publication.qos(), subscription.wanted().qos()),
          true,
          identifiers(List.of(subscription)),
          null,
          0,
          null);
    }

    private static int[] identifiers(List<Subscription> subscriptions) {
      int[] identifiers = NO_IDENTIFIERS;
      for (Subscription subscription : subscriptions) {
        int identifier = subscription.wanted().identifier();
        if (identifier != 0) {
          identifiers = Arrays.copyOf(identifiers, identifiers.length + 1);
          identifiers[identifiers.length - 1] = identifier;
        }
      }
      return identifiers;
    }
  }

  /** It has a number: it is out, or was once. */
  private record Numbered(int number, Delivery delivery, boolean received) {}

  private final Wire wire;
  private final Outlet out;
  private final Consumer<Delivery> over;
  private final int window;
  private final int maxWaiting;
  private final ArrayDeque<Delivery> waiting = new ArrayDeque<>(0);

  /** Those that are out, in the order they went. */
  private final Map<Integer, Numbered> inFlight = new LinkedHashMap<>(0);

  private int last;

  /**
   * @param over is told of each recorded one that is done with
   * @param window most that are out without an answer; 0: everything goes at QoS 0
   */
  Deliveries(Wire wire, Outlet out, Consumer<Delivery> over, int window, int maxWaiting) {
    this.wire = wire;
    this.out = out;
    this.over = over;
    this.window = window;
    this.maxWaiting = maxWaiting;
  }

  void put(Delivery delivery) {
    if (delivery.publication().isExpired(System.currentTimeMillis())) {
      expired(delivery);
    } else if (delivery.qos() == 0 || window == 0) {
      if (delivery.log() != null || wire.writable()) {
        out.put(
            new ServerFrame.Published(
                delivery.publication(),
                0,
                0,
                delivery.retain(),
                false,
                delivery.identifiers(),
                delivery.log() == null ? null : delivery.log().path(),
                delivery.position()));
      } else {
        UNREAD.increment();
      }
      finish(delivery);
    } else if (waiting.isEmpty() && inFlight.size() < window) {
      send(delivery);
    } else if (delivery.log() != null || waiting.size() < maxWaiting) {
      waiting.add(delivery);
    } else {
      FULL.increment();
      finish(delivery);
    }
  }

  private void expired(Delivery delivery) {
    EXPIRED.increment();
    finish(delivery);
  }

  private void finish(Delivery delivery) {
    if (delivery.shared() != null) {
      delivery.shared().done();
    }
    if (delivery.log() != null) {
      over.accept(delivery);
    }
  }

  /** What has waited until now goes first: who can come later should. */
  boolean isBusy() {
    return !waiting.isEmpty() || !wire.writable();
  }

  /** Whether what is recorded should be brought; else it can be read later. */
  boolean hasRoom() {
    return window == 0 ? wire.writable() : waiting.size() < Math.max(1, maxWaiting);
  }

  private void send(Delivery delivery) {
    do {
      last = last == MAX_NUMBER ? 1 : last + 1;
    } while (inFlight.containsKey(last));
    send(new Numbered(last, delivery, false), false);
  }

  private void send(Numbered one, boolean again) {
    inFlight.put(one.number(), one);
    Delivery delivery = one.delivery();
    out.put(
        one.received()
            ? new ServerFrame.Release(one.number())
            : new ServerFrame.Published(
                delivery.publication(),
                one.number(),
                delivery.qos(),
                delivery.retain(),
                again,
                delivery.identifiers()));
  }

  /**
   * Once more what was out when the session's last stream ended, by the same number; what a client
   * with a smaller window than then cannot take yet, as if it had not been sent.
   */
  void sendAgain(int number, Delivery delivery, boolean received) {
    if (received || inFlight.size() < window) {
      send(new Numbered(number, delivery, received), true);
    } else {
      waiting.add(delivery);
    }
  }

  /** The client has one of QoS 2; if it refused it, that was all. */
  void received(int number, boolean refused) {
    if (refused) {
      done(number);
      return;
    }
    inFlight.computeIfPresent(number, (n, one) -> new Numbered(n, one.delivery(), true));
    // One that is not known is released all the same: the client then forgets it.
    out.put(new ServerFrame.Release(number));
  }

  void done(int number) {
    Numbered done = inFlight.remove(number);
    if (done == null) {
      return;
    }
    finish(done.delivery());
    while (!waiting.isEmpty() && inFlight.size() < window) {
      Delivery next = waiting.remove();
      if (next.publication().isExpired(System.currentTimeMillis())) {
        expired(next);
      } else {
        send(next);
      }
    }
  }

  /**
   * The stream ends: what came by shared subscriptions goes to others of their groups (MQTT 5.0
   * §4.8.2), if it is not out; and at QoS 1 even then, if the session ends too. What nobody else
   * takes stays with the session.
   */
  void handOn(Collection<Subscription> subscriptions, boolean sessionEnds, Exchange exchange) {
    List<Delivery> undone = new ArrayList<>(0);
    if (sessionEnds) {
      for (Numbered one : inFlight.values()) {
        if (one.delivery().shared() != null && one.delivery().qos() == 1) {
          undone.add(one.delivery());
        }
      }
    }
    waiting.stream().filter(delivery -> delivery.shared() != null).forEach(undone::add);
    waiting.removeIf(delivery -> delivery.shared() != null);
    for (Subscription each : subscriptions) {
      each.close().forEach(one -> undone.add(Delivery.of(one, List.of(each), null, 0)));
    }
    for (Delivery one : undone) {
      if (one.shared() != null && !exchange.handOn(one.shared(), one.publication())) {
        waiting.add(one);
      }
    }
  }

  /** What the session's next stream is to send: what is out, and what waits and can not be read. */
  List<Session.InFlight> left() {
    List<Session.InFlight> left = new ArrayList<>(inFlight.size());
    inFlight.values().forEach(one -> left.add(left(one.number(), one.delivery(), one.received())));
    for (Delivery delivery : waiting) {
      if (delivery.log() == null) {
        left.add(left(0, delivery, false));
      }
    }
    return left;
  }

  private static Session.InFlight left(int number, Delivery delivery, boolean received) {
    LogId log = delivery.log();
    return new Session.InFlight(
        number,
        log == null ? null : log.path(),
        delivery.position(),
        delivery.qos(),
        delivery.retain(),
        received,
        delivery.identifiers(),
        log == null ? delivery.publication() : null);
  }

  /** The first position of a log that waits; none: that one. */
  long firstWaiting(LogId log, long none) {
    for (Delivery delivery : waiting) {
      if (log.equals(delivery.log())) {
        return delivery.position();
      }
    }
    return none;
  }
}
