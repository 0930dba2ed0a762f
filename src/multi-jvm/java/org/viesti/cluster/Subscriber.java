package org.viesti.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.TopicFilter;

/**
 * A client with a session, that is there or away. It acknowledges what comes, connects again when
 * its link breaks, and checks what came: of each topic in order, when repeats are left out; and on
 * one link nothing twice that was published once.
 */
final class Subscriber implements AutoCloseable {
  private static final int ACKS_AT_ONCE = 64;
  private static final long BREATH_MS = 50;
  private static final int FEW = 10;

  /** More than are out at once. */
  private static final int MANY = 1_000;

  /** What came of one publisher's. */
  private static final class Heard {
    final BitSet ever = new BitSet();
    final BitSet onThisLink = new BitSet();
  }

  private final String device;
  private final List<TopicFilter> filters;
  private final IntSupplier port;
  private final List<Publisher> publishers;

  private final Map<Integer, Heard> heard = new HashMap<>();
  private final Map<String, Integer> newest = new HashMap<>();

  /** By which id what came last came, by payload. */
  private final Map<String, Integer> ids =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
          return size() > MANY;
        }
      };

  private final List<String> broken = new ArrayList<>();
  private long received;
  private long repeats;
  private long repeatsById;
  private int links;
  private @Nullable Thread thread;
  private volatile @Nullable MqttLink link;
  private volatile boolean wanted;

  /** The link that was told that it is left. */
  private volatile @Nullable MqttLink left;

  /** Must not connect again, for a newer one has. */
  private volatile @Nullable Thread overtaken;

  /**
   * @param port of the node to connect to, asked each time
   */
  Subscriber(String device, IntSupplier port, List<Publisher> publishers, String... filters) {
    this.device = device;
    this.port = port;
    this.publishers = publishers;
    this.filters = Arrays.stream(filters).map(TopicFilter::parse).toList();
  }

  /** Makes the session, and leaves it. */
  Subscriber subscribe() throws IOException {
    MqttLink.resume(port.getAsInt(), device)
        .subscribe(filters.stream().map(TopicFilter::text).toArray(String[]::new))
        .leave();
    return this;
  }

  /** Is there from now on. */
  void come() {
    wanted = true;
    thread = Thread.ofVirtual().name(device).start(this::run);
  }

  boolean isThere() {
    return wanted;
  }

  /** Opens a newer link while the older is there. */
  void comeAgain() throws InterruptedException {
    Thread older = thread;
    overtaken = older;
    come();
    if (older != null && !older.join(Duration.ofSeconds(30))) {
      throw new AssertionError(device + "'s older link does not end");
    }
  }

  /** Subscribes to something else, at the link there is. */
  void askFor(int id, String filter) throws IOException {
    MqttLink one = link;
    if (one == null) {
      throw new AssertionError(device + " is away");
    }
    one.askFor(id, filter);
    one.flush();
  }

  /** Leaves in good order, or breaks the link; what comes meanwhile is not acknowledged. */
  void go(boolean inGoodOrder) throws InterruptedException {
    wanted = false;
    MqttLink last = link;
    Thread running = thread;
    try {
      if (last != null && inGoodOrder) {
        left = last;
        last.sayLeave();
      } else if (last != null) {
        last.close();
      }
    } catch (IOException e) {
      // it is gone already
    }
    if (running != null && !running.join(Duration.ofSeconds(30))) {
      throw new AssertionError(device + " cannot leave");
    }
  }

  private void run() {
    try {
      while (wanted && Thread.currentThread() != overtaken) {
        try (MqttLink one = MqttLink.resume(port.getAsInt(), device)) {
          begin(one);
          while (wanted) {
            switch (one.next()) {
              case MqttLink.Published published -> {
                if (take(one, published)) {
                  one.ack(published.id());
                }
                if (!one.hasMore() || received % ACKS_AT_ONCE == 0) {
                  one.flush();
                }
              }
              case MqttLink.Disconnected _ -> one.close();
              case MqttLink.Packet _ -> {}
            }
          }
          while (one == left) {
            one.next(); // until the server closes
          }
        } catch (IOException e) {
          if (wanted) {
            Thread.sleep(BREATH_MS);
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void begin(MqttLink one) {
    link = one;
    links++;
    heard.values().forEach(each -> each.onThisLink.clear());
    if (!one.sessionPresent) {
      broken.add(device + " found no session on link " + links);
    }
  }

  /** True if it is to be acknowledged: what comes late on an older link is not heeded. */
  private synchronized boolean take(MqttLink on, MqttLink.Published one) {
    if (on != link) {
      return false;
    }
    Publisher.Name name = Publisher.Name.in(one.payload());
    int message = name.number();
    Publisher publisher = publishers.get(name.publisher());
    Heard from = heard.computeIfAbsent(name.publisher(), p -> new Heard());
    received++;
    if (!one.topic().equals(Publisher.topic(name.publisher(), message))) {
      broken.add(device + " has " + name + " of " + one.topic());
    }
    if (from.onThisLink.get(message) && !publisher.repeated(message)) {
      broken.add(device + " has twice on link " + links + " what was published once: " + name);
    }
    if (from.ever.get(message)) {
      repeats++;
      if (one.again() && Integer.valueOf(one.id()).equals(ids.get(one.payload()))) {
        repeatsById++;
      }
    } else {
      Integer before = newest.get(one.topic());
      // What got lost on the way to its owner comes when it is published again: after the others.
      if (before != null && message < before && !publisher.repeated(message)) {
        broken.add(
            "%s has %s of %s after %d, on link %d, again %s"
                .formatted(device, name, one.topic(), before, links, one.again()));
      }
      newest.merge(one.topic(), message, Math::max);
    }
    ids.put(one.payload(), one.id());
    from.ever.set(message);
    from.onThisLink.set(message);
    return true;
  }

  /** What was acknowledged to the publishers and has not come. */
  synchronized List<Publisher.Name> missing() {
    List<Publisher.Name> missing = new ArrayList<>();
    for (Publisher publisher : publishers) {
      BitSet lost = publisher.acked();
      lost.andNot(heard.computeIfAbsent(publisher.number(), p -> new Heard()).ever);
      lost.stream()
          .filter(message -> isFor(Publisher.topic(publisher.number(), message)))
          .forEach(message -> missing.add(new Publisher.Name(publisher.number(), message)));
    }
    return missing;
  }

  private boolean isFor(String topic) {
    return filters.stream().anyMatch(filter -> filter.matches(topic));
  }

  /** Every broken promise, as a sentence. */
  synchronized List<String> verdict() {
    List<String> all = new ArrayList<>(broken.subList(0, Math.min(FEW, broken.size())));
    List<Publisher.Name> missing = missing();
    if (!missing.isEmpty()) {
      all.add(
          "%s has not %d, such as %s"
              .formatted(
                  device, missing.size(), missing.subList(0, Math.min(FEW, missing.size()))));
    }
    return all;
  }

  synchronized int links() {
    return links;
  }

  synchronized long received() {
    return received;
  }

  synchronized long repeats() {
    return repeats;
  }

  /** Repeats by the id that what was repeated had, and with DUP. */
  synchronized long repeatsById() {
    return repeatsById;
  }

  @Override
  public synchronized String toString() {
    return "%s: %d received (%d repeats) on %d links".formatted(device, received, repeats, links);
  }

  @Override
  public void close() {
    wanted = false;
    MqttLink last = link;
    if (last != null) {
      try {
        last.close();
      } catch (IOException e) {
        // closed
      }
    }
  }
}
