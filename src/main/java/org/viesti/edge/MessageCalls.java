package org.viesti.edge;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.viesti.connection.Admission;
import org.viesti.connection.DeliveryStates;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.HistoryEntry;
import org.viesti.protocol.Payload;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.protocol.RoomId;
import org.viesti.protocol.Validation;
import org.viesti.room.Rooms;
import org.viesti.security.Principal;

/** Calls about what is said in rooms. */
public final class MessageCalls {
  private final CallSettings settings;
  private final Rooms rooms;
  private final Admission admission;
  private final DeliveryStates deliveries;

  MessageCalls(CallSettings settings, Rooms rooms, Admission admission, DeliveryStates deliveries) {
    this.settings = settings;
    this.rooms = rooms;
    this.admission = admission;
    this.deliveries = deliveries;
  }

  /**
   * A post to be.
   *
   * @param clientId the client's own id, so that a retry posts nothing twice; absent: one is made
   *     up
   */
  public record NewMessage(
      @Nullable String clientId,
      @Nullable String room,
      @Nullable Payload payload,
      @Nullable String replyTo,
      @Nullable List<String> mentions) {

    @SuppressWarnings("NullAway") // whatever is missing is refused here
    ClientFrame.Send send() {
      return Validation.valid(
          new ClientFrame.Send(
              clientId == null ? UUID.randomUUID().toString() : clientId,
              room,
              payload,
              replyTo,
              mentions));
    }
  }

  /** Posts one message; a refusal fails the call. */
  public CompletionStage<Rooms.Recorded> post(Principal by, NewMessage message) {
    return admission
        .post(by, List.of(message.send()))
        .thenApply(results -> done(results.getFirst()));
  }

  /** Posts to any number of rooms; each message has its own result, in their order. */
  public CompletionStage<List<Rooms.Recorded>> postAll(
      Principal by, @Nullable List<NewMessage> messages) {
    if (messages == null || messages.isEmpty()) {
      throw new Refused(ErrorCode.INVALID_ARGUMENT, "messages must hold at least one");
    }
    List<ClientFrame.Send> valid = new ArrayList<>(messages.size());
    List<@Nullable Refusal> refusals = new ArrayList<>(Collections.nCopies(messages.size(), null));
    for (int i = 0; i < messages.size(); i++) {
      try {
        valid.add(messages.get(i).send());
      } catch (Refused refused) {
        refusals.set(i, refused.refusal());
      }
    }
    CompletionStage<List<Rooms.Recorded>> recorded =
        valid.isEmpty() ? CompletableFuture.completedFuture(List.of()) : admission.post(by, valid);
    return recorded.thenApply(results -> inOrder(refusals, results));
  }

  private static List<Rooms.Recorded> inOrder(
      List<@Nullable Refusal> refusals, List<Rooms.Recorded> recorded) {
    List<Rooms.Recorded> results = new ArrayList<>(refusals.size());
    int next = 0;
    for (Refusal refusal : refusals) {
      results.add(
          refusal == null ? recorded.get(next++) : new Rooms.Recorded("", 0, 0, false, refusal));
    }
    return results;
  }

  public CompletionStage<Rooms.Recorded> edit(
      Principal by, String id, @Nullable Payload payload, @Nullable List<String> mentions) {
    ClientFrame.Edit edit = edit(id, payload, mentions);
    return admission
        .edit(by, edit.target(), edit.payload(), edit.mentions())
        .thenApply(MessageCalls::done);
  }

  @SuppressWarnings("NullAway") // a missing payload is refused here
  private static ClientFrame.Edit edit(
      String id, @Nullable Payload payload, @Nullable List<String> mentions) {
    return Validation.valid(new ClientFrame.Edit("call", id, payload, mentions));
  }

  /** Takes a message's content out of every read. */
  public CompletionStage<Rooms.Recorded> redact(Principal by, String id, @Nullable String reason) {
    Validation.valid(new ClientFrame.Redact("call", id, reason));
    return admission.redact(by, id, reason).thenApply(MessageCalls::done);
  }

  /** Ensures that the caller's reaction is there, or that it is not. */
  public CompletionStage<Rooms.Recorded> react(
      Principal by, String id, String reaction, boolean add) {
    Validation.valid(new ClientFrame.React("call", id, reaction, add));
    return admission.react(by, id, reaction, add).thenApply(MessageCalls::done);
  }

  /** Ensures that a message is among the room's pins, or that it is not. */
  public CompletionStage<Rooms.Recorded> pin(Principal by, String id, boolean pinned) {
    return admission.pin(by, id, pinned).thenApply(MessageCalls::done);
  }

  /** What is pinned in a room, the last pinned first. */
  public CompletionStage<List<HistoryEntry>> pins(
      Principal by, String room, @Nullable Integer limit) {
    return rooms.pins(by, RoomCalls.id(by, room), settings.page(limit));
  }

  private static Rooms.Recorded done(Rooms.Recorded recorded) {
    if (recorded.refusal() != null) {
      throw new Refused(recorded.refusal());
    }
    return recorded;
  }

  // Reading.

  /**
   * Where a page of history begins; at most one of the first four is given.
   *
   * @param cursor of an earlier page
   * @param before a position: what lies before it, newest first
   * @param after a position: what lies after it, oldest first
   * @param at milliseconds since 1970: from then on, oldest first; or with order newest, what was
   *     before
   * @param order newest or oldest (first); without any of the above newest
   */
  public record Place(
      @Nullable String cursor,
      @Nullable Long before,
      @Nullable Long after,
      @Nullable Long at,
      @Nullable String order) {

    private void check() {
      int given =
          (cursor == null ? 0 : 1)
              + (before == null ? 0 : 1)
              + (after == null ? 0 : 1)
              + (at == null ? 0 : 1);
      if (given > 1) {
        throw refused("give one of cursor, before, after and at");
      }
      if (order != null && !order.equals("newest") && !order.equals("oldest")) {
        throw refused("order must be newest or oldest");
      }
      if (order != null && (cursor != null || before != null || after != null)) {
        throw refused("cursor, before and after have an order of their own");
      }
      if ((before != null && before < 1)
          || (after != null && after < 0)
          || (at != null && at < 0)) {
        throw refused("before must be at least 1, after and at not negative");
      }
    }

    private static Refused refused(String detail) {
      return new Refused(ErrorCode.INVALID_ARGUMENT, detail);
    }
  }

  public CompletionStage<HistoryEntry.Page> history(
      Principal by, String room, @Nullable Integer limit, Place place) {
    place.check();
    int most = settings.page(limit);
    RoomId id = RoomCalls.id(by, room);
    if (place.at() != null) {
      boolean forward = !"newest".equals(place.order());
      return rooms
          .seqAt(by, id, place.at())
          .thenCompose(seq -> rooms.history(by, id, null, forward ? seq - 1 : seq, forward, most));
    }
    boolean forward = place.after() != null || "oldest".equals(place.order());
    long from = place.before() != null ? place.before() : place.after() != null ? place.after() : 0;
    return rooms.history(by, id, place.cursor(), from, forward, most);
  }

  /** A message as it stands, last, after every content it had before. */
  public CompletionStage<List<HistoryEntry>> versions(Principal by, String id) {
    return rooms.versions(by, id);
  }

  /** The replies to a message, oldest first. */
  public CompletionStage<HistoryEntry.Replies> replies(
      Principal by, String id, @Nullable Integer limit, @Nullable String cursor) {
    return rooms.replies(by, id, cursor, settings.page(limit));
  }

  /** How far a message has come to each of its receivers, by user id. */
  public CompletionStage<DeliveryStates.Page> deliveries(
      Principal by, String id, @Nullable Integer limit, @Nullable String cursor) {
    return deliveries.of(by, id, cursor, settings.page(limit));
  }
}
