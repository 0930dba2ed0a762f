package org.viesti.user;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.sharding.typed.ClusterShardingSettings;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.History;
import org.viesti.journal.Logs;
import org.viesti.journal.NodeMessage;
import org.viesti.journal.WakeUps;
import org.viesti.protocol.MemberSettings;
import org.viesti.protocol.Message;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.protocol.ServerFrame;
import org.viesti.protocol.UserId;
import org.viesti.routing.ClusterRoutes;
import org.viesti.routing.Router;
import org.viesti.routing.Tell;
import org.viesti.routing.TopicOwner;
import org.viesti.user.UserCommand.Reply;

/**
 * The only door to users. Every call fails with {@link Refused} where it is refused, UNAVAILABLE if
 * the user's owner does not answer in time; it may then be sent again.
 */
public final class Users {
  private static final EntityTypeKey<UserCommand> KEY =
      EntityTypeKey.create(UserCommand.class, "user");

  private final ActorSystem<?> system;
  private final ActorRef<ShardingEnvelope<UserCommand>> shards;
  private final History history;
  private final UserSettings settings;
  private final PushSender pushes;

  private Users(ActorSystem<?> system, History history, User.Needs needs) {
    this.system = system;
    this.history = history;
    this.settings = needs.settings();
    this.pushes = needs.push().sender();
    this.shards =
        ClusterSharding.get(system)
            .init(
                Entity.of(
                        KEY,
                        entity ->
                            User.create(
                                UserId.parse(entity.getEntityId()), entity.getShard(), needs))
                    .withSettings(
                        // A user with a device connected must stay; one without rests by itself.
                        ClusterShardingSettings.create(system).withNoPassivationStrategy()));
  }

  /** Opens the door on this node. */
  public static Users start(
      ActorSystem<?> system,
      UserSettings settings,
      PushNeeds push,
      ClusterRoutes routes,
      TopicOwner owners,
      History history,
      WakeUps wakeUps,
      Clock clock) {
    return new Users(
        system, history, new User.Needs(settings, push, routes, owners, wakeUps, clock));
  }

  /** What a user tells the connections of its devices, and those that watch its presence. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({
    @JsonSubTypes.Type(value = PresenceIs.class, name = "presence"),
    @JsonSubTypes.Type(value = ReadElsewhere.class, name = "read"),
    @JsonSubTypes.Type(value = WatchRefused.class, name = "watch-refused"),
  })
  public sealed interface News extends NodeMessage {}

  public record PresenceIs(ServerFrame.Presence presence) implements News {}

  /** The user has read a room up to a position, on one of its devices. */
  public record ReadElsewhere(String room, long seq) implements News {}

  /** A user's presence is not told to this watcher. */
  public record WatchRefused(Refusal refusal) implements News {}

  /** From where to where a user was in a room; {@code until} 0: it still is. */
  public record Stay(long from, long until) {}

  /** What a user may see of a room, and what it wants of it. */
  public record Membership(
      String room, List<Stay> stays, @Nullable String role, long read, MemberSettings settings) {
    public boolean isIn() {
      return stays.getLast().until() == 0;
    }
  }

  /**
   * A device of a user.
   *
   * @param seenAt when it first came, milliseconds since 1970
   * @param live a stream of it is open
   * @param pushProvider null: it cannot be reached while away
   */
  public record Device(String device, long seenAt, boolean live, @Nullable String pushProvider) {}

  /**
   * A user as its owner knows it.
   *
   * @param owner watch it: when it ends, what it knew of connections is gone; null: this was read
   *     from the journal
   * @param seq position of the user's log that this reflects
   */
  public record Profile(
      @Nullable ActorRef<?> owner,
      long seq,
      long head,
      List<Membership> memberships,
      List<Device> devices,
      int quietFrom,
      int quietTo,
      ServerFrame.@Nullable Presence presence) {}

  /** A room in the list of a user's rooms. */
  public record Summary(Membership membership, long head, long unread, long mentions) {}

  /** A stretch of a user's own log. */
  public record Stretch(List<Message> messages, long upTo, boolean end) {}

  // Streams.

  /**
   * A device's stream is open: tell it the news from now on.
   *
   * @param generation the greatest of a device's streams counts
   */
  public CompletionStage<Profile> attach(
      UserId user, String device, ActorRef<News> connection, long generation, Duration patience) {
    return ask(user, patience, ref -> new UserCommand.Attach(device, connection, generation, ref));
  }

  /** What is stored of the user: for a stream that will not wait for an owner on its way. */
  public CompletionStage<Profile> stored(UserId user) {
    return history
        .memory(Logs.of(user.topic()), UserState.EMPTY, UserEvent.class, UserState::grown)
        .thenApply(
            state ->
                profile(
                    new UserCommand.Is(
                        null,
                        state.seq(),
                        state.head(),
                        state.roomsOrNone(),
                        state.devicesOrNone(),
                        List.of(),
                        state.quietFrom(),
                        state.quietTo(),
                        null)));
  }

  public void detach(UserId user, String device, ActorRef<News> connection) {
    tell(user, new UserCommand.Detach(device, connection));
  }

  public CompletionStage<Profile> get(UserId user) {
    return ask(user, UserCommand.Get::new);
  }

  /** What lies after a position of the user's own log. */
  public CompletionStage<Stretch> read(UserId user, long after, int most) {
    return history
        .forward(Logs.of(user.topic()), after, Long.MAX_VALUE, most)
        .thenApply(
            rows -> {
              List<Message> messages = new ArrayList<>();
              for (History.Row row : rows) {
                if (row.event() instanceof UserEvent.Visible visible) {
                  messages.add(UserMessages.of(user, row.seq(), visible));
                }
              }
              return new Stretch(
                  messages, rows.isEmpty() ? after : rows.getLast().seq(), rows.size() < most);
            });
  }

  // Rooms, as the user has them.

  /** The user has read the room up to a position; going back changes nothing. */
  public CompletionStage<Profile> markRead(UserId user, String room, long seq) {
    return ask(user, ref -> new UserCommand.MarkRead(room, seq, ref));
  }

  /** Absent fields stay as they are. */
  public CompletionStage<Profile> changeRoomSettings(
      UserId user, String room, MemberSettings change) {
    change.validate();
    return ask(user, ref -> new UserCommand.SetRoom(room, change, ref));
  }

  /** Heads, unread and mention counts of rooms the user is in; wakes none of them. */
  public CompletionStage<List<Summary>> summaries(UserId user, List<Membership> memberships) {
    Map<String, Membership> byLog = new HashMap<>();
    List<History.Count> unread = new ArrayList<>();
    List<History.Tagged> mentions = new ArrayList<>();
    List<History.Tagged> ownMentions = new ArrayList<>();
    for (Membership membership : memberships) {
      String log =
          Logs.of(new org.viesti.protocol.RoomId(user.tenant(), membership.room()).topic());
      byLog.put(log, membership);
      unread.add(new History.Count(log, membership.read(), "room.posted", user.id()));
      mentions.add(new History.Tagged(log, "m:" + user.id(), membership.read()));
      mentions.add(new History.Tagged(log, "m:*", membership.read()));
      ownMentions.add(new History.Tagged(log, "m:*/" + user.id(), membership.read()));
    }
    return history
        .heads(byLog.keySet())
        .thenCombine(history.counts(unread, UNREAD_AT_MOST), Counted::new)
        .thenCombine(
            history
                .taggedCounts(mentions)
                .thenCombine(history.taggedCounts(ownMentions), Users::without),
            (counted, mentioned) -> {
              List<Summary> summaries = new ArrayList<>();
              byLog.forEach(
                  (log, membership) ->
                      summaries.add(
                          new Summary(
                              membership,
                              counted.heads().getOrDefault(log, 0L),
                              counted.unread().getOrDefault(log, 0L),
                              mentioned.getOrDefault(log, 0L))));
              summaries.sort(java.util.Comparator.comparing(s -> s.membership().room()));
              return summaries;
            });
  }

  private static Map<String, Long> without(Map<String, Long> all, Map<String, Long> own) {
    Map<String, Long> rest = new HashMap<>(all);
    own.forEach((log, count) -> rest.merge(log, -count, Long::sum));
    return rest;
  }

  /** Counting stops there: nobody reads the difference between ten thousand unread and more. */
  public static final int UNREAD_AT_MOST = 10_000;

  private record Counted(Map<String, Long> heads, Map<String, Long> unread) {}

  // Devices and wishes.

  /** Where a device is reached while it is away, by a provider of this node; null: nowhere. */
  public CompletionStage<Profile> setPush(
      UserId user, String device, @Nullable String provider, @Nullable String token) {
    if (provider != null) {
      pushes.check(provider);
    }
    return ask(user, ref -> new UserCommand.SetPush(device, provider, token, ref));
  }

  public CompletionStage<Profile> forgetDevice(UserId user, String device) {
    return ask(user, ref -> new UserCommand.ForgetDevice(device, ref));
  }

  /** No pushes between these minutes of the day (UTC); both -1: always. */
  public CompletionStage<Profile> setQuietHours(UserId user, int fromMinute, int toMinute) {
    return ask(user, ref -> new UserCommand.SetQuietHours(fromMinute, toMinute, ref));
  }

  // Presence.

  public void setPresence(UserId user, String device, String status, @Nullable String message) {
    tell(user, new UserCommand.SetPresence(device, status, message));
  }

  /** From now on the watcher is told the user's presence, if the user is in one of these rooms. */
  public void watch(UserId user, Set<String> roomsOfWatcher, ActorRef<News> watcher) {
    tell(user, new UserCommand.Watch(roomsOfWatcher, watcher));
  }

  public void unwatch(UserId user, ActorRef<News> watcher) {
    tell(user, new UserCommand.Unwatch(watcher));
  }

  // For the wiring.

  public void interested(UserId user, ActorRef<Router.Command> node) {
    tell(user, new UserCommand.Interested(node));
  }

  public void wake(UserId user, WakeUps.Due due) {
    tell(user, new UserCommand.Wake(due.dueAt()));
  }

  CompletionStage<Profile> replay(UserId user, PendingPush letter) {
    return ask(user, ref -> new UserCommand.Replay(letter, ref));
  }

  public void tell(UserId user, Tell tell) {
    tell(user, new UserCommand.Told(tell));
  }

  private void tell(UserId user, UserCommand command) {
    shards.tell(new ShardingEnvelope<>(user.key(), command));
  }

  private CompletionStage<Profile> ask(
      UserId user, Function<ActorRef<Reply>, UserCommand.Request> request) {
    return ask(user, settings.askTimeout(), request);
  }

  private CompletionStage<Profile> ask(
      UserId user, Duration patience, Function<ActorRef<Reply>, UserCommand.Request> request) {
    return AskPattern.<ShardingEnvelope<UserCommand>, Reply>ask(
            shards,
            ref -> new ShardingEnvelope<>(user.key(), request.apply(ref)),
            patience,
            system.scheduler())
        .thenApply(
            reply ->
                switch (reply) {
                  case UserCommand.No(Refusal refusal) -> throw new Refused(refusal);
                  case UserCommand.Is is -> profile(is);
                });
  }

  private static Profile profile(UserCommand.Is is) {
    List<Membership> memberships = new ArrayList<>(is.rooms().size());
    is.rooms()
        .forEach(
            (room, membership) ->
                memberships.add(
                    new Membership(
                        room,
                        membership.stays().stream()
                            .map(stay -> new Stay(stay.from(), stay.until()))
                            .toList(),
                        membership.role(),
                        membership.read(),
                        membership.settings() == null
                            ? MemberSettings.DEFAULT
                            : membership.settings())));
    List<Device> devices = new ArrayList<>();
    is.devices()
        .forEach(
            (name, device) ->
                devices.add(
                    new Device(
                        name, device.seenAt(), is.live().contains(name), device.provider())));
    return new Profile(
        is.self(),
        is.seq(),
        is.head(),
        memberships,
        devices,
        is.quietFrom(),
        is.quietTo(),
        is.presence());
  }
}
