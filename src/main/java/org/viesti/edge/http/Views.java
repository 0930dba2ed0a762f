package org.viesti.edge.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.viesti.connection.DeliveryStates;
import org.viesti.edge.RoomCalls;
import org.viesti.edge.UserCalls;
import org.viesti.protocol.Body;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.HistoryEntry;
import org.viesti.protocol.MemberSettings;
import org.viesti.protocol.Message;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.RoomView;
import org.viesti.protocol.ServerFrame;
import org.viesti.room.Rooms;
import org.viesti.security.Principal;
import org.viesti.user.Users;

/**
 * What calls are answered with, as openapi.json describes it. Times are milliseconds since 1970.
 */
final class Views {
  private Views() {}

  /**
   * A room.
   *
   * @param role the caller's own, absent if it has none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Room(
      String id,
      String type,
      String name,
      @Nullable String description,
      boolean isPrivate,
      Map<String, Object> metadata,
      long createdAt,
      String createdBy,
      int memberCount,
      long head,
      @Nullable String role) {
    static Room of(Rooms.Seen seen) {
      RoomView room = seen.room();
      return new Room(
          room.id(),
          room.type(),
          room.name(),
          room.description(),
          room.isPrivate(),
          room.metadata(),
          room.createdAt(),
          room.createdBy(),
          room.memberCount(),
          room.head(),
          seen.role());
    }
  }

  /** A room in the list of the caller's. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Summary(
      String room,
      @Nullable String role,
      long read,
      long head,
      long unread,
      long mentions,
      MemberSettings settings) {
    static Summary of(Users.Summary summary) {
      Users.Membership membership = summary.membership();
      return new Summary(
          membership.room(),
          membership.role(),
          membership.read(),
          summary.head(),
          summary.unread(),
          summary.mentions(),
          membership.settings());
    }
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record RoomPage(List<Summary> rooms, @Nullable String next) {
    static RoomPage of(RoomCalls.RoomPage page) {
      return new RoomPage(page.rooms().stream().map(Summary::of).toList(), page.next());
    }
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record MemberPage(List<RoomView.Member> members, @Nullable String next) {
    static MemberPage of(Rooms.MemberPage page) {
      return new MemberPage(page.members(), page.next());
    }
  }

  record ReadMark(String room, long read) {}

  // Messages.

  /** Where a post or an amendment stands in the log. */
  record Recorded(String eventId, long seq, long at, boolean duplicate) {
    static Recorded of(Rooms.Recorded recorded) {
      return new Recorded(recorded.eventId(), recorded.seq(), recorded.at(), recorded.duplicate());
    }
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Error(ErrorCode code, String detail, @Nullable String limit, @Nullable Long retryAfter) {
    static Error of(Refusal refusal) {
      return new Error(refusal.code(), refusal.detail(), refusal.limit(), refusal.retryAfterMs());
    }
  }

  record Failed(Error error) {}

  /** Each result is a {@link Recorded} or a {@link Failed}. */
  record Results(List<Object> results) {
    static Results of(List<Rooms.Recorded> all) {
      List<Object> results = new ArrayList<>(all.size());
      for (Rooms.Recorded one : all) {
        results.add(one.refusal() == null ? Recorded.of(one) : new Failed(Error.of(one.refusal())));
      }
      return new Results(results);
    }
  }

  /** An entry of a room's log. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Entry(String id, long seq, long at, String sender, @Nullable String device, Body body) {
    static Entry of(Message message) {
      return new Entry(
          message.id(),
          message.seq(),
          message.at(),
          message.sender(),
          message.device(),
          message.body());
    }
  }

  /** An entry with what became of it. */
  record History(
      Entry message,
      int edits,
      boolean redacted,
      boolean pinned,
      List<HistoryEntry.Reactions> reactions) {
    static History of(HistoryEntry entry) {
      return new History(
          Entry.of(entry.message()),
          entry.edits(),
          entry.redacted(),
          entry.pinned(),
          entry.reactions() == null ? List.of() : entry.reactions());
    }

    static List<History> all(List<HistoryEntry> entries) {
      return entries.stream().map(History::of).toList();
    }
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record HistoryPage(List<History> entries, @Nullable String older, @Nullable String newer) {
    static HistoryPage of(HistoryEntry.Page page) {
      return new HistoryPage(History.all(page.entries()), page.older(), page.newer());
    }
  }

  record Entries(List<History> entries) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record ReplyPage(List<History> entries, @Nullable String next) {
    static ReplyPage of(HistoryEntry.Replies page) {
      return new ReplyPage(History.all(page.entries()), page.next());
    }
  }

  /**
   * One message.
   *
   * @param versions every content it has had, oldest first; the last is the one in {@code message}
   */
  record Whole(
      Entry message,
      int edits,
      boolean redacted,
      boolean pinned,
      List<HistoryEntry.Reactions> reactions,
      List<Body> versions) {
    static Whole of(List<HistoryEntry> versions) {
      History newest = History.of(versions.getLast());
      return new Whole(
          newest.message(),
          newest.edits(),
          newest.redacted(),
          newest.pinned(),
          newest.reactions(),
          versions.stream().map(version -> version.message().body()).toList());
    }
  }

  /** How far a message has come to a user: queued, sent, delivered or read. */
  record Delivery(String user, String state) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record DeliveryPage(List<Delivery> deliveries, @Nullable String next) {
    static DeliveryPage of(DeliveryStates.Page page) {
      return new DeliveryPage(
          page.deliveries().stream()
              .map(one -> new Delivery(one.user(), one.state().label()))
              .toList(),
          page.next());
    }
  }

  // The caller.

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Device(String device, long seenAt, boolean live, @Nullable String pushProvider) {
    static Device of(Users.Device device) {
      return new Device(device.device(), device.seenAt(), device.live(), device.pushProvider());
    }
  }

  record DeviceSecret(String device, String secret) {
    static DeviceSecret of(UserCalls.NewSecret made) {
      return new DeviceSecret(made.device(), made.secret());
    }
  }

  record Devices(List<Device> devices) {
    static Devices of(List<Users.Device> devices) {
      return new Devices(devices.stream().map(Device::of).toList());
    }
  }

  record QuietHours(String from, String to) {
    static QuietHours of(UserCalls.QuietHours hours) {
      return new QuietHours(hours.from(), hours.to());
    }
  }

  /**
   * @param status online, away, busy or offline
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Presence(String status, @Nullable String message, @Nullable Long lastActive) {
    static Presence of(ServerFrame.Presence presence) {
      return new Presence(presence.status(), presence.message(), presence.lastActive());
    }
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Me(
      String user,
      String tenant,
      String device,
      List<String> roles,
      long tokenExpires,
      long rooms,
      @Nullable QuietHours quietHours,
      @Nullable Presence presence) {
    static Me of(Principal by, Users.Profile profile) {
      UserCalls.QuietHours hours = UserCalls.quietHours(profile);
      ServerFrame.Presence presence = profile.presence();
      return new Me(
          by.user().id(),
          by.user().tenant(),
          by.device(),
          List.copyOf(new TreeSet<>(by.roles())),
          by.expires().toEpochMilli(),
          profile.memberships().stream().filter(Users.Membership::isIn).count(),
          hours == null ? null : QuietHours.of(hours),
          presence == null ? null : Presence.of(presence));
    }
  }
}
