package org.viesti.connection;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.viesti.device.Devices;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.HistoryEntry;
import org.viesti.protocol.Refused;
import org.viesti.protocol.RoomId;
import org.viesti.protocol.RoomView;
import org.viesti.protocol.UserId;
import org.viesti.room.Permission;
import org.viesti.room.Role;
import org.viesti.room.RoomType;
import org.viesti.room.Rooms;
import org.viesti.security.Principal;
import org.viesti.user.Users;

/**
 * How far a message has come, receiver by receiver: a view over cursors and read marks, kept
 * nowhere. It asks the owners of one page's members and of their devices.
 */
public final class DeliveryStates {
  private final Rooms rooms;
  private final Users users;
  private final Devices devices;

  public DeliveryStates(Rooms rooms, Users users, Devices devices) {
    this.rooms = rooms;
    this.users = users;
    this.devices = devices;
  }

  /** How far; each includes the one before. */
  public enum State {
    /** Recorded: it waits in the log. */
    QUEUED,
    /** A device has a stream open that it goes out on. */
    SENT,
    /** A device has acknowledged it. */
    DELIVERED,
    /** The user has read up to it. */
    READ;

    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How far the message has come to a user. */
  public record Delivery(String user, State state) {}

  /**
   * A page of receivers; {@code next} is absent on the last. A page may be short, because members
   * who are none are left out.
   */
  public record Page(List<Delivery> deliveries, @Nullable String next) {}

  /**
   * A message's receivers: who was in the room when it came, still is, and did not send it. For its
   * sender, moderators and operators: others need not know who has read what.
   */
  public CompletionStage<Page> of(
      Principal by, String messageId, @Nullable String cursor, int limit) {
    RoomId room = Rooms.roomOf(by, messageId);
    return rooms
        .versions(by, messageId)
        .thenCombine(rooms.get(by, room), (versions, seen) -> allowed(by, versions, seen))
        .thenCompose(
            message ->
                rooms
                    .members(by, room, cursor, limit)
                    .thenCompose(
                        page ->
                            of(message, page.members())
                                .thenApply(found -> new Page(found, page.next()))));
  }

  private static org.viesti.protocol.Message allowed(
      Principal by, List<HistoryEntry> versions, Rooms.Seen seen) {
    org.viesti.protocol.Message message = versions.getLast().message();
    boolean moderates =
        seen.role() != null
            && Permission.MODERATE.allows(
                RoomType.parse(seen.room().type()), Role.parse(seen.role()));
    if (!message.sender().equals(by.user().id()) && !moderates && !by.isOperator()) {
      throw new Refused(
          ErrorCode.PERMISSION_DENIED, "only its sender and moderators see who has a message");
    }
    return message;
  }

  private CompletionStage<List<Delivery>> of(
      org.viesti.protocol.Message message, List<RoomView.Member> members) {
    List<CompletableFuture<@Nullable Delivery>> asked = new ArrayList<>(members.size());
    for (RoomView.Member member : members) {
      if (!member.user().equals(message.sender())) {
        asked.add(to(member, message).toCompletableFuture());
      }
    }
    return all(asked)
        .thenApply(found -> found.stream().<Delivery>mapMulti(DeliveryStates::ifThere).toList());
  }

  private static void ifThere(
      @Nullable Delivery delivery, java.util.function.Consumer<Delivery> sink) {
    if (delivery != null) {
      sink.accept(delivery);
    }
  }

  /** Null: the user is no receiver of it. */
  private CompletionStage<@Nullable Delivery> to(
      RoomView.Member member, org.viesti.protocol.Message message) {
    UserId user = new UserId(message.topic().tenant(), member.user());
    String room = message.topic().room().id();
    return users
        .get(user)
        .thenCompose(
            profile -> {
              Users.Membership membership =
                  profile.memberships().stream()
                      .filter(one -> one.room().equals(room))
                      .findAny()
                      .orElse(null);
              if (membership == null) {
                // The user has not been told yet that it is in.
                return CompletableFuture.completedFuture(
                    member.joinedAt() > message.at()
                        ? null
                        : new Delivery(user.id(), State.QUEUED));
              }
              if (!wasIn(membership, message.seq())) {
                return CompletableFuture.completedFuture(null);
              }
              if (membership.read() >= message.seq()) {
                return CompletableFuture.completedFuture(new Delivery(user.id(), State.READ));
              }
              return byDevices(user, profile.devices(), message)
                  .thenApply(state -> new Delivery(user.id(), state));
            });
  }

  private static boolean wasIn(Users.Membership membership, long seq) {
    return membership.stays().stream()
        .anyMatch(stay -> stay.from() <= seq && (stay.until() == 0 || stay.until() >= seq));
  }

  private CompletionStage<State> byDevices(
      UserId user, List<Users.Device> known, org.viesti.protocol.Message message) {
    State least = known.stream().anyMatch(Users.Device::live) ? State.SENT : State.QUEUED;
    List<CompletableFuture<Boolean>> asked = new ArrayList<>(known.size());
    for (Users.Device device : known) {
      asked.add(
          devices
              .get(new DeviceId(user, device.device()))
              .thenApply(
                  outbox ->
                      outbox.cursors().getOrDefault(message.topic().path(), 0L) >= message.seq())
              .toCompletableFuture());
    }
    return all(asked).thenApply(acked -> acked.contains(true) ? State.DELIVERED : least);
  }

  private static <T extends @Nullable Object> CompletionStage<List<T>> all(
      List<CompletableFuture<T>> asked) {
    return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
        .thenApply(
            done -> {
              List<T> results = new ArrayList<>(asked.size());
              asked.forEach(one -> results.add(one.join()));
              return results;
            });
  }
}
