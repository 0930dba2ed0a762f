package org.viesti.connection;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.viesti.device.Devices;
import org.viesti.device.Session;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.LogId;
import org.viesti.protocol.Publication;
import org.viesti.protocol.Refused;
import org.viesti.protocol.StreamId;
import org.viesti.protocol.Topic;
import org.viesti.protocol.TopicFilter;
import org.viesti.routing.DurableFilters;
import org.viesti.routing.Exchange;
import org.viesti.routing.Router;
import org.viesti.routing.Subscription;
import org.viesti.stream.Streams;

/**
 * What a stream whose session outlives it has besides its {@link TopicDesk}: which of its
 * subscriptions are durable, what was in flight when the session's last stream ended, and how far
 * it is in each stream of topics.
 */
final class SessionDesk {

  /** What it needs of its node. */
  record Needs(Exchange exchange, Streams streams, DurableFilters filters, Devices devices) {}

  /** What the client's desk knows. */
  interface Client {
    /** Those in force that something is for. */
    List<Subscription> matching(Publication publication);

    boolean mayReceive(String topic);

    /** Something in flight was kept no longer. */
    void gone(LogId log, long position);
  }

  private final Needs needs;
  private final DeviceId device;
  private final Client client;
  private final Deliveries deliveries;
  private final DeskHost host;
  private final SessionSubscriptions subscriptions;
  private final StreamReader reader;

  /** In flight when the last stream ended, and not sent again yet; null: sent. */
  private @Nullable List<Session.InFlight> toSendAgain;

  SessionDesk(
      Needs needs,
      DeviceId device,
      ActorRef<Router.Routed> follower,
      Client client,
      Deliveries deliveries,
      DeskHost host,
      int readAtOnce) {
    this.needs = needs;
    this.device = device;
    this.client = client;
    this.deliveries = deliveries;
    this.host = host;
    this.subscriptions = new SessionSubscriptions(needs, device, host);
    this.reader =
        new StreamReader(
            needs.exchange(), follower, new ForSession(), deliveries, host, readAtOnce);
  }

  // Coming back.

  /**
   * Goes on with a session.
   *
   * @param inForce done when all its filters are in force
   * @param ofRooms what is in flight of rooms, by path and position
   */
  void resume(
      Session session,
      Map<String, Long> cursors,
      CompletionStage<?> inForce,
      CompletionStage<Map<String, Map<Long, Publication>>> ofRooms) {
    toSendAgain = session.inFlight();
    reader.hold(true);
    subscriptions
        .resume(session.subscriptions())
        .forEach(
            (stream, position) -> {
              long cursor = cursors.getOrDefault(stream.path(), position);
              reader.begin(stream, Math.max(cursor, position));
            });
    for (Session.InFlight each : session.inFlight()) {
      StreamTrack track = log(each) instanceof StreamId stream ? reader.find(stream) : null;
      if (track != null) {
        track.unacked.with(each.position());
      }
    }
    CompletionStage<Map<String, Map<Long, Publication>>> inFlight =
        needs.streams().at(positions(session.inFlight())).thenCombine(ofRooms, SessionDesk::byPath);
    CompletionStage<Map<StreamId, Streams.Head>> heads =
        inForce.thenCompose(done -> needs.streams().heads(List.copyOf(reader.streams())));
    host.then(
        inFlight.thenCombine(heads, Resumed::new),
        resumed -> {
          if (resumed.value() == null) {
            host.end(new CloseCause.Rejected(Refused.in(resumed.cause())));
            return;
          }
          toSendAgain = null;
          reader.hold(false);
          sendAgain(session, resumed.value().inFlight());
          resumed.value().heads().forEach(reader::headIs);
        });
  }

  private record Resumed(
      Map<String, Map<Long, Publication>> inFlight, Map<StreamId, Streams.Head> heads) {}

  private static Map<String, Map<Long, Publication>> byPath(
      Map<StreamId, Map<Long, Publication>> ofStreams,
      Map<String, Map<Long, Publication>> ofRooms) {
    Map<String, Map<Long, Publication>> all = new HashMap<>(ofRooms);
    ofStreams.forEach((stream, found) -> all.put(stream.path(), found));
    return all;
  }

  /** What comes first is yet to be sent again. */
  boolean isResuming() {
    return toSendAgain != null;
  }

  private @Nullable LogId log(Session.InFlight one) {
    String path = one.stream();
    if (path == null) {
      return null;
    }
    return StreamId.isPath(path) ? stream(path) : Topic.of(device.user().tenant(), path);
  }

  private StreamId stream(String path) {
    return StreamId.parse(device.user().tenant() + "/" + path);
  }

  private Map<StreamId, List<Long>> positions(List<Session.InFlight> inFlight) {
    Map<StreamId, List<Long>> positions = new HashMap<>();
    for (Session.InFlight each : inFlight) {
      if (log(each) instanceof StreamId stream) {
        positions.computeIfAbsent(stream, s -> new ArrayList<>()).add(each.position());
      }
    }
    return positions;
  }

  private void sendAgain(Session session, Map<String, Map<Long, Publication>> found) {
    for (Session.InFlight each : session.inFlight()) {
      LogId log = log(each);
      Publication publication =
          log == null
              ? each.publication()
              : found.getOrDefault(log.path(), Map.of()).get(each.position());
      if (publication != null) {
        sendAgain(each, publication, log);
      } else if (log != null) {
        client.gone(log, each.position());
      }
    }
  }

  private void sendAgain(Session.InFlight was, Publication publication, @Nullable LogId log) {
    Deliveries.Delivery delivery =
        new Deliveries.Delivery(
            publication, was.qos(), was.retain(), was.identifiers(), log, was.position(), null);
    if (was.number() == 0) {
      deliveries.put(delivery);
    } else {
      deliveries.sendAgain(was.number(), delivery, was.received());
    }
  }

  // Subscriptions.

  /** Done when the session has them, and those that are durable are in force everywhere. */
  CompletionStage<Done> subscribe(Map<TopicFilter, ClientFrame.Wanted> wanted) {
    return subscriptions.subscribe(wanted, reader::beginAt);
  }

  /** The same of a filter of rooms, of which what was posted after these positions is for it. */
  CompletionStage<Done> subscribe(
      TopicFilter filter, ClientFrame.Wanted wanted, Map<String, Long> from) {
    return subscriptions.keep(filter, new Session.Kept(wanted, from));
  }

  /** A subscription as the session has it; null: it has none. */
  Session.@Nullable Kept kept(String filter) {
    return subscriptions.kept(filter);
  }

  /** Done when the session is without them. */
  CompletionStage<Done> unsubscribe(List<String> filters) {
    return subscriptions.unsubscribe(filters);
  }

  /** Done when all is that the client asked for. */
  CompletableFuture<Void> pending() {
    return subscriptions.pending();
  }

  // Delivering.

  /** Whether it is recorded for the session; if so, it is brought when it is its turn. */
  boolean takes(Router.Arrival arrival) {
    Router.Place place = arrival.place();
    if (place == null
        || arrival.publication().qos() == 0
        || arrival.subscriptions().stream().noneMatch(SessionSubscriptions::isDurable)) {
      return false;
    }
    arrival.subscriptions().forEach(Subscription::done); // the log has it, so no group needs to
    reader.arrived(arrival.publication(), arrival.subscriptions(), place);
    return true;
  }

  /** What is recorded for a session is what its durable subscriptions match, above QoS 0. */
  private final class ForSession implements StreamReader.Source {
    @Override
    public List<Subscription> subscriptions(
        Publication publication, StreamId stream, long position) {
      if (publication.qos() == 0) {
        return List.of(); // it had what came while it was there
      }
      List<Subscription> all = client.matching(publication);
      all.removeIf(each -> !subscriptions.takes(each.filter().text(), stream, position));
      return all.stream().anyMatch(SessionSubscriptions::isDurable) ? all : List.of();
    }

    @Override
    public boolean mayReceive(String topic) {
      return client.mayReceive(topic);
    }

    @Override
    public CompletionStage<Streams.Stretch> read(StreamId stream, long after, int mostRows) {
      return needs.streams().read(stream, subscriptions.durableIn(stream), after, mostRows);
    }
  }

  void look(StreamId stream) {
    reader.look(stream);
  }

  void done(StreamId stream, long position) {
    reader.done(stream, position);
  }

  long acked(StreamId stream) {
    return reader.acked(stream);
  }

  void pump() {
    reader.pump();
  }

  // Leaving.

  /** What is yet to be sent again, because the stream ends before it could be. */
  List<Session.InFlight> notSentAgain() {
    return toSendAgain == null ? List.of() : toSendAgain;
  }

  /** By stream, where the session's next stream is to read on: before what waits. */
  Map<String, Long> positions() {
    return reader.positions();
  }

  void close() {
    reader.close();
  }
}
