package org.viesti.connection;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.Publication;
import org.viesti.protocol.TopicFilter;
import org.viesti.routing.Exchange;
import org.viesti.routing.Router;
import org.viesti.routing.Subscription;

/** The filters in force for one stream, by their texts. */
final class LiveSubscriptions {
  private final Exchange exchange;
  private final String tenant;
  private final String stream;
  private final ActorRef<Router.Routed> follower;
  private final Map<String, Subscription> all = new HashMap<>(2);

  LiveSubscriptions(
      Exchange exchange, String tenant, String stream, ActorRef<Router.Routed> follower) {
    this.exchange = exchange;
    this.tenant = tenant;
    this.stream = stream;
    this.follower = follower;
  }

  /** From now on it is in force here, in the place of an older one; the answer: everywhere. */
  CompletableFuture<?> add(TopicFilter filter, ClientFrame.Wanted wanted) {
    Subscription subscription = new Subscription(tenant, filter, wanted, stream, follower);
    CompletableFuture<?> everywhere = exchange.subscribe(subscription).toCompletableFuture();
    Subscription old = all.put(filter.text(), subscription);
    if (old != null) {
      exchange.unsubscribe(old);
    }
    return everywhere;
  }

  /** Null: there was none. */
  @Nullable Subscription remove(String filter) {
    Subscription subscription = all.remove(filter);
    if (subscription != null) {
      exchange.unsubscribe(subscription);
    }
    return subscription;
  }

  @Nullable Subscription get(String filter) {
    return all.get(filter);
  }

  int size() {
    return all.size();
  }

  /** Those that a publication is for alone. */
  List<Subscription> matching(Publication publication) {
    List<Subscription> matching = new ArrayList<>(1);
    for (Subscription each : all.values()) {
      if (!each.isShared()
          && each.filter().matches(publication.path())
          && each.takes(publication.publisher())) {
        matching.add(each);
      }
    }
    return matching;
  }

  /** None is in force any more. */
  Collection<Subscription> end() {
    all.values().forEach(exchange::unsubscribe);
    return all.values();
  }
}
