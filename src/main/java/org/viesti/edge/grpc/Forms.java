package org.viesti.edge.grpc;

import com.google.protobuf.Struct;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.viesti.edge.MessageCalls;
import org.viesti.edge.ProtoPayloads;
import org.viesti.edge.RoomCalls;
import org.viesti.edge.Structs;
import org.viesti.edge.grpc.v1.CreateRoomRequest;
import org.viesti.edge.grpc.v1.ListMessagesRequest;
import org.viesti.edge.grpc.v1.NewMember;
import org.viesti.edge.grpc.v1.NewMessage;
import org.viesti.edge.grpc.v1.RoomSettings;
import org.viesti.edge.grpc.v1.UpdateRoomRequest;
import org.viesti.protocol.MemberSettings;
import org.viesti.protocol.Payload;
import org.viesti.room.Rooms;

/** Requests of chat.proto as what the calls take; whoever makes the call checks them. */
final class Forms {
  private Forms() {}

  static RoomCalls.NewRoom room(CreateRoomRequest in) {
    return new RoomCalls.NewRoom(
        in.hasId() ? in.getId() : null,
        in.hasType() ? in.getType() : null,
        in.hasName() ? in.getName() : null,
        in.hasDescription() ? in.getDescription() : null,
        in.hasIsPrivate() ? in.getIsPrivate() : null,
        in.hasMetadata() ? metadata(in.getMetadata()) : null,
        members(in.getMembersList()));
  }

  static List<Rooms.NewMember> members(List<NewMember> members) {
    return members.stream()
        .map(in -> new Rooms.NewMember(in.getUser(), in.hasRole() ? in.getRole() : null))
        .toList();
  }

  static RoomCalls.Change change(UpdateRoomRequest in) {
    return new RoomCalls.Change(
        in.hasName() ? in.getName() : null,
        in.hasDescription() ? in.getDescription() : null,
        in.hasIsPrivate() ? in.getIsPrivate() : null,
        in.hasMetadata() ? metadata(in.getMetadata()) : null);
  }

  private static Map<String, Object> metadata(Struct struct) {
    return Structs.map(struct);
  }

  static MemberSettings settings(RoomSettings in) {
    return new MemberSettings(
        in.hasNotifications() ? in.getNotifications() : null,
        in.hasMuted() ? in.getMuted() : null,
        in.hasArchived() ? in.getArchived() : null,
        in.hasPinned() ? in.getPinned() : null);
  }

  static MessageCalls.NewMessage message(NewMessage in) {
    return new MessageCalls.NewMessage(
        in.hasClientId() ? in.getClientId() : null,
        in.getRoom(),
        in.hasPayload() ? payload(in.getPayload()) : null,
        in.hasReplyTo() ? in.getReplyTo() : null,
        mentions(in.getMentionsList()));
  }

  static Payload payload(org.viesti.protocol.v1.Payload in) {
    return ProtoPayloads.payload(in);
  }

  static @Nullable List<String> mentions(List<String> mentions) {
    return mentions.isEmpty() ? null : List.copyOf(mentions);
  }

  static MessageCalls.Place place(ListMessagesRequest in) {
    return new MessageCalls.Place(
        in.hasCursor() ? in.getCursor() : null,
        in.hasBefore() ? in.getBefore() : null,
        in.hasAfter() ? in.getAfter() : null,
        in.hasAt() ? in.getAt() : null,
        in.hasOrder() ? in.getOrder() : null);
  }
}
