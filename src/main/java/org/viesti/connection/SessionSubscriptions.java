package org.viesti.connection;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;
import org.viesti.device.Session;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.StreamId;
import org.viesti.protocol.Topic;
import org.viesti.protocol.TopicFilter;
import org.viesti.routing.DurableFilters;
import org.viesti.routing.Subscription;
import org.viesti.stream.Streams;

/**
 * The subscriptions of a session that outlives its stream. One that is durable begins at the heads
 * its streams have when every node heeds its filter.
 */
final class SessionSubscriptions {
  private final SessionDesk.Needs needs;
  private final DeviceId device;
  private final DeskHost host;

  /** By the text of their filters. */
  private final Map<String, Session.Kept> kept = new HashMap<>();

  private CompletableFuture<Void> pending = CompletableFuture.completedFuture(null);

  SessionSubscriptions(SessionDesk.Needs needs, DeviceId device, DeskHost host) {
    this.needs = needs;
    this.device = device;
    this.host = host;
  }

  /**
   * Those of the session that goes on.
   *
   * @return by stream, where the first of them begins
   */
  Map<StreamId, Long> resume(Map<String, Session.Kept> subscriptions) {
    Map<StreamId, Long> first = new HashMap<>();
    subscriptions.forEach(
        (text, each) -> {
          if (!each.durable() || Topic.isRoom(text)) {
            kept.put(text, each);
            return;
          }
          Map<String, Long> from = new HashMap<>(each.from());
          // One that its topics were moved to since has nothing older for it.
          needs
              .streams()
              .of(device.user().tenant(), TopicFilter.parse(text))
              .forEach(stream -> from.putIfAbsent(stream.path(), 0L));
          kept.put(text, new Session.Kept(each.wanted(), from));
          from.forEach((path, position) -> first.merge(stream(path), position, Math::min));
        });
    return first;
  }

  private StreamId stream(String path) {
    return StreamId.parse(device.user().tenant() + "/" + path);
  }

  /** Whether what it matches is recorded while no stream is there. */
  static boolean isDurable(Subscription subscription) {
    return isDurable(subscription.wanted(), subscription.filter());
  }

  private static boolean isDurable(ClientFrame.Wanted wanted, TopicFilter filter) {
    return wanted.qos() > 0
        && filter.share() == null
        && filter.text().length() <= DurableFilters.MAX_FILTER;
  }

  /** Done when the session has them, and those that are durable are in force everywhere. */
  CompletionStage<Done> subscribe(
      Map<TopicFilter, ClientFrame.Wanted> wanted, BiConsumer<StreamId, Streams.Head> begin) {
    List<TopicFilter> fresh = new ArrayList<>(wanted.size());
    List<String> noLonger = new ArrayList<>(0);
    Set<StreamId> streams = new LinkedHashSet<>();
    wanted.forEach(
        (filter, how) -> {
          Session.Kept before = kept.get(filter.text());
          boolean was = before != null && before.durable();
          if (isDurable(how, filter) && !was) {
            fresh.add(filter);
            streams.addAll(needs.streams().of(device.user().tenant(), filter));
          } else if (!isDurable(how, filter) && was) {
            noLonger.add(filter.text());
          }
        });
    CompletionStage<Map<StreamId, Streams.Head>> heads =
        fresh.isEmpty()
            ? CompletableFuture.completedFuture(Map.of())
            : needs
                .filters()
                .add(device, fresh.stream().map(TopicFilter::text).toList())
                .thenCompose(done -> needs.streams().heads(streams));
    Map<String, Session.Kept> before = Map.copyOf(kept);
    CompletionStage<Subscribed> subscribed =
        heads.thenCompose(
            found -> {
              Map<String, Session.Kept> changed = new HashMap<>();
              wanted.forEach(
                  (filter, how) ->
                      changed.put(
                          filter.text(), kept(filter, how, before.get(filter.text()), found)));
              return needs
                  .devices()
                  .subscribe(device, changed, List.of())
                  .thenCompose(done -> forget(noLonger))
                  .thenApply(done -> new Subscribed(changed, found));
            });
    pending(subscribed);
    CompletableFuture<Done> known = new CompletableFuture<>();
    host.then(
        subscribed,
        done -> {
          if (done.value() == null) {
            known.completeExceptionally(done.cause());
            return;
          }
          kept.putAll(done.value().changed());
          done.value().heads().forEach(begin);
          known.complete(Done.getInstance());
        });
    return known;
  }

  /** Keeps one of rooms, which need no filter to be in force: their logs have everything. */
  CompletionStage<Done> keep(TopicFilter filter, Session.Kept how) {
    CompletionStage<Done> subscribed =
        needs.devices().subscribe(device, Map.of(filter.text(), how), List.of());
    pending(subscribed);
    kept.put(filter.text(), how);
    return subscribed;
  }

  Session.@Nullable Kept kept(String filter) {
    return kept.get(filter);
  }

  private record Subscribed(Map<String, Session.Kept> changed, Map<StreamId, Streams.Head> heads) {}

  private CompletionStage<Done> forget(List<String> filters) {
    return filters.isEmpty()
        ? CompletableFuture.completedFuture(Done.getInstance())
        : needs.filters().remove(device, filters);
  }

  /** What the client asked for is done, though it may leave before it is answered. */
  private void pending(CompletionStage<?> more) {
    pending =
        CompletableFuture.allOf(
            pending, more.handle((done, failure) -> Done.getInstance()).toCompletableFuture());
  }

  /** Done when all is that the client asked for. */
  CompletableFuture<Void> pending() {
    return pending;
  }

  private Session.Kept kept(
      TopicFilter filter,
      ClientFrame.Wanted how,
      Session.@Nullable Kept before,
      Map<StreamId, Streams.Head> heads) {
    if (!isDurable(how, filter)) {
      return new Session.Kept(how, Map.of());
    }
    if (before != null && before.durable()) {
      return new Session.Kept(how, before.from());
    }
    Map<String, Long> from = new HashMap<>();
    for (StreamId stream : needs.streams().of(device.user().tenant(), filter)) {
      Streams.Head head = heads.get(stream);
      if (head != null) {
        from.put(stream.path(), head.position());
      }
    }
    return new Session.Kept(how, from);
  }

  /** Done when the session is without them. */
  CompletionStage<Done> unsubscribe(List<String> filters) {
    List<String> durable =
        filters.stream()
            .filter(
                filter -> {
                  Session.Kept was = kept.remove(filter);
                  return was != null && was.durable() && !Topic.isRoom(filter);
                })
            .toList();
    CompletionStage<Done> unsubscribed =
        needs.devices().subscribe(device, Map.of(), filters).thenCompose(done -> forget(durable));
    pending(unsubscribed);
    return unsubscribed;
  }

  /** Whether what a subscription matches at a position is for the session. */
  boolean takes(String filter, StreamId stream, long position) {
    Session.Kept subscription = kept.get(filter);
    if (subscription == null || !subscription.durable()) {
      return true;
    }
    Long from = subscription.from().get(stream.path());
    return from != null && position > from;
  }

  /** The filters of those that are durable and may have something in a stream. */
  List<String> durableIn(StreamId stream) {
    return kept.entrySet().stream()
        .filter(each -> each.getValue().from().containsKey(stream.path()))
        .map(Map.Entry::getKey)
        .toList();
  }
}
