package org.viesti.connection;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
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
 * subscriptions are durable, and how far it is in each stream of topics. What comes live is taken
 * as long as nothing lies between; past the client's window, or after a gap, it is read from the
 * log.
 */
final class SessionDesk {

  /** What it needs of its node. */
  record Needs(Exchange exchange, Streams streams, DurableFilters filters, Devices devices) {}

  /** What the client's desk knows. */
  interface Client {
    /** The subscriptions that something read is for. */
    List<Subscription> subscriptions(Publication publication, StreamId stream, long position);

    boolean mayReceive(String topic);

    /** Something in flight was kept no longer. */
    void gone(LogId log, long position);
  }

  private final Needs needs;
  private final DeviceId device;
  private final ActorRef<Router.Routed> follower;
  private final Client client;
  private final Deliveries deliveries;
  private final DeskHost host;
  private final int readAtOnce;
  private final SessionSubscriptions subscriptions;
  private final Map<StreamId, StreamTrack> tracks = new LinkedHashMap<>(4);

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
    this.follower = follower;
    this.client = client;
    this.deliveries = deliveries;
    this.host = host;
    this.readAtOnce = readAtOnce;
    this.subscriptions = new SessionSubscriptions(needs, device, host);
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
    subscriptions
        .resume(session.subscriptions())
        .forEach(
            (stream, position) -> {
              long cursor = cursors.getOrDefault(stream.path(), position);
              add(new StreamTrack(stream, Math.max(cursor, position), true));
            });
    for (Session.InFlight each : session.inFlight()) {
      StreamTrack track = log(each) instanceof StreamId stream ? tracks.get(stream) : null;
      if (track != null) {
        track.unacked.with(each.position());
      }
    }
    CompletionStage<Map<String, Map<Long, Publication>>> inFlight =
        needs.streams().at(positions(session.inFlight())).thenCombine(ofRooms, SessionDesk::byPath);
    CompletionStage<Map<StreamId, Streams.Head>> heads =
        inForce.thenCompose(done -> needs.streams().heads(List.copyOf(tracks.keySet())));
    host.then(
        inFlight.thenCombine(heads, Resumed::new),
        resumed -> {
          if (resumed.value() == null) {
            host.end(new CloseCause.Rejected(Refused.in(resumed.cause())));
            return;
          }
          toSendAgain = null;
          sendAgain(session, resumed.value().inFlight());
          resumed.value().heads().forEach(this::headIs);
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

  private void add(StreamTrack track) {
    tracks.put(track.stream, track);
    needs.exchange().follow(track.stream, follower);
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

  /** A track that is behind reads up to it. */
  private void headIs(StreamId stream, Streams.Head head) {
    StreamTrack track = tracks.get(stream);
    if (track != null) {
      track.goal = Math.max(track.goal, head.position());
      track.life = head.life();
      track.behind |= track.goal > track.sent;
    }
  }

  // Subscriptions.

  /** Done when the session has them, and those that are durable are in force everywhere. */
  CompletionStage<Done> subscribe(Map<TopicFilter, ClientFrame.Wanted> wanted) {
    return subscriptions.subscribe(wanted, this::begin);
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

  /** Whether what a subscription matches at a position is for the session. */
  boolean takes(String filter, StreamId stream, long position) {
    return subscriptions.takes(filter, stream, position);
  }

  /**
   * A stream that nothing was wanted of begins at its head. One that was followed goes on where it
   * is: something before the head may be on its way for another subscription.
   */
  private void begin(StreamId stream, Streams.Head head) {
    StreamTrack track = track(stream);
    if (track.sent == 0) {
      track.sent = head.position();
      track.life = head.life();
    }
  }

  private StreamTrack track(StreamId stream) {
    StreamTrack track = tracks.get(stream);
    if (track == null) {
      track = new StreamTrack(stream, 0, false);
      add(track);
    }
    return track;
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
    arrived(arrival.publication(), arrival.subscriptions(), place);
    return true;
  }

  private void arrived(Publication publication, List<Subscription> arrivedBy, Router.Place place) {
    StreamTrack track = track(place.stream());
    if (place.position() <= track.sent) {
      return;
    }
    if (track.life != place.life()) {
      track.behind |= track.life != 0;
      track.life = place.life();
    }
    if (toSendAgain != null || track.behind || !deliveries.hasRoom()) {
      track.behind = true;
      track.goal = Math.max(track.goal, place.position());
      return;
    }
    deliver(publication, arrivedBy, track, place.position());
    track.sent = place.position();
  }

  private void deliver(
      Publication publication, List<Subscription> to, StreamTrack track, long position) {
    if (!to.isEmpty() && client.mayReceive(publication.path())) {
      track.unacked.with(position);
      deliveries.put(Deliveries.Delivery.of(publication, to, track.stream, position));
    }
  }

  void look(StreamId stream) {
    StreamTrack track = tracks.get(stream);
    if (track != null) {
      track.behind = true;
      track.looks++;
    }
  }

  void done(StreamId stream, long position) {
    StreamTrack track = tracks.get(stream);
    if (track != null) {
      track.unacked.done(position);
    }
  }

  long acked(StreamId stream) {
    StreamTrack track = tracks.get(stream);
    return track == null ? 0 : track.acked();
  }

  /** Reads on where something is to be read and the client takes it. */
  void pump() {
    if (toSendAgain != null) {
      return;
    }
    for (StreamTrack track : tracks.values()) {
      if (track.behind && !track.reading && deliveries.hasRoom()) {
        read(track);
      }
    }
  }

  private void read(StreamTrack track) {
    track.reading = true;
    long goal = track.goal;
    int looks = track.looks;
    host.then(
        needs
            .streams()
            .read(track.stream, subscriptions.durableIn(track.stream), track.sent, readAtOnce),
        read -> {
          track.reading = false;
          if (read.value() != null) {
            continueWith(track, goal, looks, read.value());
          }
        });
  }

  private void continueWith(StreamTrack track, long goal, int looks, Streams.Stretch stretch) {
    for (Streams.Entry entry : stretch.entries()) {
      if (!deliveries.hasRoom()) {
        return;
      }
      Publication publication = entry.publication();
      if (publication.qos() > 0) { // at QoS 0 a session has what comes while it is there
        deliver(
            publication,
            client.subscriptions(publication, track.stream, entry.position()),
            track,
            entry.position());
      }
      track.sent = entry.position();
    }
    track.sent =
        Math.max(track.sent, stretch.end() ? Math.max(goal, stretch.upTo()) : stretch.upTo());
    track.behind = !stretch.end() || track.goal > track.sent || track.looks != looks;
  }

  // Leaving.

  /** What is yet to be sent again, because the stream ends before it could be. */
  List<Session.InFlight> notSentAgain() {
    return toSendAgain == null ? List.of() : toSendAgain;
  }

  /** By stream, where the session's next stream is to read on: before what waits. */
  Map<String, Long> positions() {
    Map<String, Long> positions = new HashMap<>();
    for (StreamTrack track : tracks.values()) {
      long waits = deliveries.firstWaiting(track.stream, Long.MAX_VALUE);
      positions.put(track.stream.path(), Math.min(waits - 1, track.sent));
    }
    return positions;
  }

  void close() {
    tracks.keySet().forEach(stream -> needs.exchange().unfollow(stream, follower));
  }
}
