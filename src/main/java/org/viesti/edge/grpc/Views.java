package org.viesti.edge.grpc;

import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.viesti.connection.DeliveryStates;
import org.viesti.edge.ProtoFrames;
import org.viesti.edge.ProtoMessages;
import org.viesti.edge.RoomCalls;
import org.viesti.edge.Structs;
import org.viesti.edge.UserCalls;
import org.viesti.edge.grpc.v1.DeliveryState;
import org.viesti.edge.grpc.v1.Device;
import org.viesti.edge.grpc.v1.DeviceSecret;
import org.viesti.edge.grpc.v1.HistoryEntry;
import org.viesti.edge.grpc.v1.ListDeliveriesResponse;
import org.viesti.edge.grpc.v1.ListDevicesResponse;
import org.viesti.edge.grpc.v1.ListMembersResponse;
import org.viesti.edge.grpc.v1.ListMessagesResponse;
import org.viesti.edge.grpc.v1.ListPinsResponse;
import org.viesti.edge.grpc.v1.ListRepliesResponse;
import org.viesti.edge.grpc.v1.ListRoomsResponse;
import org.viesti.edge.grpc.v1.Me;
import org.viesti.edge.grpc.v1.Member;
import org.viesti.edge.grpc.v1.PostMessagesResponse;
import org.viesti.edge.grpc.v1.QuietHours;
import org.viesti.edge.grpc.v1.Reactions;
import org.viesti.edge.grpc.v1.ReadMark;
import org.viesti.edge.grpc.v1.Recorded;
import org.viesti.edge.grpc.v1.Room;
import org.viesti.edge.grpc.v1.RoomSettings;
import org.viesti.edge.grpc.v1.RoomSummary;
import org.viesti.edge.grpc.v1.WholeMessage;
import org.viesti.protocol.MemberSettings;
import org.viesti.protocol.RoomView;
import org.viesti.protocol.ServerFrame;
import org.viesti.room.Rooms;
import org.viesti.security.Principal;
import org.viesti.user.Users;

/** What calls are answered with, in chat.proto's messages. */
final class Views {
  private Views() {}

  static Room room(Rooms.Seen seen) {
    RoomView room = seen.room();
    Room.Builder made =
        Room.newBuilder()
            .setId(room.id())
            .setType(room.type())
            .setName(room.name())
            .setIsPrivate(room.isPrivate())
            .setMetadata(Structs.struct(room.metadata()))
            .setCreatedAt(room.createdAt())
            .setCreatedBy(room.createdBy())
            .setMemberCount(room.memberCount())
            .setHead(room.head());
    ifThere(room.description(), made::setDescription);
    ifThere(seen.role(), made::setRole);
    return made.build();
  }

  static ListRoomsResponse rooms(RoomCalls.RoomPage page) {
    ListRoomsResponse.Builder made = ListRoomsResponse.newBuilder();
    page.rooms().forEach(summary -> made.addRooms(summary(summary)));
    ifThere(page.next(), made::setNext);
    return made.build();
  }

  private static RoomSummary summary(Users.Summary summary) {
    Users.Membership membership = summary.membership();
    RoomSummary.Builder made =
        RoomSummary.newBuilder()
            .setRoom(membership.room())
            .setRead(membership.read())
            .setHead(summary.head())
            .setUnread(summary.unread())
            .setMentions(summary.mentions())
            .setSettings(settings(membership.settings()));
    ifThere(membership.role(), made::setRole);
    return made.build();
  }

  static ListMembersResponse members(Rooms.MemberPage page) {
    ListMembersResponse.Builder made = ListMembersResponse.newBuilder();
    for (RoomView.Member member : page.members()) {
      made.addMembers(
          Member.newBuilder()
              .setUser(member.user())
              .setRole(member.role())
              .setJoinedAt(member.joinedAt()));
    }
    ifThere(page.next(), made::setNext);
    return made.build();
  }

  static RoomSettings settings(MemberSettings settings) {
    RoomSettings.Builder made = RoomSettings.newBuilder();
    ifThere(settings.notifications(), made::setNotifications);
    ifThere(settings.muted(), made::setMuted);
    ifThere(settings.archived(), made::setArchived);
    ifThere(settings.pinned(), made::setPinned);
    return made.build();
  }

  static ReadMark readMark(Users.Membership membership) {
    return ReadMark.newBuilder().setRoom(membership.room()).setRead(membership.read()).build();
  }

  // Messages.

  static Recorded recorded(Rooms.Recorded recorded) {
    return Recorded.newBuilder()
        .setEventId(recorded.eventId())
        .setSeq(recorded.seq())
        .setAt(recorded.at())
        .setDuplicate(recorded.duplicate())
        .build();
  }

  static PostMessagesResponse results(List<Rooms.Recorded> all) {
    PostMessagesResponse.Builder made = PostMessagesResponse.newBuilder();
    for (Rooms.Recorded one : all) {
      if (one.refusal() == null) {
        made.addResultsBuilder().setRecorded(recorded(one));
      } else {
        ServerFrame error = ServerFrame.Error.of(one.refusal(), null);
        made.addResultsBuilder().setError(ProtoFrames.frame(error).getError());
      }
    }
    return made.build();
  }

  static HistoryEntry entry(org.viesti.protocol.HistoryEntry entry) {
    HistoryEntry.Builder made =
        HistoryEntry.newBuilder()
            .setMessage(ProtoMessages.message(entry.message()))
            .setEdits(entry.edits())
            .setRedacted(entry.redacted())
            .setPinned(entry.pinned());
    if (entry.reactions() != null) {
      for (org.viesti.protocol.HistoryEntry.Reactions reactions : entry.reactions()) {
        made.addReactions(
            Reactions.newBuilder()
                .setReaction(reactions.reaction())
                .setCount(reactions.count())
                .setMine(reactions.mine()));
      }
    }
    return made.build();
  }

  static ListMessagesResponse messages(org.viesti.protocol.HistoryEntry.Page page) {
    ListMessagesResponse.Builder made = ListMessagesResponse.newBuilder();
    page.entries().forEach(entry -> made.addEntries(entry(entry)));
    ifThere(page.older(), made::setOlder);
    ifThere(page.newer(), made::setNewer);
    return made.build();
  }

  static ListRepliesResponse replies(org.viesti.protocol.HistoryEntry.Replies page) {
    ListRepliesResponse.Builder made = ListRepliesResponse.newBuilder();
    page.entries().forEach(entry -> made.addEntries(entry(entry)));
    ifThere(page.next(), made::setNext);
    return made.build();
  }

  static ListPinsResponse pins(List<org.viesti.protocol.HistoryEntry> entries) {
    return ListPinsResponse.newBuilder()
        .addAllEntries(entries.stream().map(Views::entry).toList())
        .build();
  }

  static WholeMessage whole(List<org.viesti.protocol.HistoryEntry> versions) {
    WholeMessage.Builder made = WholeMessage.newBuilder().setEntry(entry(versions.getLast()));
    versions.forEach(version -> made.addVersions(ProtoMessages.body(version.message().body())));
    return made.build();
  }

  static ListDeliveriesResponse deliveries(DeliveryStates.Page page) {
    ListDeliveriesResponse.Builder made = ListDeliveriesResponse.newBuilder();
    for (DeliveryStates.Delivery one : page.deliveries()) {
      made.addDeliveries(
          DeliveryState.newBuilder().setUser(one.user()).setState(one.state().label()));
    }
    ifThere(page.next(), made::setNext);
    return made.build();
  }

  // The caller.

  static Me me(Principal by, Users.Profile profile) {
    Me.Builder made =
        Me.newBuilder()
            .setUser(by.user().id())
            .setTenant(by.user().tenant())
            .setDevice(by.device())
            .addAllRoles(new TreeSet<>(by.roles()))
            .setTokenExpires(by.expires().toEpochMilli())
            .setRooms(profile.memberships().stream().filter(Users.Membership::isIn).count());
    ifThere(UserCalls.quietHours(profile), hours -> made.setQuietHours(quietHours(hours)));
    ifThere(
        profile.presence(),
        presence -> made.setPresence(ProtoFrames.frame(presence).getPresence()));
    return made.build();
  }

  static Device device(Users.Device device) {
    Device.Builder made =
        Device.newBuilder()
            .setDevice(device.device())
            .setSeenAt(device.seenAt())
            .setLive(device.live());
    ifThere(device.pushProvider(), made::setPushProvider);
    return made.build();
  }

  static DeviceSecret secret(UserCalls.NewSecret made) {
    return DeviceSecret.newBuilder().setDevice(made.device()).setSecret(made.secret()).build();
  }

  static ListDevicesResponse devices(List<Users.Device> devices) {
    return ListDevicesResponse.newBuilder()
        .addAllDevices(devices.stream().map(Views::device).toList())
        .build();
  }

  static QuietHours quietHours(UserCalls.QuietHours hours) {
    return QuietHours.newBuilder().setFrom(hours.from()).setTo(hours.to()).build();
  }

  private static <T> void ifThere(@Nullable T value, Consumer<T> set) {
    if (value != null) {
      set.accept(value);
    }
  }
}
