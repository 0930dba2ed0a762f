package org.viesti.room;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.WakeUps;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.HistoryEntry;
import org.viesti.protocol.Message;
import org.viesti.protocol.Payload;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.protocol.RoomId;
import org.viesti.protocol.RoomView;
import org.viesti.protocol.ServerFrame;
import org.viesti.room.RoomCommand.By;
import org.viesti.room.RoomCommand.Reply;
import org.viesti.routing.Router;
import org.viesti.routing.Wants;
import org.viesti.security.Principal;

/**
 * The only door to rooms. Every call fails with {@link Refused} where it is refused, UNAVAILABLE if
 * the room does not answer in time; it may then be sent again.
 */
public final class Rooms {
  private static final EntityTypeKey<RoomCommand> KEY =
      EntityTypeKey.create(RoomCommand.class, "room");

  private final ActorSystem<?> system;
  private final ActorRef<ShardingEnvelope<RoomCommand>> shards;
  private final RoomHistory history;
  private final org.viesti.journal.History journal;
  private final RoomSettings settings;

  private Rooms(ActorSystem<?> system, Room.Needs needs) {
    this.system = system;
    this.settings = needs.settings();
    this.journal = needs.history();
    this.history = new RoomHistory(needs.history());
    this.shards =
        ClusterSharding.get(system)
            .init(Entity.of(KEY, entity -> Room.create(RoomId.parse(entity.getEntityId()), needs)));
  }

  /** Opens the door on this node. */
  public static Rooms start(
      ActorSystem<?> system,
      RoomSettings settings,
      org.viesti.routing.ClusterRoutes routes,
      org.viesti.routing.TopicOwner owners,
      org.viesti.journal.History history,
      WakeUps wakeUps,
      java.time.Clock clock) {
    return new Rooms(system, new Room.Needs(settings, routes, owners, history, wakeUps, clock));
  }

  /** A member to be. */
  public record NewMember(String user, @Nullable String role) {
    RoomEvent.NewMember toStored(String tenant) {
      new org.viesti.protocol.UserId(tenant, user);
      return new RoomEvent.NewMember(user, role == null ? Role.MEMBER.label() : role);
    }
  }

  /**
   * A room to be.
   *
   * @param type direct, group (default), channel or bot
   * @param isPrivate absent: private
   */
  public record NewRoom(
      RoomId id,
      @Nullable String type,
      @Nullable String name,
      @Nullable String description,
      @Nullable Boolean isPrivate,
      @Nullable Map<String, Object> metadata,
      List<NewMember> members) {}

  /** A room and the caller's own role in it, null if it has none. */
  public record Seen(RoomView room, @Nullable String role) {}

  /** A page of members; {@code next} is absent on the last. */
  public record MemberPage(List<RoomView.Member> members, @Nullable String next) {}

  /** What became of a post or an amendment: either a place in the log, or a refusal. */
  public record Recorded(
      String eventId, long seq, long at, boolean duplicate, @Nullable Refusal refusal) {}

  /** A stretch of a room's log; see {@link RoomHistory.Stretch}. */
  public record Stretch(List<Message> messages, long upTo, boolean end) {}

  // The room itself.

  /** Makes a room; doing it again with the same id and type answers the same. */
  public CompletionStage<Seen> create(Principal by, NewRoom room) {
    List<RoomEvent.NewMember> members =
        room.members().stream().map(member -> member.toStored(room.id().tenant())).toList();
    String type = room.type() == null ? RoomType.GROUP.label() : room.type();
    String name = room.name() == null ? room.id().id() : room.name();
    if (name.isBlank() || name.length() > 200) {
      throw new Refused(ErrorCode.INVALID_ARGUMENT, "name must have 1 to 200 characters");
    }
    return askSeen(
        room.id(),
        ref ->
            new RoomCommand.Create(
                by(by),
                type,
                name,
                room.description(),
                room.isPrivate() == null || room.isPrivate(),
                room.metadata(),
                members,
                ref));
  }

  public CompletionStage<Seen> get(Principal by, RoomId room) {
    return askSeen(room, ref -> new RoomCommand.Get(by(by), ref));
  }

  /** Absent fields stay as they are. */
  public CompletionStage<Seen> update(
      Principal by,
      RoomId room,
      @Nullable String name,
      @Nullable String description,
      @Nullable Boolean isPrivate,
      @Nullable Map<String, Object> metadata) {
    return askSeen(
        room, ref -> new RoomCommand.Update(by(by), name, description, isPrivate, metadata, ref));
  }

  public CompletionStage<Seen> delete(Principal by, RoomId room) {
    return askSeen(room, ref -> new RoomCommand.Delete(by(by), ref));
  }

  // Its members.

  public CompletionStage<Seen> addMembers(Principal by, RoomId room, List<NewMember> members) {
    List<RoomEvent.NewMember> entering =
        members.stream().map(member -> member.toStored(room.tenant())).toList();
    return askSeen(room, ref -> new RoomCommand.AddMembers(by(by), entering, ref));
  }

  /** Removes members; naming oneself is to leave. */
  public CompletionStage<Seen> removeMembers(Principal by, RoomId room, List<String> users) {
    return askSeen(room, ref -> new RoomCommand.RemoveMembers(by(by), users, ref));
  }

  public CompletionStage<Seen> ban(
      Principal by, RoomId room, String user, @Nullable String reason) {
    return askSeen(room, ref -> new RoomCommand.Ban(by(by), user, reason, ref));
  }

  public CompletionStage<Seen> unban(Principal by, RoomId room, String user) {
    return askSeen(room, ref -> new RoomCommand.Unban(by(by), user, ref));
  }

  public CompletionStage<Seen> changeRole(Principal by, RoomId room, String user, String role) {
    return askSeen(room, ref -> new RoomCommand.ChangeRole(by(by), user, role, ref));
  }

  /** Members by user id, after the cursor. */
  public CompletionStage<MemberPage> members(
      Principal by, RoomId room, @Nullable String cursor, int limit) {
    return this.<RoomCommand.Members>ask(
            room, ref -> new RoomCommand.ListMembers(by(by), cursor, limit, ref))
        .thenApply(members -> new MemberPage(members.members(), members.next()));
  }

  // What is said in it.

  /** Posts to any number of rooms; one result for each message, in their order. */
  public CompletionStage<List<Recorded>> post(Principal by, List<ClientFrame.Send> messages) {
    Map<String, List<Integer>> byRoom = new LinkedHashMap<>();
    for (int i = 0; i < messages.size(); i++) {
      byRoom.computeIfAbsent(messages.get(i).room(), room -> new ArrayList<>()).add(i);
    }
    List<Recorded> results = new ArrayList<>(Collections.nCopies(messages.size(), NOTHING));
    List<CompletableFuture<?>> all = new ArrayList<>();
    byRoom.forEach(
        (name, places) -> {
          CompletionStage<List<Recorded>> answer =
              postInOneRoom(by, name, places.stream().map(messages::get).toList());
          all.add(
              answer
                  .thenAccept(
                      recorded -> {
                        for (int i = 0; i < places.size(); i++) {
                          results.set(places.get(i), recorded.get(i));
                        }
                      })
                  .toCompletableFuture());
        });
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).thenApply(v -> results);
  }

  private static final Recorded NOTHING = new Recorded("", 0, 0, false, null);

  private CompletionStage<List<Recorded>> postInOneRoom(
      Principal by, String name, List<ClientFrame.Send> messages) {
    RoomId room;
    try {
      room = new RoomId(by.user().tenant(), name);
    } catch (Refused refused) {
      return CompletableFuture.completedFuture(
          Collections.nCopies(messages.size(), refused(refused.refusal())));
    }
    // A message that cannot be one of this room's spoils none of the others.
    List<Recorded> results = new ArrayList<>(Collections.nCopies(messages.size(), NOTHING));
    List<RoomCommand.Draft> drafts = new ArrayList<>(messages.size());
    List<Integer> places = new ArrayList<>(messages.size());
    for (int i = 0; i < messages.size(); i++) {
      try {
        drafts.add(draft(room, messages.get(i)));
        places.add(i);
      } catch (Refused refused) {
        results.set(i, refused(refused.refusal()));
      }
    }
    if (drafts.isEmpty()) {
      return CompletableFuture.completedFuture(results);
    }
    return this.<RoomCommand.Recorded>ask(room, ref -> new RoomCommand.Post(by(by), drafts, ref))
        .thenApply(answer -> recorded(room, answer))
        .exceptionally(failure -> Collections.nCopies(drafts.size(), refused(Refused.in(failure))))
        .thenApply(
            recorded -> {
              for (int i = 0; i < places.size(); i++) {
                results.set(places.get(i), recorded.get(i));
              }
              return results;
            });
  }

  private static RoomCommand.Draft draft(RoomId room, ClientFrame.Send message) {
    return new RoomCommand.Draft(
        message.id(),
        message.payload(),
        message.replyTo() == null ? 0 : room.seqOf(message.replyTo()),
        message.mentions());
  }

  private static Recorded refused(Refusal refusal) {
    return new Recorded("", 0, 0, false, refusal);
  }

  private static List<Recorded> recorded(RoomId room, RoomCommand.Recorded answer) {
    return answer.results().stream()
        .map(
            result ->
                new Recorded(
                    result.refusal() == null ? room.messageId(result.seq()) : "",
                    result.seq(),
                    result.at(),
                    result.duplicate(),
                    result.refusal()))
        .toList();
  }

  public CompletionStage<Recorded> edit(
      Principal by, String messageId, Payload payload, @Nullable List<String> mentions) {
    return amend(
        by, messageId, (seq, ref) -> new RoomCommand.Edit(by(by), seq, payload, mentions, ref));
  }

  /** Takes a message's content out of every read, and out of the journal. */
  public CompletionStage<Recorded> redact(Principal by, String messageId, @Nullable String reason) {
    return amend(by, messageId, (seq, ref) -> new RoomCommand.Redact(by(by), seq, reason, ref));
  }

  /** Ensures that the caller's reaction is there, or that it is not. */
  public CompletionStage<Recorded> react(
      Principal by, String messageId, String reaction, boolean add) {
    return amend(
        by, messageId, (seq, ref) -> new RoomCommand.React(by(by), seq, reaction, add, ref));
  }

  /** Ensures that a message is among the room's pins, or that it is not. */
  public CompletionStage<Recorded> pin(Principal by, String messageId, boolean pinned) {
    return amend(by, messageId, (seq, ref) -> new RoomCommand.Pin(by(by), seq, pinned, ref));
  }

  private interface Amendment {
    RoomCommand.Request of(long seq, ActorRef<Reply> replyTo);
  }

  private CompletionStage<Recorded> amend(Principal by, String messageId, Amendment amendment) {
    RoomId room = roomOf(by, messageId);
    long seq = room.seqOf(messageId);
    return this.<RoomCommand.Recorded>ask(room, ref -> amendment.of(seq, ref))
        .thenApply(answer -> recorded(room, answer).getFirst());
  }

  /** Typing or a receipt, to everyone else in the room. */
  public void signal(Principal by, RoomId room, ServerFrame frame) {
    tell(room, new RoomCommand.Signal(by(by), frame));
  }

  /**
   * Tells the room's members, where it is small, that a device has everything up to a position.
   *
   * @param from told {@link Router.Unheard} where nobody hears of it
   */
  public void delivered(Principal by, RoomId room, long seq, ActorRef<Router.Routed> from) {
    tell(room, new RoomCommand.Delivered(by(by), seq, from));
  }

  // What was said in it.

  /**
   * A page of history for a caller who may look.
   *
   * @param cursor from an earlier page; else null
   * @param at where to begin without a cursor: before that position (after it, if {@code forward});
   *     0: at the end
   */
  public CompletionStage<HistoryEntry.Page> history(
      Principal by, RoomId room, @Nullable String cursor, long at, boolean forward, int limit) {
    RoomHistory.Cursor place =
        cursor != null
            ? RoomHistory.Cursor.parse(cursor)
            : new RoomHistory.Cursor(!forward && at == 0 ? Long.MAX_VALUE : at, forward);
    return get(by, room)
        .thenCompose(
            seen -> history.page(room, by.user().id(), place.seq(), limit, place.forward()));
  }

  /** Where the log ends, be it with an entry that readers do not see: as a list of rooms says. */
  public CompletionStage<Long> head(Principal by, RoomId room) {
    String log = org.viesti.journal.Logs.of(room.topic());
    return get(by, room)
        .thenCompose(seen -> journal.heads(List.of(log)))
        .thenApply(heads -> heads.getOrDefault(log, 0L));
  }

  /** The position of the first entry at or after a time in milliseconds. */
  public CompletionStage<Long> seqAt(Principal by, RoomId room, long time) {
    return get(by, room)
        .thenCompose(seen -> journal.seqAt(org.viesti.journal.Logs.of(room.topic()), time));
  }

  /** Every content a message has had, oldest first. */
  public CompletionStage<List<HistoryEntry>> versions(Principal by, String messageId) {
    RoomId room = roomOf(by, messageId);
    long seq = room.seqOf(messageId);
    return get(by, room).thenCompose(seen -> history.versions(room, by.user().id(), seq));
  }

  /** The replies to a message, oldest first. */
  public CompletionStage<HistoryEntry.Replies> replies(
      Principal by, String messageId, @Nullable String cursor, int limit) {
    RoomId room = roomOf(by, messageId);
    long seq = room.seqOf(messageId);
    long after = RoomHistory.Cursor.after(cursor);
    return get(by, room)
        .thenCompose(seen -> history.replies(room, by.user().id(), seq, after, limit));
  }

  /** What is pinned, the last pinned first. */
  public CompletionStage<List<HistoryEntry>> pins(Principal by, RoomId room, int limit) {
    return get(by, room).thenCompose(seen -> history.pins(room, by.user().id(), limit));
  }

  /** What lies after a position, for a connection that knows what its user may see. */
  public CompletionStage<Stretch> read(RoomId room, long after, int most) {
    return history
        .after(room, after, most)
        .thenApply(found -> new Stretch(found.messages(), found.upTo(), found.end()));
  }

  // For the wiring.

  /** Passes on that a node has followers of the room again. */
  public void interested(RoomId room, ActorRef<Router.Command> node) {
    tell(room, new RoomCommand.Interested(node));
  }

  /** Passes on which posts a user wants to hear of. */
  public void wants(RoomId room, Wants wants) {
    tell(room, new RoomCommand.UserWants(wants));
  }

  public void wake(RoomId room, WakeUps.Due due) {
    tell(room, new RoomCommand.Wake(due.dueAt(), due.since()));
  }

  /** The room of a message id, in the caller's tenant. */
  public static RoomId roomOf(Principal by, String messageId) {
    int dot = messageId == null ? -1 : messageId.lastIndexOf('.');
    if (dot < 1) {
      throw new Refused(ErrorCode.INVALID_ARGUMENT, "a message id is room.position");
    }
    return new RoomId(by.user().tenant(), messageId.substring(0, dot));
  }

  private static By by(Principal principal) {
    return new By(principal.user().id(), principal.device(), principal.isOperator());
  }

  private void tell(RoomId room, RoomCommand command) {
    shards.tell(new ShardingEnvelope<>(room.key(), command));
  }

  private CompletionStage<Seen> askSeen(
      RoomId room, Function<ActorRef<Reply>, RoomCommand.Request> request) {
    return this.<RoomCommand.Done>ask(room, request)
        .thenApply(done -> new Seen(done.room(), done.role()));
  }

  @SuppressWarnings("unchecked") // each request has one kind of answer besides No
  private <R extends Reply> CompletionStage<R> ask(
      RoomId room, Function<ActorRef<Reply>, RoomCommand.Request> request) {
    return org.apache.pekko.actor.typed.javadsl.AskPattern
        .<ShardingEnvelope<RoomCommand>, Reply>ask(
            shards,
            ref -> new ShardingEnvelope<>(room.key(), request.apply(ref)),
            settings.askTimeout(),
            system.scheduler())
        .thenApply(
            reply -> {
              if (reply instanceof RoomCommand.No(Refusal refusal)) {
                throw new Refused(refusal);
              }
              return (R) reply;
            });
  }
}
