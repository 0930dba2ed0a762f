package org.viesti.connection;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.viesti.device.Devices;
import org.viesti.device.Session;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.Publication;
import org.viesti.protocol.StreamId;
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

  /** What the client's desk does for it. */
  interface Client {
    /** The subscriptions that something read is for. */
    List<Subscription> subscriptions(Publication publication, StreamId stream, long position);

    /** Brings it to the client, if there are any. */
    void deliver(
        Publication publication,
        List<Subscription> subscriptions,
        StreamTrack track,
        long position);

    void sendAgain(Session.InFlight delivery, Publication publication, @Nullable StreamId stream);

    boolean hasRoom();

    /** Where a stream is to be read on: before what waits. */
    long resumeAt(StreamTrack track);

    /** The session cannot be gone on with now. */
    void fail(Throwable failure);
  }

  private final Needs needs;
  private final DeviceId device;
  private final ActorRef<Router.Routed> follower;
  private final Client client;
  private final TopicDesk.Host host;
  private final int readAtOnce;
  private final Map<String, Session.Kept> kept = new HashMap<>();
  private final Map<StreamId, StreamTrack> tracks = new LinkedHashMap<>(4);

  /** In flight when the last stream ended, and not sent again yet; null: sent. */
  private @Nullable List<Session.InFlight> toSendAgain;

  private CompletableFuture<Void> pending = CompletableFuture.completedFuture(null);

  SessionDesk(
      Needs needs,
      DeviceId device,
      ActorRef<Router.Routed> follower,
      Client client,
      TopicDesk.Host host,
      int readAtOnce) {
    this.needs = needs;
    this.device = device;
    this.follower = follower;
    this.client = client;
    this.host = host;
    this.readAtOnce = readAtOnce;
  }

  // Coming back.

  /**
   * Goes on with a session.
   *
   * @param inForce done when all its filters are in force
   */
  void resume(Session session, Map<String, Long> cursors, CompletionStage<?> inForce) {
    toSendAgain = session.inFlight();
    kept.putAll(session.subscriptions());
    Map<StreamId, Long> from = new HashMap<>();
    for (Session.Kept each : session.subscriptions().values()) {
      each.from().forEach((path, position) -> from.merge(stream(path), position, Math::min));
    }
    from.forEach(
        (stream, position) -> {
          long cursor = cursors.getOrDefault(stream.path(), position);
          add(new StreamTrack(stream, Math.max(cursor, position), true));
        });
    for (Session.InFlight each : session.inFlight()) {
      StreamTrack track = each.stream() == null ? null : tracks.get(stream(each.stream()));
      if (track != null) {
        track.with(each.position());
      }
    }
    CompletionStage<Map<StreamId, Map<Long, Publication>>> inFlight = read(session.inFlight());
    CompletionStage<Map<StreamId, Streams.Head>> heads =
        inForce.thenCompose(done -> heads(List.copyOf(tracks.keySet())));
    host.then(
        inFlight.thenCombine(heads, Resumed::new),
        resumed -> {
          if (resumed.value() == null) {
            client.fail(resumed.cause());
            return;
          }
          toSendAgain = null;
          sendAgain(session, resumed.value().inFlight());
          resumed.value().heads().forEach(this::headIs);
        });
  }

  private record Resumed(
      Map<StreamId, Map<Long, Publication>> inFlight, Map<StreamId, Streams.Head> heads) {}

  private StreamId stream(String path) {
    return StreamId.parse(device.user().tenant() + "/" + path);
  }

  private void add(StreamTrack track) {
    tracks.put(track.stream, track);
    needs.exchange().follow(track.stream, follower);
  }

  private CompletionStage<Map<StreamId, Map<Long, Publication>>> read(
      List<Session.InFlight> inFlight) {
    Map<StreamId, List<Long>> positions = new HashMap<>();
    for (Session.InFlight each : inFlight) {
      if (each.stream() != null) {
        positions
            .computeIfAbsent(stream(each.stream()), s -> new ArrayList<>())
            .add(each.position());
      }
    }
    CompletionStage<Map<StreamId, Map<Long, Publication>>> all =
        CompletableFuture.completedFuture(new HashMap<>());
    for (Map.Entry<StreamId, List<Long>> each : positions.entrySet()) {
      all =
          all.thenCombine(
              needs.streams().at(each.getKey(), each.getValue()),
              (found, more) -> {
                found.put(each.getKey(), more);
                return found;
              });
    }
    return all;
  }

  private void sendAgain(Session session, Map<StreamId, Map<Long, Publication>> found) {
    for (Session.InFlight each : session.inFlight()) {
      StreamId stream = each.stream() == null ? null : stream(each.stream());
      Publication publication =
          stream == null
              ? each.publication()
              : found.getOrDefault(stream, Map.of()).get(each.position());
      if (publication != null) {
        client.sendAgain(each, publication, stream);
      } else if (stream != null) {
        done(stream, each.position()); // it was kept no longer
      }
    }
  }

  private CompletionStage<Map<StreamId, Streams.Head>> heads(Collection<StreamId> streams) {
    CompletionStage<Map<StreamId, Streams.Head>> all =
        CompletableFuture.completedFuture(new HashMap<>());
    for (StreamId stream : streams) {
      all =
          all.thenCombine(
              needs.streams().head(stream),
              (found, head) -> {
                found.put(stream, head);
                return found;
              });
    }
    return all;
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

  /** Whether what it matches is recorded while no stream is there. */
  static boolean isDurable(ClientFrame.Wanted wanted, TopicFilter filter) {
    return wanted.qos() > 0
        && filter.share() == null
        && filter.text().length() <= DurableFilters.MAX_FILTER;
  }

  /** Done when the session has them, and those that are durable are in force everywhere. */
  CompletionStage<Done> subscribe(Map<TopicFilter, ClientFrame.Wanted> wanted) {
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
                .thenCompose(done -> heads(streams));
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
          done.value().heads().forEach(this::begin);
          known.complete(Done.getInstance());
        });
    return known;
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

  /** What came since the filter was in force here has been taken as it came. */
  private void begin(StreamId stream, Streams.Head head) {
    StreamTrack track = track(stream);
    if (!track.behind) {
      track.sent = Math.max(track.sent, head.position());
      if (track.life == 0) {
        track.life = head.life();
      }
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

  /** Done when the session is without them. */
  CompletionStage<Done> unsubscribe(List<String> filters) {
    List<String> durable =
        filters.stream()
            .filter(
                filter -> {
                  Session.Kept was = kept.remove(filter);
                  return was != null && was.durable();
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

  // Delivering.

  /** Something recorded came live. */
  void arrived(Publication publication, List<Subscription> subscriptions, Router.Place place) {
    StreamTrack track = track(place.stream());
    if (place.position() <= track.sent) {
      return;
    }
    if (track.life != place.life()) {
      track.behind |= track.life != 0;
      track.life = place.life();
    }
    if (toSendAgain != null || track.behind || !client.hasRoom()) {
      track.behind = true;
      track.goal = Math.max(track.goal, place.position());
      return;
    }
    client.deliver(publication, subscriptions, track, place.position());
    track.sent = place.position();
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
      track.done(position);
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
      if (track.behind && !track.reading && client.hasRoom()) {
        read(track);
      }
    }
  }

  private void read(StreamTrack track) {
    track.reading = true;
    long goal = track.goal;
    int looks = track.looks;
    List<String> filters =
        kept.entrySet().stream()
            .filter(each -> each.getValue().durable())
            .map(Map.Entry::getKey)
            .filter(filter -> takes(filter, track.stream, Long.MAX_VALUE))
            .toList();
    host.then(
        needs.streams().read(track.stream, filters, track.sent, readAtOnce),
        read -> {
          track.reading = false;
          if (read.value() != null) {
            continueWith(track, goal, looks, read.value());
          }
        });
  }

  private void continueWith(StreamTrack track, long goal, int looks, Streams.Stretch stretch) {
    for (Streams.Entry entry : stretch.entries()) {
      if (!client.hasRoom()) {
        return;
      }
      client.deliver(
          entry.publication(),
          client.subscriptions(entry.publication(), track.stream, entry.position()),
          track,
          entry.position());
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

  /** By stream, where the session's next stream is to read on. */
  Map<String, Long> positions() {
    Map<String, Long> positions = new HashMap<>();
    tracks.values().forEach(track -> positions.put(track.stream.path(), client.resumeAt(track)));
    return positions;
  }

  void close() {
    tracks.keySet().forEach(stream -> needs.exchange().unfollow(stream, follower));
  }
}
