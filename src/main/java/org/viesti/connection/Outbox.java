package org.viesti.connection;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.Message;
import org.viesti.protocol.Topic;

/**
 * What a connection owes its client: for each log a {@link Track}, and one window over all.
 *
 * <p>A live copy that continues a track goes straight out while the window is open. Otherwise
 * nothing is kept of it: the track is <em>behind</em> and waits its turn to be read on from the
 * log. Turns go round, so that a busy room holds up no other; a track with something urgent goes
 * first. Within a track order is never changed.
 */
final class Outbox {
  private final FlowWindow window;
  private final String user;
  private final Consumer<Message> out;
  private Map<String, Track> tracks = Map.of();

  /** Null while none was. */
  private @Nullable ArrayDeque<Track> behind;

  Outbox(FlowWindow window, String user, Consumer<Message> out) {
    this.window = window;
    this.user = user;
    this.out = out;
  }

  Collection<Track> tracks() {
    return tracks.values();
  }

  @Nullable Track track(String path) {
    return tracks.get(path);
  }

  void add(Track track) {
    if (tracks.isEmpty()) {
      tracks = new HashMap<>();
    }
    tracks.put(track.topic.path(), track);
  }

  /** What is on its way of it is no longer counted. */
  void remove(Track track) {
    tracks.remove(track.topic.path());
    if (behind != null) {
      behind.remove(track);
    }
    track.acknowledge(track.sent, window);
  }

  FlowWindow window() {
    return window;
  }

  /** New entries of a log, or only its head. */
  void live(Topic topic, List<Message> messages, long head) {
    Track track = tracks.get(topic.path());
    if (track == null) {
      return;
    }
    for (Message message : messages) {
      if (message.seq() <= track.sent) {
        continue;
      }
      boolean seen = track.sees(message, user);
      boolean urgent = seen && message.urgentFor(user);
      if (track.behind || message.prev() > track.sent || (seen && !window.isOpen(urgent))) {
        fallBehind(track, urgent);
        break;
      }
      if (seen) {
        send(track, message);
      }
      track.pass(message, user);
    }
    track.head = Math.max(track.head, Math.min(head, track.end()));
    if (track.head > track.sent) {
      fallBehind(track, false);
    }
  }

  private void send(Track track, Message message) {
    track.onItsWay(message.seq(), message.size(), window);
    out.accept(message);
  }

  void fallBehind(Track track, boolean urgent) {
    boolean overtakes = urgent && !track.urgent;
    track.urgent |= urgent;
    if (!track.behind) {
      track.behind = true;
      requeue(track);
    } else if (overtakes && !track.reading && behind != null) {
      behind.remove(track);
      requeue(track);
    }
  }

  /**
   * The next track to be read on, if there is one and the window is open for it; it is out of the
   * queue then.
   */
  @Nullable Track next() {
    Track first = behind == null ? null : behind.peekFirst();
    if (behind == null || first == null || !window.isOpen(first.urgent)) {
      return null;
    }
    first.reading = true;
    return behind.pollFirst();
  }

  /**
   * A stretch of a track's log. Once its end is reached the track is live again; else it waits for
   * its next turn.
   *
   * @param upTo the last position looked at
   * @return whether the track has been read to its end
   */
  boolean stretch(Track track, List<Message> messages, long upTo, boolean end) {
    if (tracks.get(track.topic.path()) != track) {
      return false;
    }
    for (Message message : messages) {
      if (message.seq() <= track.sent) {
        continue;
      }
      if (track.sees(message, user)) {
        if (!window.isOpen(track.urgent)) {
          requeue(track);
          return false;
        }
        send(track, message);
      }
      track.pass(message, user);
    }
    track.sent = Math.max(track.sent, Math.min(upTo, track.end()));
    // A log may go on long after the user left it.
    if (!end && track.sent < track.end()) {
      requeue(track);
      return false;
    }
    track.reading = false;
    track.behind = false;
    track.urgent = false;
    track.goal = 0;
    if (track.head > track.sent) {
      fallBehind(track, false);
    }
    return true;
  }

  /** A read failed, or was not enough: the track takes its next turn. */
  void requeue(Track track) {
    track.reading = false;
    if (behind == null) {
      behind = new ArrayDeque<>(2);
    }
    if (track.urgent) {
      behind.addFirst(track);
    } else {
      behind.addLast(track);
    }
  }

  boolean isCaughtUp() {
    for (Track track : tracks.values()) {
      if (track.goal > track.sent) {
        return false;
      }
    }
    return true;
  }
}
