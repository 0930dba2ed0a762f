package org.viesti.connection;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.viesti.device.Devices;
import org.viesti.journal.History;
import org.viesti.journal.Logs;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;
import org.viesti.protocol.RoomId;
import org.viesti.protocol.ServerFrame;
import org.viesti.protocol.Topic;
import org.viesti.routing.Router;
import org.viesti.security.Principal;
import org.viesti.security.ResumeTokens;
import org.viesti.user.Users;

/**
 * What happens before a stream is live: its device and its user are attached, its topics followed,
 * and only then the heads of all its logs compared with its cursors, so that nothing can be
 * recorded between without a hint. Wakes no room.
 */
final class Opening {
  private final ConnectionSettings settings;
  private final Users users;
  private final Devices devices;
  private final History history;
  private final ResumeTokens resumeTokens;
  private final ActorRef<Router.Command> router;
  private final Map<String, Long> limits;

  Opening(
      ConnectionSettings settings,
      Users users,
      Devices devices,
      History history,
      ResumeTokens resumeTokens,
      ActorRef<Router.Command> router) {
    this.settings = settings;
    this.users = users;
    this.devices = devices;
    this.history = history;
    this.resumeTokens = resumeTokens;
    this.router = router;
    this.limits =
        Map.of(
            "window_messages", (long) settings.windowMessages(),
            "window_bytes", (long) settings.windowBytes(),
            "unanswered", (long) settings.maxUnanswered(),
            "batch", (long) settings.maxBatch(),
            "message_bytes", (long) settings.maxMessageBytes());
  }

  /**
   * What a stream begins with.
   *
   * @param newCursors where the device begins in logs it had no cursor in
   */
  record Result(
      Users.Profile profile,
      ActorRef<?> deviceOwner,
      List<Track> tracks,
      Map<String, Long> newCursors,
      ServerFrame.Welcome welcome,
      List<ServerFrame.Reset> resets) {}

  private record Attached(Users.Profile profile, Devices.Outbox device) {}

  CompletionStage<Result> open(
      Principal principal,
      ClientFrame.Hello hello,
      String session,
      ActorRef<Router.Routed> routed,
      ActorRef<Users.News> userNews,
      ActorRef<Devices.News> deviceNews) {
    boolean resumed;
    try {
      resumed = resume(principal, hello);
    } catch (Refused refused) {
      return CompletableFuture.failedFuture(refused);
    }
    return attach(principal, userNews, deviceNews)
        .thenCompose(attached -> begin(principal, hello, session, resumed, attached, routed));
  }

  /**
   * Attaches a live stream again whose owners were restarted; what it follows it goes on following.
   */
  CompletionStage<Result> attachAgain(
      Principal principal, ActorRef<Users.News> userNews, ActorRef<Devices.News> deviceNews) {
    return attach(principal, userNews, deviceNews)
        .thenApply(
            attached ->
                new Result(
                    attached.profile(),
                    attached.device().owner(),
                    List.of(),
                    Map.of(),
                    welcome(principal, "", false),
                    List.of()));
  }

  private boolean resume(Principal principal, ClientFrame.Hello hello) {
    if (hello.resume() == null) {
      return false;
    }
    resumeTokens.read(hello.resume(), principal.deviceId());
    return true;
  }

  private CompletionStage<Attached> attach(
      Principal principal, ActorRef<Users.News> userNews, ActorRef<Devices.News> deviceNews) {
    return devices
        .attach(principal.deviceId(), deviceNews)
        .thenCompose(
            device -> {
              if (device.revoked()) {
                throw new Refused(ErrorCode.DEVICE_REVOKED, "this device was revoked");
              }
              return users
                  .attach(principal.user(), principal.device(), userNews)
                  .thenApply(profile -> new Attached(profile, device));
            });
  }

  private CompletionStage<Result> begin(
      Principal principal,
      ClientFrame.Hello hello,
      String session,
      boolean resumed,
      Attached attached,
      ActorRef<Router.Routed> routed) {
    List<Start> starts = starts(principal, hello, attached);
    List<Topic> topics = starts.stream().map(start -> start.track().topic).toList();
    router.tell(new Router.Follow(topics, routed));
    return history
        .heads(topics.stream().map(Logs::of).toList())
        .thenCompose(
            heads -> {
              List<ServerFrame.Reset> own = new ArrayList<>(0);
              List<Users.Membership> resets = new ArrayList<>(0);
              Map<String, String> reasons = new HashMap<>();
              for (Start start : starts) {
                String reason = place(start, heads.getOrDefault(Logs.of(start.track().topic), 0L));
                if (reason != null) {
                  reset(start, reason, own, resets, reasons);
                }
              }
              return resets(principal, resets, reasons)
                  .thenApply(frames -> Stream.concat(own.stream(), frames.stream()).toList())
                  .thenApply(
                      frames ->
                          new Result(
                              attached.profile(),
                              attached.device().owner(),
                              starts.stream().map(Start::track).toList(),
                              newCursors(starts),
                              welcome(principal, session, resumed),
                              frames));
            })
        .whenComplete(
            (result, failure) -> {
              if (failure != null) {
                router.tell(new Router.Unfollow(topics, routed));
              }
            });
  }

  /**
   * Where the device begins in one log.
   *
   * @param known it had a cursor there
   */
  private record Start(Track track, Users.@Nullable Membership membership, boolean known) {}

  private List<Start> starts(Principal principal, ClientFrame.Hello hello, Attached attached) {
    Map<String, Long> cursors = attached.device().cursors();
    Map<String, Long> own = hello.positions() == null ? Map.of() : hello.positions();
    List<Start> starts = new ArrayList<>(attached.profile().memberships().size() + 1);
    Topic self = principal.user().topic();
    Long selfCursor = own.getOrDefault(self.path(), cursors.get(self.path()));
    starts.add(
        new Start(
            new Track(self, null, selfCursor == null ? attached.profile().head() : selfCursor),
            null,
            selfCursor != null));
    for (Users.Membership membership : attached.profile().memberships()) {
      Topic topic = new RoomId(principal.user().tenant(), membership.room()).topic();
      Long cursor = own.getOrDefault(topic.path(), cursors.get(topic.path()));
      long first = membership.stays().getFirst().from() - 1;
      // A device's first time begins where its user stopped reading; a room that came since, at its
      // beginning.
      long from = cursor != null ? cursor : cursors.isEmpty() ? membership.read() : first;
      Track track = new Track(topic, membership.stays(), Math.max(first, from));
      if (track.sent < track.end()) {
        starts.add(new Start(track, membership, cursor != null));
      }
    }
    return starts;
  }

  /** Sets the track's goal; a reason if the log cannot be continued from there. */
  private @Nullable String place(Start start, long head) {
    Track track = start.track();
    long end = Math.min(head, track.end());
    String reason = null;
    if (track.sent > head) {
      reason = "unknown_position";
    } else if (end - track.sent > settings.maxBacklog()) {
      reason = start.known() ? "backlog" : "first_connect";
    }
    if (reason != null) {
      track.sent = end;
      track.acked = end;
    }
    track.head = end;
    track.goal = end > track.sent ? end : 0;
    return reason;
  }

  private static void reset(
      Start start,
      String reason,
      List<ServerFrame.Reset> own,
      List<Users.Membership> rooms,
      Map<String, String> reasons) {
    if (start.membership() != null && start.membership().isIn()) {
      rooms.add(start.membership());
      reasons.put(start.membership().room(), reason);
    } else {
      // The user's own log, or a room it has left: nothing in it counts as unread.
      Track track = start.track();
      own.add(new ServerFrame.Reset(track.topic.path(), track.sent, 0, 0, reason));
    }
  }

  private CompletionStage<List<ServerFrame.Reset>> resets(
      Principal principal, List<Users.Membership> rooms, Map<String, String> reasons) {
    if (rooms.isEmpty()) {
      return CompletableFuture.completedFuture(List.of());
    }
    return users
        .summaries(principal.user(), rooms)
        .thenApply(
            summaries ->
                summaries.stream()
                    .map(
                        summary ->
                            new ServerFrame.Reset(
                                Topic.ROOMS + summary.membership().room(),
                                summary.head(),
                                summary.unread(),
                                summary.mentions(),
                                reasons.getOrDefault(summary.membership().room(), "")))
                    .toList());
  }

  private static Map<String, Long> newCursors(List<Start> starts) {
    Map<String, Long> fresh = new HashMap<>();
    for (Start start : starts) {
      if (!start.known()) {
        fresh.put(start.track().topic.path(), start.track().acked);
      }
    }
    return fresh;
  }

  private ServerFrame.Welcome welcome(Principal principal, String session, boolean resumed) {
    return new ServerFrame.Welcome(
        session,
        principal.user().id(),
        principal.device(),
        resumeTokens.issue(principal.deviceId(), session),
        resumed,
        settings.heartbeat().toMillis(),
        limits);
  }
}
