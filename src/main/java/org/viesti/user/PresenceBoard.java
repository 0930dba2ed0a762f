package org.viesti.user;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.ServerFrame;

/**
 * What a user's devices say of its presence, and who wants to know. In memory only.
 *
 * <p>A user is what its most present device is. While one of them says invisible, the user is told
 * as one who left at that moment is: offline, last active then. That outlasts the device's link, so
 * that a link that breaks does not show the user; it ends when the device, or after it left
 * another, says something else.
 */
final class PresenceBoard {
  private static final List<String> FROM_MOST = List.of("busy", "online", "away");

  private static final String INVISIBLE = "invisible";

  private record Said(String status, @Nullable String message) {}

  private final String user;
  private final int maxWatchers;

  private record Live(ActorRef<Users.News> connection, long generation) {}

  private final Map<String, Live> live = new HashMap<>(2);
  private final Map<String, Said> said = new HashMap<>(2);
  private final LinkedHashMap<ActorRef<Users.News>, Boolean> watchers = new LinkedHashMap<>(2);
  private @Nullable Long lastActive;
  private ServerFrame.@Nullable Presence told;

  PresenceBoard(String user, int maxWatchers) {
    this.user = user;
    this.maxWatchers = maxWatchers;
  }

  List<String> live() {
    return List.copyOf(live.keySet());
  }

  Iterable<ActorRef<Users.News>> connections() {
    return live.values().stream().map(Live::connection).toList();
  }

  boolean isIdle() {
    return live.isEmpty() && watchers.isEmpty();
  }

  int liveBesides(String device) {
    return live.size() - (live.containsKey(device) ? 1 : 0);
  }

  /** A stream of an older generation than the device's has been taken over already. */
  void attach(String device, ActorRef<Users.News> connection, long generation) {
    Live now = live.get(device);
    if (now == null || now.generation() <= generation) {
      live.put(device, new Live(connection, generation));
      forget(device);
    }
  }

  /** What a stream said ends with it; but not the wish to be unseen. */
  private void forget(String device) {
    if (!says(device, INVISIBLE)) {
      said.remove(device);
    }
  }

  private boolean says(String device, String status) {
    Said word = said.get(device);
    return word != null && word.status().equals(status);
  }

  /** A stream that was taken over by a newer one of the same device no longer counts. */
  boolean detach(ActorRef<Users.News> connection, long now) {
    String device = null;
    for (Map.Entry<String, Live> entry : live.entrySet()) {
      if (entry.getValue().connection().equals(connection)) {
        device = entry.getKey();
      }
    }
    if (device == null) {
      return false;
    }
    boolean wasSeen = isSeen();
    live.remove(device);
    forget(device);
    if (wasSeen && !isSeen()) {
      lastActive = now;
    }
    return true;
  }

  void say(String device, String status, @Nullable String message, long now) {
    if (!live.containsKey(device)) {
      return;
    }
    boolean wasSeen = isSeen();
    said.put(device, new Said(status, message));
    if (!status.equals(INVISIBLE)) {
      said.keySet().removeIf(other -> !live.containsKey(other));
    }
    if (wasSeen && !isSeen()) {
      lastActive = now;
    }
  }

  private boolean isSeen() {
    return !current().status().equals("offline");
  }

  /** Tells the watcher what it may see from now on, or that too many watch already. */
  void watch(ActorRef<Users.News> watcher) {
    if (watchers.size() >= maxWatchers && !watchers.containsKey(watcher)) {
      watcher.tell(
          new Users.WatchRefused(
              new Refusal(
                  ErrorCode.LIMIT_EXCEEDED,
                  "at most " + maxWatchers + " may watch the presence of " + user,
                  "viesti.user.max-presence-watchers",
                  null)));
      return;
    }
    watchers.put(watcher, true);
    watcher.tell(new Users.PresenceIs(shown()));
  }

  void unwatch(ActorRef<Users.News> watcher) {
    watchers.remove(watcher);
  }

  /** Tells all watchers, unless they have heard just that. */
  void tell() {
    ServerFrame.Presence now = current();
    if (!now.equals(told)) {
      told = now;
      watchers.keySet().forEach(watcher -> watcher.tell(new Users.PresenceIs(now)));
    }
  }

  ServerFrame.Presence current() {
    boolean invisible = said.keySet().stream().anyMatch(device -> says(device, INVISIBLE));
    String best = "offline";
    String message = null;
    for (String device : live.keySet()) {
      Said here = said.getOrDefault(device, new Said("online", null));
      if (!invisible && rank(here.status()) < rank(best)) {
        best = here.status();
        message = here.message();
      }
    }
    return new ServerFrame.Presence(
        user, best, message, best.equals("offline") ? lastActive : null);
  }

  /** What a newcomer is shown: what the others have heard, not what may be about to change. */
  ServerFrame.Presence shown() {
    return told == null ? new ServerFrame.Presence(user, "offline", null, lastActive) : told;
  }

  private static int rank(String status) {
    int at = FROM_MOST.indexOf(status);
    return at < 0 ? FROM_MOST.size() : at;
  }
}
