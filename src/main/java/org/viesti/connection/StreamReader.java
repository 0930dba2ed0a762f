package org.viesti.connection;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.Publication;
import org.viesti.protocol.StreamId;
import org.viesti.routing.Exchange;
import org.viesti.routing.Router;
import org.viesti.routing.Subscription;
import org.viesti.stream.Streams;

/**
 * Brings one client what streams of topics recorded, each stream's in order and once. What comes
 * live is taken as long as nothing lies between; past the client's window, or after a gap, it is
 * read from the log.
 */
final class StreamReader {
  /** For whom it reads. */
  interface Source {
    /** The subscriptions that something read is for. */
    List<Subscription> subscriptions(Publication publication, StreamId stream, long position);

    boolean mayReceive(String topic);

    /** What was recorded after a position that may be for it. */
    CompletionStage<Streams.Stretch> read(StreamId stream, long after, int mostRows);
  }

  private final Exchange exchange;
  private final ActorRef<Router.Routed> follower;
  private final Source source;
  private final Deliveries deliveries;
  private final DeskHost host;
  private final int readAtOnce;
  private final Map<StreamId, StreamTrack> tracks = new LinkedHashMap<>(4);

  /** Something else goes first: what comes is read later. */
  private boolean held;

  StreamReader(
      Exchange exchange,
      ActorRef<Router.Routed> follower,
      Source source,
      Deliveries deliveries,
      DeskHost host,
      int readAtOnce) {
    this.exchange = exchange;
    this.follower = follower;
    this.source = source;
    this.deliveries = deliveries;
    this.host = host;
    this.readAtOnce = readAtOnce;
  }

  void hold(boolean on) {
    held = on;
  }

  /** Goes on after this position; what there is after it is read once the head is known. */
  StreamTrack begin(StreamId stream, long sent) {
    StreamTrack track = new StreamTrack(stream);
    track.goesOnAfter(sent);
    track.behind = true;
    add(track);
    return track;
  }

  /**
   * A stream that nothing was wanted of begins at its head. One that was followed goes on where it
   * is: something before the head may be on its way for another subscription.
   */
  void beginAt(StreamId stream, Streams.Head head) {
    StreamTrack track = track(stream);
    if (!track.begun) {
      track.goesOnAfter(head.position());
      track.life = head.life();
    }
  }

  private void add(StreamTrack track) {
    tracks.put(track.stream, track);
    exchange.follow(track.stream, follower);
  }

  private StreamTrack track(StreamId stream) {
    StreamTrack track = tracks.get(stream);
    if (track == null) {
      track = new StreamTrack(stream);
      add(track);
    }
    return track;
  }

  /** Goes back to a position, if it is past that. */
  void rewind(StreamId stream, long position) {
    StreamTrack track = track(stream);
    if (!track.begun || position < track.sent) {
      track.goesOnAfter(position);
      track.behind = true;
    }
  }

  /** Nothing of a stream is wanted any more. */
  void end(StreamId stream) {
    if (tracks.remove(stream) != null) {
      exchange.unfollow(stream, follower);
    }
  }

  @Nullable StreamTrack find(StreamId stream) {
    return tracks.get(stream);
  }

  Set<StreamId> streams() {
    return tracks.keySet();
  }

  /** A track that is behind reads up to it. */
  void headIs(StreamId stream, Streams.Head head) {
    StreamTrack track = tracks.get(stream);
    if (track != null) {
      track.goal = Math.max(track.goal, head.position());
      track.life = head.life();
      track.behind |= track.goal > track.sent;
    }
  }

  /** Something recorded came live. */
  void arrived(Publication publication, List<Subscription> arrivedBy, Router.Place place) {
    StreamTrack track = track(place.stream());
    if (!track.begun) {
      track.goesOnAfter(place.position() - 1);
    }
    if (place.position() <= track.sent) {
      return;
    }
    if (track.life != place.life()) {
      track.behind |= track.life != 0;
      track.life = place.life();
    }
    if (held || track.behind || !deliveries.hasRoom()) {
      track.behind = true;
      track.goal = Math.max(track.goal, place.position());
      return;
    }
    deliver(publication, arrivedBy, track, place.position());
    track.sent = place.position();
  }

  private void deliver(
      Publication publication, List<Subscription> to, StreamTrack track, long position) {
    if (!to.isEmpty() && source.mayReceive(publication.path())) {
      track.unacked.with(position);
      deliveries.put(Deliveries.Delivery.of(publication, to, track.stream, position));
    }
  }

  /** Something may not have come. */
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

  /** Everything up to here is done with. */
  long acked(StreamId stream) {
    StreamTrack track = tracks.get(stream);
    return track == null ? 0 : track.acked();
  }

  /** Reads on where something is to be read and the client takes it. */
  void pump() {
    if (held) {
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
    long after = track.sent;
    long goal = track.goal;
    int looks = track.looks;
    host.then(
        source.read(track.stream, after, readAtOnce),
        read -> {
          track.reading = false;
          if (read.value() != null && track.sent == after) { // else it went back meanwhile
            continueWith(track, goal, looks, read.value());
          }
        });
  }

  private void continueWith(StreamTrack track, long goal, int looks, Streams.Stretch stretch) {
    for (Streams.Entry entry : stretch.entries()) {
      if (!deliveries.hasRoom()) {
        return;
      }
      deliver(
          entry.publication(),
          source.subscriptions(entry.publication(), track.stream, entry.position()),
          track,
          entry.position());
      track.sent = entry.position();
    }
    track.sent =
        Math.max(track.sent, stretch.end() ? Math.max(goal, stretch.upTo()) : stretch.upTo());
    track.behind = !stretch.end() || track.goal > track.sent || track.looks != looks;
  }

  /** By stream, where a later reader is to go on: before what waits. */
  Map<String, Long> positions() {
    Map<String, Long> positions = new HashMap<>();
    for (StreamTrack track : tracks.values()) {
      long waits = deliveries.firstWaiting(track.stream, Long.MAX_VALUE);
      positions.put(track.stream.path(), Math.min(waits - 1, track.sent));
    }
    return positions;
  }

  void close() {
    tracks.keySet().forEach(stream -> exchange.unfollow(stream, follower));
  }
}
