package org.viesti.connection;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viesti.protocol.Message;
import org.viesti.protocol.RoomId;
import org.viesti.protocol.Topic;
import org.viesti.protocol.UserId;
import org.viesti.room.Rooms;
import org.viesti.routing.Router;
import org.viesti.user.Users;

/**
 * The logs that one stream follows: its user's own, and those of rooms. Live copies of messages are
 * hints; the {@link Outbox} compares positions, and this reads the logs on for it, one stretch at a
 * time. It belongs to the connection's actor.
 */
final class LogDesk {
  private static final Logger LOG = LoggerFactory.getLogger(LogDesk.class);
  private static final Counter READ = Metrics.counter("viesti.deliver.log-reads");

  /** Which rooms are for the stream. */
  interface Choice {
    /** Where it begins in a room that it does not follow yet; null: the room is not for it. */
    @Nullable Track begin(Topic room, Users.Membership membership);
  }

  private final DeviceConnection.Needs needs;
  private final UserId user;
  private final ActorRef<Router.Routed> routed;
  private final DeskHost host;
  private final Choice choice;
  private final Outbox outbox;
  private boolean reading;
  private boolean reconciling;

  /** What of the user's own log the rooms reflect, and what of it is known to be there. */
  private long profileSeq;

  private long profileWanted;

  LogDesk(
      DeviceConnection.Needs needs,
      UserId user,
      ActorRef<Router.Routed> routed,
      DeskHost host,
      Choice choice,
      Consumer<Message> out) {
    this.needs = needs;
    this.user = user;
    this.routed = routed;
    this.host = host;
    this.choice = choice;
    this.outbox = new Outbox(new FlowWindow(needs.settings()), user.id(), out);
  }

  /**
   * Goes on with these, which the node's router tells of.
   *
   * @param seq what of the user's own log they reflect
   */
  void begin(long seq, Collection<Track> tracks) {
    profileSeq = seq;
    tracks.forEach(outbox::add);
    for (Track track : tracks) {
      if (track.goal > track.sent) {
        outbox.fallBehind(track, false);
      } else if (track.isOver()) {
        unfollow(List.of(track));
      }
    }
  }

  void add(Track track) {
    outbox.add(track);
  }

  /** Nothing more of it is for the stream. */
  void remove(Track track) {
    unfollow(List.of(track));
    outbox.remove(track);
  }

  @Nullable Track track(String path) {
    return outbox.track(path);
  }

  /** The rooms that the user is in. */
  Set<String> rooms() {
    Set<String> rooms = new HashSet<>();
    for (Track track : outbox.tracks()) {
      if (track.topic.isRoom() && track.followed) {
        rooms.add(track.topic.room().id());
      }
    }
    return rooms;
  }

  boolean isCaughtUp() {
    return outbox.isCaughtUp();
  }

  /** Frees the window of everything up to a position; returns how many messages that were. */
  int acknowledge(Track track, long seq) {
    return track.acknowledge(seq, outbox.window());
  }

  // Delivering.

  /** New entries of a log, or only its head. */
  void live(Topic topic, List<Message> messages, long head) {
    if (!topic.isRoom()) {
      reconcile(head);
    }
    outbox.live(topic, messages, head);
  }

  void unheard(Topic topic, long head) {
    Track track = outbox.track(topic.path());
    if (track != null) {
      track.unheard(head);
    }
  }

  /**
   * Reads on the tracks whose turn it is: from the node's tails, or one at a time from the log.
   *
   * @return whether there is none
   */
  boolean pump() {
    while (!reading) {
      Track next = outbox.next();
      if (next == null) {
        return true;
      }
      int most = outbox.window().room(needs.settings().readAtOnce());
      List<Message> near = needs.tails().after(next.topic, next.sent, most);
      if (near != null) {
        continueWith(next, new Rooms.Stretch(near, near.getLast().seq(), near.size() < most));
        continue;
      }
      reading = true;
      READ.increment();
      host.then(read(next.topic, next.sent, most), read -> onRead(next, read.value()));
    }
    return false;
  }

  private CompletionStage<Rooms.Stretch> read(Topic topic, long after, int most) {
    return topic.isRoom()
        ? needs.rooms().read(topic.room(), after, most)
        : needs
            .users()
            .read(user, after, most)
            .thenApply(found -> new Rooms.Stretch(found.messages(), found.upTo(), found.end()));
  }

  private void onRead(Track track, Rooms.@Nullable Stretch stretch) {
    reading = false;
    if (stretch == null) {
      LOG.warn("could not read {} after {}", track.topic, track.sent);
      outbox.requeue(track);
      return;
    }
    continueWith(track, stretch);
  }

  private void continueWith(Track track, Rooms.Stretch stretch) {
    if (!track.topic.isRoom() && !stretch.messages().isEmpty()) {
      reconcile(stretch.messages().getLast().seq());
    }
    boolean done = outbox.stretch(track, stretch.messages(), stretch.upTo(), stretch.end());
    if (done && track.isOver()) {
      unfollow(List.of(track));
    }
  }

  // Membership: the user's own log says when it changed, the user's owner what it is.

  private void reconcile(long upTo) {
    profileWanted = Math.max(profileWanted, upTo);
    if (reconciling || profileSeq >= profileWanted) {
      return;
    }
    reconciling = true;
    host.then(
        needs.users().get(user),
        profile -> {
          reconciling = false;
          if (profile.value() == null) {
            reconcile(profileWanted);
          } else {
            reconciled(profile.value());
          }
        });
  }

  /** Looks again which rooms are for the stream, whatever is known of the user. */
  void lookAgain() {
    profileSeq = -1;
    reconcile(0);
  }

  void reconciled(Users.Profile profile) {
    if (profile.seq() < profileSeq) {
      reconcile(profileWanted);
      return;
    }
    profileSeq = profile.seq();
    List<Topic> entered = new ArrayList<>(1);
    for (Users.Membership membership : profile.memberships()) {
      Topic topic = new RoomId(user.tenant(), membership.room()).topic();
      Track track = outbox.track(topic.path());
      if (track == null) {
        track = choice.begin(topic, membership);
        if (track == null) {
          continue;
        }
        outbox.add(track);
      }
      track.stays = membership.stays();
      if (track.isOver()) {
        unfollow(List.of(track));
      } else if (!track.followed) {
        track.followed = true;
        track.skipToStay();
        entered.add(topic);
        outbox.fallBehind(track, false);
      }
    }
    if (!entered.isEmpty()) {
      needs.router().tell(new Router.Follow(entered, routed));
    }
    // What was asked for before the last change came does not tell of it.
    reconcile(profileWanted);
  }

  /** Any thread may call it: an opening that is no longer wanted ends by itself. */
  static void unfollow(
      ActorRef<Router.Command> router, ActorRef<Router.Routed> routed, Collection<Track> tracks) {
    List<Topic> topics =
        tracks.stream().filter(track -> track.followed).map(track -> track.topic).toList();
    if (!topics.isEmpty()) {
      tracks.forEach(track -> track.followed = false);
      router.tell(new Router.Unfollow(topics, routed));
    }
  }

  private void unfollow(Collection<Track> tracks) {
    unfollow(needs.router(), routed, tracks);
  }

  void close() {
    unfollow(outbox.tracks());
  }
}
