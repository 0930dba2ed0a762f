package org.viesti.edge;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.viesti.device.Devices;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.MemberSettings;
import org.viesti.protocol.Refused;
import org.viesti.protocol.RoomId;
import org.viesti.protocol.ServerFrame;
import org.viesti.protocol.UserId;
import org.viesti.room.Rooms;
import org.viesti.security.DeviceSecrets;
import org.viesti.security.Principal;
import org.viesti.user.Users;

/** Calls about the caller itself: its rooms as it has them, its devices, its wishes. */
public final class UserCalls {
  private static final int MINUTES_OF_DAY = 24 * 60;

  private final Rooms rooms;
  private final Users users;
  private final Devices devices;
  private final DeviceSecrets secrets;
  private final Callers callers;

  UserCalls(Rooms rooms, Users users, Devices devices, DeviceSecrets secrets, Callers callers) {
    this.rooms = rooms;
    this.users = users;
    this.devices = devices;
    this.secrets = secrets;
    this.callers = callers;
  }

  public CompletionStage<Users.Profile> me(Principal by) {
    return users.get(by.user());
  }

  // A room as the caller has it.

  public CompletionStage<Users.Membership> membership(Principal by, String room) {
    RoomId id = RoomCalls.id(by, room);
    return users.get(by.user()).thenApply(profile -> in(profile, id));
  }

  public CompletionStage<Users.Membership> changeRoomSettings(
      Principal by, String room, MemberSettings change) {
    RoomId id = RoomCalls.id(by, room);
    return users
        .changeRoomSettings(by.user(), id.id(), change)
        .thenApply(profile -> in(profile, id));
  }

  /**
   * The caller has read the room up to a position, which must be there: a mark past the head would
   * swallow what is posted next. Going back changes nothing.
   */
  public CompletionStage<Users.Membership> markRead(Principal by, String room, long seq) {
    RoomId id = RoomCalls.id(by, room);
    if (seq < 0) {
      throw new Refused(ErrorCode.INVALID_ARGUMENT, "seq must not be negative");
    }
    return rooms
        .head(by, id)
        .thenCompose(
            head -> {
              if (seq > head) {
                throw new Refused(
                    ErrorCode.FAILED_PRECONDITION, "seq is past the room's head, " + head);
              }
              return users.markRead(by.user(), id.id(), seq);
            })
        .thenApply(
            profile -> {
              Users.Membership membership = in(profile, id);
              if (membership.read() == seq) {
                rooms.signal(by, id, new ServerFrame.Receipt(id.id(), by.user().id(), "read", seq));
              }
              return membership;
            });
  }

  private static Users.Membership in(Users.Profile profile, RoomId room) {
    return profile.memberships().stream()
        .filter(membership -> membership.room().equals(room.id()) && membership.isIn())
        .findAny()
        .orElseThrow(() -> new Refused(ErrorCode.NOT_FOUND, "you are not in room " + room.id()));
  }

  // Devices.

  /** By name. */
  public CompletionStage<List<Users.Device>> devices(Principal by) {
    return users
        .get(by.user())
        .thenApply(
            profile ->
                profile.devices().stream()
                    .sorted(Comparator.comparing(Users.Device::device))
                    .toList());
  }

  /**
   * Closes a device's stream for good and forgets where it was reached. Any device of the caller's,
   * also one never seen.
   */
  public CompletionStage<Void> revoke(Principal by, String device) {
    return revoke(new DeviceId(by.user(), device));
  }

  private CompletionStage<Void> revoke(DeviceId device) {
    return devices
        .revoke(device)
        .thenCompose(
            outbox -> {
              callers.forget(device);
              return users.forgetDevice(device.user(), device.id());
            })
        .thenAccept(profile -> {});
  }

  /**
   * Where a device of the caller's is reached while it is away: its own, or one that has connected
   * before.
   */
  public CompletionStage<Users.Device> setPush(
      Principal by, String device, @Nullable String provider, @Nullable String token) {
    new DeviceId(by.user(), device);
    text(provider, 64, "provider");
    text(token, 4096, "token");
    return known(by, device)
        .thenCompose(profile -> users.setPush(by.user(), device, provider, token))
        .thenApply(profile -> device(profile, device));
  }

  public CompletionStage<Void> clearPush(Principal by, String device) {
    new DeviceId(by.user(), device);
    return known(by, device)
        .thenCompose(profile -> users.setPush(by.user(), device, null, null))
        .thenAccept(profile -> {});
  }

  /** A device's secret, as it is told this once. */
  public record NewSecret(String device, String secret) {}

  /**
   * A new secret, by which the device connects without a token; the one before is good no more. For
   * the caller's own device, or one that has connected before: the name of any other is not the
   * caller's to choose, because rights go by it.
   */
  public CompletionStage<NewSecret> makeSecret(Principal by, String device) {
    DeviceId id = new DeviceId(by.user(), device);
    return known(by, device).thenCompose(profile -> makeSecret(id));
  }

  private CompletionStage<NewSecret> makeSecret(DeviceId device) {
    return secrets
        .make(device)
        .thenCompose(
            secret ->
                devices
                    .secretChanged(device)
                    .thenApply(outbox -> new NewSecret(device.id(), secret)));
  }

  /** Closes the stream that the device's secret opened, and lets it open no other. */
  public CompletionStage<Void> revokeSecret(Principal by, String device) {
    return revokeSecret(new DeviceId(by.user(), device));
  }

  private CompletionStage<Void> revokeSecret(DeviceId device) {
    return secrets
        .revoke(device)
        .thenCompose(was -> devices.secretChanged(device))
        .thenAccept(outbox -> {});
  }

  private static void text(@Nullable String value, int most, String field) {
    if (value == null || value.isBlank() || value.length() > most) {
      throw new Refused(
          ErrorCode.INVALID_ARGUMENT, field + " must have 1 to " + most + " characters");
    }
  }

  /** Nobody fills a user's memory with devices that do not exist. */
  private CompletionStage<Users.Profile> known(Principal by, String device) {
    return users
        .get(by.user())
        .thenApply(
            profile -> {
              if (!by.device().equals(device)) {
                device(profile, device);
              }
              return profile;
            });
  }

  private static Users.Device device(Users.Profile profile, String device) {
    return profile.devices().stream()
        .filter(known -> known.device().equals(device))
        .findAny()
        .orElseThrow(() -> new Refused(ErrorCode.NOT_FOUND, "no device " + device));
  }

  // Wishes.

  /**
   * When no pushes are wanted: from one minute of the day (UTC) to another, perhaps of the next
   * day.
   */
  public record QuietHours(int fromMinute, int toMinute) {
    /** From {@code HH:MM} to {@code HH:MM}. */
    public static QuietHours parse(@Nullable String from, @Nullable String to) {
      return new QuietHours(minute(from, "from"), minute(to, "to"));
    }

    private static int minute(@Nullable String text, String field) {
      if (text == null || !text.matches("([01][0-9]|2[0-3]):[0-5][0-9]")) {
        throw new Refused(ErrorCode.INVALID_ARGUMENT, field + " must be a time of day, as 22:30");
      }
      return Integer.parseInt(text.substring(0, 2)) * 60 + Integer.parseInt(text.substring(3));
    }

    public String from() {
      return text(fromMinute);
    }

    public String to() {
      return text(toMinute);
    }

    private static String text(int minute) {
      return "%02d:%02d".formatted(minute / 60, minute % 60);
    }
  }

  public static @Nullable QuietHours quietHours(Users.Profile profile) {
    return profile.quietFrom() < 0 || profile.quietFrom() >= MINUTES_OF_DAY
        ? null
        : new QuietHours(profile.quietFrom(), profile.quietTo());
  }

  public CompletionStage<QuietHours> setQuietHours(Principal by, QuietHours hours) {
    if (hours.fromMinute() == hours.toMinute()) {
      throw new Refused(ErrorCode.INVALID_ARGUMENT, "from and to must differ");
    }
    return users
        .setQuietHours(by.user(), hours.fromMinute(), hours.toMinute())
        .thenApply(profile -> hours);
  }

  public CompletionStage<Void> clearQuietHours(Principal by) {
    return users.setQuietHours(by.user(), -1, -1).thenAccept(profile -> {});
  }

  // Operators.

  /** Lets a revoked device of anyone in the caller's tenant connect again. */
  public CompletionStage<Void> readmit(Principal by, String user, String device) {
    return devices.readmit(othersDevice(by, user, device)).thenAccept(outbox -> {});
  }

  /** Revokes a device of anyone in the caller's tenant. */
  public CompletionStage<Void> revokeOf(Principal by, String user, String device) {
    return revoke(othersDevice(by, user, device));
  }

  /** Makes a secret for a device of anyone in the caller's tenant, also one never seen. */
  public CompletionStage<NewSecret> makeSecretOf(Principal by, String user, String device) {
    return makeSecret(othersDevice(by, user, device));
  }

  public CompletionStage<Void> revokeSecretOf(Principal by, String user, String device) {
    return revokeSecret(othersDevice(by, user, device));
  }

  private static DeviceId othersDevice(Principal by, String user, String device) {
    if (!by.isOperator()) {
      throw new Refused(ErrorCode.PERMISSION_DENIED, "only an operator may do this");
    }
    return new DeviceId(new UserId(by.user().tenant(), user), device);
  }
}
