package org.viesti.connection;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.viesti.device.Devices;
import org.viesti.journal.History;
import org.viesti.journal.Logs;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
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
 *
 * <p>Where an owner is silent, because its node has just died, the journal says what it would; the
 * stream then has yet to be made known to it.
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
   * A client that has just come has no newer stream elsewhere, unless it has gone again; or the
   * other node's clock is ahead, and the next try is numbered by it.
   */
  private static final Refusal NEWER =
      new Refusal(ErrorCode.UNAVAILABLE, "another stream of this device is newer", null, 0L);

  /**
   * What a stream begins with.
   *
   * @param newCursors where the device begins in logs it had no cursor in
   */
  record Result(
      Attached attached,
      List<Track> tracks,
      Map<String, Long> newCursors,
      ServerFrame.Welcome welcome,
      List<ServerFrame.Reset> resets) {}

  /** What the owners said, or the journal for them. */
  record Attached(Users.Profile profile, Devices.Outbox device) {

    /** Both owners know of the stream. */
    boolean isKnown() {
      return profile.owner() != null && device.owner() != null;
    }
  }

  CompletionStage<Result> open(
      Principal principal,
      ClientFrame.Hello hello,
      String session,
      ActorRef<Router.Routed> routed,
      ActorRef<Users.News> userNews,
      Devices.Stream stream,
      Devices.@Nullable Terms terms) {
    boolean resumed;
    try {
      resumed = resume(principal, hello);
    } catch (Refused refused) {
      return CompletableFuture.failedFuture(refused);
    }
    if (terms != null) {
      // Its session is its device's to give, so it waits for it.
      return devices
          .attach(principal.deviceId(), stream, terms, devices.askTimeout())
          .thenCompose(
              device -> {
                mayStay(device, stream, NEWER);
                boolean found = device.session() != null;
                return begin(principal, hello, session, found, withoutRooms(device), routed);
              });
    }
    return orStored(attachDevice(principal, stream), () -> devices.stored(principal.deviceId()))
        .thenCompose(
            device -> {
              mayStay(device, stream, NEWER);
              return (device.owner() == null
                      ? users.stored(principal.user())
                      : orStored(
                          attachUser(principal, userNews, stream),
                          () -> users.stored(principal.user())))
                  .thenApply(profile -> new Attached(profile, device));
            })
        .thenCompose(attached -> begin(principal, hello, session, resumed, attached, routed));
  }

  /** A stream that came for topics alone: its user's rooms are not for it. */
  private static Attached withoutRooms(Devices.Outbox device) {
    return new Attached(
        new Users.Profile(device.owner(), 0, 0, List.of(), List.of(), 0, 0, null), device);
  }

  /**
   * Makes a live stream known to its owners, who were silent, or are new.
   *
   * @param rooms its user's rooms are for it
   */
  CompletionStage<Attached> attach(
      Principal principal, boolean rooms, ActorRef<Users.News> userNews, Devices.Stream stream) {
    return attachDevice(principal, stream)
        .thenCompose(
            device -> {
              mayStay(device, stream, new CloseCause.TakenOver().refusal());
              if (!rooms) {
                return CompletableFuture.completedFuture(withoutRooms(device));
              }
              return attachUser(principal, userNews, stream)
                  .thenApply(profile -> new Attached(profile, device));
            });
  }

  private CompletionStage<Devices.Outbox> attachDevice(Principal principal, Devices.Stream stream) {
    return devices.attach(principal.deviceId(), stream, null, settings.ownerPatience());
  }

  private CompletionStage<Users.Profile> attachUser(
      Principal principal, ActorRef<Users.News> userNews, Devices.Stream stream) {
    return users.attach(
        principal.user(),
        principal.device(),
        userNews,
        stream.generation(),
        settings.ownerPatience());
  }

  private static void mayStay(Devices.Outbox device, Devices.Stream stream, Refusal whereNewer) {
    if (device.revoked()) {
      throw new Refused(new CloseCause.Revoked().refusal());
    }
    if (device.generation() > stream.generation()) {
      throw new Refused(whereNewer);
    }
  }

  private static <T> CompletionStage<T> orStored(
      CompletionStage<T> answer, Supplier<CompletionStage<T>> stored) {
    return answer.exceptionallyCompose(
        failure ->
            Refused.in(failure).code() == ErrorCode.UNAVAILABLE
                ? stored.get()
                : CompletableFuture.failedFuture(failure));
  }

  private boolean resume(Principal principal, ClientFrame.Hello hello) {
    if (hello.resume() == null) {
      return false;
    }
    resumeTokens.read(hello.resume(), principal.deviceId());
    return true;
  }

  private CompletionStage<Result> begin(
      Principal principal,
      ClientFrame.Hello hello,
      String session,
      boolean resumed,
      Attached attached,
      ActorRef<Router.Routed> routed) {
    List<Start> starts = hello.terms() == null ? starts(principal, hello, attached) : List.of();
    // A room that the user left and that has nothing more for it is remembered, and not followed.
    List<Start> followed = starts.stream().filter(start -> !start.track().isOver()).toList();
    followed.forEach(start -> start.track().followed = true);
    List<Topic> topics = followed.stream().map(start -> start.track().topic).toList();
    router.tell(new Router.Follow(topics, routed));
    return history
        .heads(topics.stream().map(Logs::of).toList())
        .thenCompose(
            heads -> {
              List<ServerFrame.Reset> own = new ArrayList<>(0);
              List<Users.Membership> resets = new ArrayList<>(0);
              Map<String, String> reasons = new HashMap<>();
              for (Start start : followed) {
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
                              attached,
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
      starts.add(new Start(track, membership, cursor != null));
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
