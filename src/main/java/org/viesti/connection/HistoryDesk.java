package org.viesti.connection;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.Publication;
import org.viesti.protocol.StreamId;
import org.viesti.protocol.TopicFilter;
import org.viesti.routing.Router;
import org.viesti.routing.Subscription;
import org.viesti.security.TopicAcl;
import org.viesti.stream.Streams;

/**
 * Subscriptions that begin with what was recorded, and go on with what comes. Nothing of them is
 * kept when the stream ends: the client knows how far it is in each stream of topics.
 */
final class HistoryDesk {
  private final Streams streams;
  private final String tenant;
  private final TopicAcl.Rights rights;
  private final LiveSubscriptions live;
  private final DeskHost host;
  private final StreamReader reader;

  /** By filter: up to where it has each of its streams, or does not want it. */
  private final Map<String, Map<StreamId, Long>> has = new HashMap<>(2);

  HistoryDesk(
      TopicPublisher topics,
      String tenant,
      TopicAcl.Rights rights,
      LiveSubscriptions live,
      ActorRef<Router.Routed> follower,
      Deliveries deliveries,
      DeskHost host,
      int readAtOnce) {
    this.streams = topics.streams();
    this.tenant = tenant;
    this.rights = rights;
    this.live = live;
    this.host = host;
    this.reader =
        new StreamReader(topics.exchange(), follower, new Recorded(), deliveries, host, readAtOnce);
  }

  /**
   * Begins.
   *
   * @param inForce done when the filter is in force everywhere: what comes later is told
   * @return by the path of each stream, what it begins after
   */
  CompletableFuture<Map<String, Long>> subscribe(
      TopicFilter filter, ClientFrame.From from, CompletionStage<?> inForce) {
    List<StreamId> its = streams.of(tenant, filter);
    CompletableFuture<Map<String, Long>> begun = new CompletableFuture<>();
    host.then(
        inForce
            .thenCompose(done -> streams.heads(its))
            .thenCompose(heads -> beginnings(its, from, heads)),
        found -> {
          if (found.value() == null) {
            begun.completeExceptionally(found.cause());
            return;
          }
          Map<String, Long> positions = new HashMap<>();
          Map<StreamId, Long> own = new HashMap<>();
          for (Beginning each : found.value()) {
            begin(each);
            own.put(each.stream(), each.after());
            positions.put(each.stream().path(), each.after());
          }
          has.put(filter.text(), own);
          begun.complete(positions);
        });
    return begun;
  }

  private record Beginning(StreamId stream, long after, Streams.Head head) {}

  private CompletionStage<List<Beginning>> beginnings(
      List<StreamId> its, ClientFrame.From from, Map<StreamId, Streams.Head> heads) {
    CompletionStage<List<Beginning>> all = CompletableFuture.completedFuture(new ArrayList<>());
    for (StreamId stream : its) {
      Streams.Head head = Objects.requireNonNull(heads.get(stream));
      all =
          all.thenCombine(
              after(stream, from, head),
              (list, after) -> {
                list.add(new Beginning(stream, Math.min(after, head.position()), head));
                return list;
              });
    }
    return all;
  }

  private CompletionStage<Long> after(StreamId stream, ClientFrame.From from, Streams.Head head) {
    if (from.time() != null) {
      return streams.before(stream, from.time());
    }
    Long given = from.positions() == null ? null : from.positions().get(stream.path());
    return CompletableFuture.completedFuture(given == null ? head.position() : given);
  }

  /** Other filters that are further in a stream do not get again what is read for this one. */
  private void begin(Beginning beginning) {
    StreamId stream = beginning.stream();
    StreamTrack track = reader.find(stream);
    if (track != null) {
      long sent = track.sent;
      has.values().forEach(own -> own.computeIfPresent(stream, (s, to) -> Math.max(to, sent)));
    }
    reader.rewind(stream, beginning.after());
    reader.headIs(stream, beginning.head());
  }

  void unsubscribe(String filter) {
    Map<StreamId, Long> own = has.remove(filter);
    if (own != null) {
      own.keySet().stream()
          .filter(stream -> has.values().stream().noneMatch(each -> each.containsKey(stream)))
          .forEach(reader::end);
    }
  }

  /**
   * Whether it is recorded and for one of these subscriptions; if so, it is brought in its turn.
   */
  boolean takes(Router.Arrival arrival) {
    Router.Place place = arrival.place();
    if (place == null
        || arrival.subscriptions().stream().noneMatch(each -> each.wanted().from() != null)) {
      return false;
    }
    arrival.subscriptions().forEach(Subscription::done); // the log has it, so no group needs to
    if (reader.find(place.stream()) != null) { // else it is before where the filter begins
      reader.arrived(arrival.publication(), arrival.subscriptions(), place);
    }
    return true;
  }

  void look(StreamId stream) {
    reader.look(stream);
  }

  void done(StreamId stream, long position) {
    reader.done(stream, position);
  }

  void pump() {
    reader.pump();
  }

  void close() {
    reader.close();
  }

  private final class Recorded implements StreamReader.Source {
    @Override
    public List<Subscription> subscriptions(
        Publication publication, StreamId stream, long position) {
      List<Subscription> all = live.matching(publication);
      all.removeIf(
          each -> {
            Long to = has.getOrDefault(each.filter().text(), Map.of()).get(stream);
            return to == null || position <= to;
          });
      return all;
    }

    @Override
    public boolean mayReceive(String topic) {
      return rights.mayReceive(topic);
    }

    @Override
    public CompletionStage<Streams.Stretch> read(StreamId stream, long after, int mostRows) {
      return streams.readAll(stream, after, mostRows);
    }
  }
}
