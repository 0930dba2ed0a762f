package org.viesti.connection;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.viesti.device.Session;
import org.viesti.journal.Logs;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Message;
import org.viesti.protocol.Publication;
import org.viesti.protocol.Refused;
import org.viesti.protocol.RoomId;
import org.viesti.protocol.Topic;
import org.viesti.protocol.TopicFilter;
import org.viesti.security.Principal;
import org.viesti.user.Users;

/** Where a client that subscribes to rooms begins in each. */
record RoomBeginnings(DeviceConnection.Needs needs, Principal principal) {

  /** The rooms of a filter, each where it ends now. Fails with NOT_FOUND if the user is not in. */
  CompletionStage<List<Track>> of(TopicFilter filter) {
    try {
      if (filter.share() != null) {
        throw new Refused(ErrorCode.INVALID_ARGUMENT, "subscriptions to rooms cannot be shared");
      }
      String name = filter.path().substring(Topic.ROOMS.length());
      return name.equals("+") || name.equals("#")
          ? ofAll()
          : ofOne(new RoomId(principal.user().tenant(), name));
    } catch (Refused refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }

  /** The room itself knows its members, and where it ended as it was asked. */
  private CompletionStage<List<Track>> ofOne(RoomId room) {
    return needs
        .rooms()
        .get(principal, room)
        .exceptionallyCompose(
            failure ->
                CompletableFuture.failedFuture(new Refused(RoomPosts.hidden(Refused.in(failure)))))
        .thenApply(
            seen -> {
              if (seen.role() == null) {
                throw new Refused(RoomPosts.NOT_IN);
              }
              // From here on the room's log says whether the user is in it.
              return List.of(
                  new Track(room.topic(), List.of(new Users.Stay(0, 0)), seen.room().head()));
            });
  }

  private CompletionStage<List<Track>> ofAll() {
    return needs
        .users()
        .get(principal.user())
        .thenCompose(
            profile -> {
              List<Users.Membership> in =
                  profile.memberships().stream().filter(Users.Membership::isIn).toList();
              return heads(in.stream().map(this::topic).toList())
                  .thenApply(
                      heads ->
                          in.stream()
                              .map(
                                  each ->
                                      new Track(topic(each), each.stays(), heads.of(topic(each))))
                              .toList());
            });
  }

  Topic topic(Users.Membership membership) {
    return new RoomId(principal.user().tenant(), membership.room()).topic();
  }

  record Heads(Map<String, Long> byLog) {
    long of(Topic topic) {
      return byLog.getOrDefault(Logs.of(topic), 0L);
    }
  }

  CompletionStage<Heads> heads(List<Topic> topics) {
    return needs.history().heads(topics.stream().map(Logs::of).toList()).thenApply(Heads::new);
  }

  record Resumed(
      Users.Profile profile, Heads heads, Map<String, Map<Long, Publication>> inFlight) {}

  /** What there is of a session. */
  CompletionStage<Resumed> of(Session found, Function<Message, Publication> publication) {
    return needs
        .users()
        .get(principal.user())
        .thenCompose(
            profile ->
                heads(profile.memberships().stream().map(this::topic).toList())
                    .thenCombine(
                        new RoomsInFlight(needs, principal.user().tenant(), publication)
                            .read(found.inFlight()),
                        (heads, read) -> new Resumed(profile, heads, read)));
  }

  /**
   * Where a session goes on in a room.
   *
   * @param unacked what is in flight of it
   */
  record Place(Track track, Unacked unacked) {}

  /** The rooms that a session's filters match. */
  List<Place> places(Session found, Map<String, Long> cursors, Resumed is, RoomFilters filters) {
    List<Place> places = new ArrayList<>();
    for (Users.Membership membership : is.profile().memberships()) {
      Topic room = topic(membership);
      if (!filters.match(room)) {
        continue;
      }
      long cursor = cursors.getOrDefault(room.path(), 0L);
      long from = position(found, membership, room, cursor, is.heads().of(room));
      Place place = new Place(new Track(room, membership.stays(), from), new Unacked());
      inFlight(found, place);
      if (!place.track().isOver() || place.unacked().first() != null) {
        place.track().skipToStay();
        places.add(place);
      }
    }
    return places;
  }

  /** A room that the user came into since is for the session from then on. */
  private static long position(
      Session found, Users.Membership membership, Topic room, long cursor, long head) {
    long from = Long.MAX_VALUE;
    for (Map.Entry<String, Session.Kept> each : found.subscriptions().entrySet()) {
      if (each.getValue().wanted().qos() > 0
          && TopicFilter.parse(each.getKey()).matches(room.path())) {
        long entered = membership.stays().getLast().from() - 1;
        from = Math.min(from, each.getValue().from().getOrDefault(room.path(), entered));
      }
    }
    return from == Long.MAX_VALUE ? head : Math.max(from, cursor);
  }

  /** What is in flight was sent: it is not read again. */
  private static void inFlight(Session found, Place place) {
    Track track = place.track();
    for (Session.InFlight one : found.inFlight()) {
      if (track.topic.path().equals(one.stream())) {
        place.unacked().with(one.position());
        track.sent = Math.max(track.sent, one.position());
      }
    }
    track.acked = Math.min(track.acked, place.unacked().upTo(track.acked));
  }
}
