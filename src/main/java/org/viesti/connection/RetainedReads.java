package org.viesti.connection;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.Publication;
import org.viesti.routing.Retained;
import org.viesti.routing.Subscription;

/**
 * What was retained, on its way to a new subscription: read by pages, as fast as the client takes
 * them, and without topics that had something newer meanwhile.
 */
final class RetainedReads {
  private final Retained retained;
  private final int atOnce;
  private final DeskHost host;
  private final BiConsumer<Subscription, Publication> deliver;

  /** Pages that were read. */
  private final ArrayDeque<Runnable> pages = new ArrayDeque<>(0);

  /** Topics that had something newer since the subscription began. */
  private final Map<Subscription, Set<String>> newer = new HashMap<>(0);

  RetainedReads(
      Retained retained, int atOnce, DeskHost host, BiConsumer<Subscription, Publication> deliver) {
    this.retained = retained;
    this.atOnce = atOnce;
    this.host = host;
    this.deliver = deliver;
  }

  /** The subscription is in force: what comes live from now on is newer than what is read. */
  void begin(Subscription subscription) {
    newer.put(subscription, new HashSet<>(0));
  }

  void end(Subscription subscription) {
    newer.remove(subscription);
  }

  /** Something came live. */
  void passed(List<Subscription> subscriptions, String topic) {
    if (newer.isEmpty()) {
      return;
    }
    for (Subscription subscription : subscriptions) {
      Set<String> topics = newer.get(subscription);
      if (topics != null) {
        topics.add(topic);
      }
    }
  }

  void read(Subscription subscription) {
    read(subscription, null);
  }

  private void read(Subscription subscription, @Nullable String after) {
    host.then(
        retained.of(subscription.tenant(), subscription.filter(), after, atOnce),
        read -> {
          Retained.Page page = read.value();
          if (page == null) {
            newer.remove(subscription);
          } else {
            pages.add(() -> deliver(subscription, page));
          }
        });
  }

  private void deliver(Subscription subscription, Retained.Page page) {
    Set<String> passed = newer.get(subscription);
    if (passed == null) {
      return; // unsubscribed
    }
    for (Publication publication : page.publications()) {
      if (!passed.contains(publication.path())) {
        deliver.accept(subscription, publication);
      }
    }
    if (page.next() == null) {
      newer.remove(subscription);
    } else {
      read(subscription, page.next());
    }
  }

  /** Whether all has been read and delivered. */
  boolean isOver() {
    return newer.isEmpty() && pages.isEmpty();
  }

  /** Whether a page waits until the client takes it. */
  boolean hasPage() {
    return !pages.isEmpty();
  }

  void deliverPage() {
    pages.remove().run();
  }
}
