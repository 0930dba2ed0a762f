package org.viesti.connection;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.viesti.device.Session;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.Message;
import org.viesti.protocol.Publication;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.protocol.Topic;
import org.viesti.protocol.TopicFilter;
import org.viesti.routing.Router;
import org.viesti.routing.Subscription;
import org.viesti.security.Principal;
import org.viesti.security.TopicAcl;
import org.viesti.user.Users;

/**
 * The chat rooms that a stream of topics subscribed to. Their messages do not pass through the tree
 * of topics: each room is a log, followed as a chat stream follows it, and what the client answers
 * moves its device's cursor there. While the client does not take what it is sent nothing is kept
 * for it; the log is read on when it does.
 */
final class RoomDesk {
  /** A payload is JSON in UTF-8. */
  private static final Publication.Properties JSON =
      new Publication.Properties(true, "application/json", null, null, List.of());

  private final DeviceConnection.Needs needs;
  private final Principal principal;
  private final TopicAcl.Rights rights;
  private final ActorRef<Router.Routed> routed;
  private final Wire wire;
  private final Deliveries deliveries;
  private final Acknowledgements acks;
  private final DeskHost host;
  private final Supplier<@Nullable SessionDesk> session;
  private final LogDesk logs;
  private final RoomBeginnings rooms;

  private final RoomFilters filters = new RoomFilters();

  /** Subscriptions that wait to be in force, by the text of their filters. */
  private final Map<String, Subscription> beginning = new HashMap<>(2);

  /** By the path of a room that is followed: what of it is with the client. */
  private final Map<String, Unacked> unacked = new HashMap<>(2);

  /** Tracks of which something was sent, or passed over, that needs no answer. */
  private final Set<Track> unsettled = new LinkedHashSet<>(2);

  /** What waits until it is known where the session is; null: it is known. */
  private @Nullable List<Runnable> afterwards;

  /**
   * @param session gives null where the session ends with the stream
   */
  RoomDesk(
      DeviceConnection.Needs needs,
      Principal principal,
      TopicAcl.Rights rights,
      ActorRef<Router.Routed> routed,
      Wire wire,
      Deliveries deliveries,
      Acknowledgements acks,
      DeskHost host,
      Supplier<@Nullable SessionDesk> session) {
    this.needs = needs;
    this.principal = principal;
    this.rights = rights;
    this.routed = routed;
    this.wire = wire;
    this.deliveries = deliveries;
    this.acks = acks;
    this.host = host;
    this.session = session;
    this.rooms = new RoomBeginnings(needs, principal);
    this.logs = new LogDesk(needs, principal.user(), routed, host, this::enter, this::deliver);
    // The user's own log says when it came into a room, or left one.
    needs.router().tell(new Router.Follow(List.of(principal.user().topic()), routed));
  }

  int size() {
    return filters.size() + beginning.size();
  }

  boolean has(TopicFilter filter) {
    return filters.has(filter.text()) || beginning.containsKey(filter.text());
  }

  private Subscription subscription(TopicFilter filter, ClientFrame.Wanted wanted) {
    return new Subscription(
        principal.user().tenant(), filter, wanted, principal.deviceId().key(), routed);
  }

  // Subscriptions.

  /** Done when it is in force, with why it is not if it is refused. */
  CompletableFuture<@Nullable Refusal> subscribe(TopicFilter filter, ClientFrame.Wanted wanted) {
    CompletableFuture<@Nullable Refusal> answer = new CompletableFuture<>();
    Subscription subscription = subscription(filter, wanted);
    beginning.put(filter.text(), subscription);
    if (afterwards == null) {
      begin(subscription, answer);
    } else {
      afterwards.add(() -> begin(subscription, answer));
    }
    return answer;
  }

  private void begin(Subscription subscription, CompletableFuture<@Nullable Refusal> answer) {
    host.then(
        rooms.of(subscription.filter()),
        found -> {
          if (found.value() == null) {
            beginning.remove(subscription.filter().text(), subscription);
            answer.complete(Refused.in(found.cause()));
          } else {
            keep(subscription, found.value(), answer);
          }
        });
  }

  private void keep(
      Subscription subscription, List<Track> tracks, CompletableFuture<@Nullable Refusal> answer) {
    SessionDesk kept = session.get();
    if (kept == null || beginning.get(subscription.filter().text()) != subscription) {
      start(subscription, tracks);
      answer.complete(null);
      return;
    }
    host.then(
        kept.subscribe(
            subscription.filter(), subscription.wanted(), from(kept, subscription, tracks)),
        done -> {
          if (done.failure() == null) {
            start(subscription, tracks);
            answer.complete(null);
          } else {
            beginning.remove(subscription.filter().text(), subscription);
            answer.complete(Refused.in(done.cause()));
          }
        });
  }

  /** From where each room is for the session: at QoS 0, only while a stream is there. */
  private Map<String, Long> from(SessionDesk kept, Subscription subscription, List<Track> tracks) {
    if (subscription.wanted().qos() == 0) {
      return Map.of();
    }
    Session.Kept before = kept.kept(subscription.filter().text());
    if (before != null && before.wanted().qos() > 0) {
      return before.from();
    }
    Map<String, Long> from = new HashMap<>();
    for (Track track : tracks) {
      Track known = logs.track(track.topic.path());
      from.put(track.topic.path(), known == null || known.isOver() ? track.sent : known.sent);
    }
    return from;
  }

  /** In force, unless it was given up meanwhile. */
  private void start(Subscription subscription, List<Track> tracks) {
    TopicFilter filter = subscription.filter();
    if (beginning.remove(filter.text(), subscription)) {
      filters.put(subscription);
      follow(tracks);
      if (!filter.isExact()) {
        logs.lookAgain(); // the user may have come into a room meanwhile
      }
    }
  }

  /** Goes on with tracks of rooms that are not followed yet. */
  private void follow(List<Track> tracks) {
    List<Topic> topics = new ArrayList<>(tracks.size());
    for (Track track : tracks) {
      Track known = logs.track(track.topic.path());
      if (known != null && !known.isOver()) {
        continue;
      }
      if (known != null) {
        logs.remove(known);
      }
      track.followed = true;
      logs.add(track);
      unacked.computeIfAbsent(track.topic.path(), path -> new Unacked());
      topics.add(track.topic);
    }
    if (topics.isEmpty()) {
      return;
    }
    needs.router().tell(new Router.Follow(topics, routed));
    // What was posted before the router told of it.
    host.then(
        rooms.heads(topics),
        heads -> {
          if (heads.value() == null) {
            host.end(new CloseCause.Rejected(Refused.in(heads.cause())));
            return;
          }
          topics.forEach(topic -> logs.live(topic, List.of(), heads.value().of(topic)));
        });
  }

  /** The user has come into a room. */
  private @Nullable Track enter(Topic room, Users.Membership membership) {
    if (!membership.isIn() || !filters.match(room)) {
      return null;
    }
    unacked.computeIfAbsent(room.path(), path -> new Unacked());
    return new Track(room, membership.stays(), membership.stays().getLast().from() - 1);
  }

  /** Whether it was there. */
  boolean unsubscribe(String filter) {
    boolean waited = beginning.remove(filter) != null;
    boolean was = filters.remove(filter);
    for (String path : List.copyOf(unacked.keySet())) {
      Track track = logs.track(path);
      if (track != null && !filters.match(track.topic)) {
        logs.remove(track);
        unsettled.remove(track);
        unacked.remove(path);
      }
    }
    return was || waited;
  }

  // A session goes on.

  static boolean isIn(Session session) {
    return session.subscriptions().keySet().stream().anyMatch(Topic::isRoom)
        || session.inFlight().stream().anyMatch(RoomDesk::isOfRoom);
  }

  private static boolean isOfRoom(Session.InFlight one) {
    return one.stream() != null && Topic.isRoom(one.stream());
  }

  /**
   * Goes on with a session's rooms, where it is in each.
   *
   * @return what is in flight of them, by path and position
   */
  CompletionStage<Map<String, Map<Long, Publication>>> resume(
      Session found, Map<String, Long> cursors) {
    afterwards = new ArrayList<>(1);
    CompletableFuture<Map<String, Map<Long, Publication>>> inFlight = new CompletableFuture<>();
    host.then(
        rooms.of(found, this::publication),
        is -> {
          if (is.value() == null) {
            inFlight.completeExceptionally(is.cause());
            return;
          }
          resumed(found, cursors, is.value());
          inFlight.complete(is.value().inFlight());
          List<Runnable> next = Objects.requireNonNull(afterwards);
          afterwards = null;
          next.forEach(Runnable::run);
        });
    return inFlight;
  }

  private void resumed(Session found, Map<String, Long> cursors, RoomBeginnings.Resumed is) {
    found
        .subscriptions()
        .forEach(
            (text, kept) -> {
              if (Topic.isRoom(text)) {
                filters.put(subscription(TopicFilter.parse(text), kept.wanted()));
              }
            });
    List<RoomBeginnings.Place> places = rooms.places(found, cursors, is, filters);
    places.forEach(each -> unacked.put(each.track().topic.path(), each.unacked()));
    follow(places.stream().map(RoomBeginnings.Place::track).toList());
    logs.lookAgain();
  }

  // Delivering.

  /** What is not taken now is read on from the log later. */
  private boolean takes() {
    SessionDesk kept = session.get();
    return wire.writable() && afterwards == null && (kept == null || !kept.isResuming());
  }

  void live(Topic topic, List<Message> messages, long head) {
    logs.live(topic, takes() ? messages : List.of(), head);
  }

  void unheard(Topic topic, long head) {
    logs.unheard(topic, head);
  }

  private void deliver(Message message) {
    String path = message.topic().path();
    List<Subscription> to = filters.of(message.topic(), isOwn(message));
    if (to.isEmpty() || !rights.mayReceive(path)) {
      unsettled.add(Objects.requireNonNull(logs.track(path)));
      return;
    }
    Deliveries.Delivery delivery =
        Deliveries.Delivery.of(publication(message), to, message.topic(), message.seq());
    if (delivery.qos() > 0) {
      Objects.requireNonNull(unacked.get(path)).with(message.seq());
    } else {
      unsettled.add(Objects.requireNonNull(logs.track(path)));
    }
    deliveries.put(delivery);
  }

  private boolean isOwn(Message message) {
    return message.sender().equals(principal.user().id())
        && principal.device().equals(message.device());
  }

  /** At the highest QoS, so that each subscription has its own. */
  private Publication publication(Message message) {
    return new Publication(
        message.topic().tenant(),
        message.topic().path(),
        message.entry(needs.roomJson()::message),
        2,
        false,
        message.at(),
        0,
        null,
        JSON);
  }

  /** The client is done with one. */
  void done(Topic room, long position) {
    Unacked with = unacked.get(room.path());
    Track track = logs.track(room.path());
    if (with != null && track != null) {
      with.done(position);
      settle(track);
    }
  }

  /** Cursors are moved by what the client answers: at QoS 0 it answers nothing. */
  private void settle(Track track) {
    Unacked with = unacked.get(track.topic.path());
    if (with == null) {
      return;
    }
    int freed = logs.acknowledge(track, with.upTo(track.sent));
    if (filters.wantAnswers(track.topic)) {
      acks.acknowledged(track, freed);
    }
  }

  private void settle() {
    unsettled.forEach(this::settle);
    unsettled.clear();
  }

  /** To be called after everything. */
  void pump() {
    settle();
    if (takes()) {
      logs.pump();
    }
    if (!unsettled.isEmpty()) {
      // What was read goes out first.
      host.then(CompletableFuture.completedFuture(Done.getInstance()), done -> settle());
    }
  }

  void close() {
    logs.close();
    needs.router().tell(new Router.Unfollow(List.of(principal.user().topic()), routed));
  }
}
