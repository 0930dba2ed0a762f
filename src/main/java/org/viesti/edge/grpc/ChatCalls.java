package org.viesti.edge.grpc;

import com.google.protobuf.Empty;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.pekko.NotUsed;
import org.apache.pekko.grpc.javadsl.Metadata;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;
import org.viesti.edge.Callers;
import org.viesti.edge.Calls;
import org.viesti.edge.MessageCalls;
import org.viesti.edge.RoomCalls;
import org.viesti.edge.UserCalls;
import org.viesti.edge.grpc.v1.*;
import org.viesti.protocol.v1.ClientFrame;
import org.viesti.protocol.v1.ServerFrame;
import org.viesti.security.Principal;
import org.viesti.user.Users;

/** chat.proto's service: each call authenticated, translated and made; a refusal fails it. */
final class ChatCalls implements ChatServicePowerApi {
  private static final String AUTHORIZATION = "authorization";

  private final Callers callers;
  private final RoomCalls rooms;
  private final MessageCalls messages;
  private final UserCalls users;
  private final Duration timeout;
  private final Function<@Nullable String, ConnectStage> streams;

  /**
   * @param streams makes a stream for the bearer of a token, null where none came with the call
   */
  ChatCalls(Calls calls, Duration timeout, Function<@Nullable String, ConnectStage> streams) {
    this.callers = calls.callers();
    this.rooms = calls.rooms();
    this.messages = calls.messages();
    this.users = calls.users();
    this.timeout = timeout;
    this.streams = streams;
  }

  private <T> CompletionStage<T> as(
      Metadata metadata, Function<Principal, CompletionStage<T>> call) {
    return callers
        .of(metadata.getText(AUTHORIZATION).orElse(null))
        .thenCompose(call)
        .toCompletableFuture()
        .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static Empty empty(@Nullable Object done) {
    return Empty.getDefaultInstance();
  }

  private static @Nullable Integer limit(boolean given, int limit) {
    return given ? limit : null;
  }

  private static @Nullable String text(boolean given, String text) {
    return given ? text : null;
  }

  @Override
  public Source<ServerFrame, NotUsed> connect(Source<ClientFrame, NotUsed> in, Metadata metadata) {
    return in.via(streams.apply(Callers.token(metadata.getText(AUTHORIZATION).orElse(null))));
  }

  // Rooms.

  @Override
  public CompletionStage<Room> createRoom(CreateRoomRequest in, Metadata metadata) {
    return as(metadata, by -> rooms.create(by, Forms.room(in)).thenApply(Views::room));
  }

  @Override
  public CompletionStage<ListRoomsResponse> listRooms(ListRoomsRequest in, Metadata metadata) {
    return as(
        metadata,
        by ->
            rooms
                .mine(by, limit(in.hasLimit(), in.getLimit()), text(in.hasCursor(), in.getCursor()))
                .thenApply(Views::rooms));
  }

  @Override
  public CompletionStage<Room> getRoom(GetRoomRequest in, Metadata metadata) {
    return as(metadata, by -> rooms.get(by, in.getRoom()).thenApply(Views::room));
  }

  @Override
  public CompletionStage<Room> updateRoom(UpdateRoomRequest in, Metadata metadata) {
    return as(
        metadata, by -> rooms.update(by, in.getRoom(), Forms.change(in)).thenApply(Views::room));
  }

  @Override
  public CompletionStage<Empty> deleteRoom(DeleteRoomRequest in, Metadata metadata) {
    return as(metadata, by -> rooms.delete(by, in.getRoom()).thenApply(ChatCalls::empty));
  }

  @Override
  public CompletionStage<ListMembersResponse> listMembers(
      ListMembersRequest in, Metadata metadata) {
    return as(
        metadata,
        by ->
            rooms
                .members(
                    by,
                    in.getRoom(),
                    limit(in.hasLimit(), in.getLimit()),
                    text(in.hasCursor(), in.getCursor()))
                .thenApply(Views::members));
  }

  @Override
  public CompletionStage<Room> addMembers(AddMembersRequest in, Metadata metadata) {
    return as(
        metadata,
        by ->
            rooms
                .addMembers(by, in.getRoom(), Forms.members(in.getMembersList()))
                .thenApply(Views::room));
  }

  @Override
  public CompletionStage<Empty> removeMember(RemoveMemberRequest in, Metadata metadata) {
    return as(
        metadata,
        by -> rooms.removeMember(by, in.getRoom(), in.getUser()).thenApply(ChatCalls::empty));
  }

  @Override
  public CompletionStage<Empty> changeRole(ChangeRoleRequest in, Metadata metadata) {
    return as(
        metadata,
        by ->
            rooms
                .changeRole(by, in.getRoom(), in.getUser(), in.getRole())
                .thenApply(ChatCalls::empty));
  }

  @Override
  public CompletionStage<Empty> ban(BanRequest in, Metadata metadata) {
    return as(
        metadata,
        by ->
            rooms
                .ban(by, in.getRoom(), in.getUser(), text(in.hasReason(), in.getReason()))
                .thenApply(ChatCalls::empty));
  }

  @Override
  public CompletionStage<Empty> unban(UnbanRequest in, Metadata metadata) {
    return as(
        metadata, by -> rooms.unban(by, in.getRoom(), in.getUser()).thenApply(ChatCalls::empty));
  }

  // A room as the caller has it.

  @Override
  public CompletionStage<RoomSettings> getRoomSettings(
      GetRoomSettingsRequest in, Metadata metadata) {
    return as(
        metadata,
        by ->
            users
                .membership(by, in.getRoom())
                .thenApply(Users.Membership::settings)
                .thenApply(Views::settings));
  }

  @Override
  public CompletionStage<RoomSettings> updateRoomSettings(
      UpdateRoomSettingsRequest in, Metadata metadata) {
    return as(
        metadata,
        by ->
            users
                .changeRoomSettings(by, in.getRoom(), Forms.settings(in.getSettings()))
                .thenApply(Users.Membership::settings)
                .thenApply(Views::settings));
  }

  @Override
  public CompletionStage<ReadMark> markRead(MarkReadRequest in, Metadata metadata) {
    return as(
        metadata, by -> users.markRead(by, in.getRoom(), in.getSeq()).thenApply(Views::readMark));
  }

  // Messages.

  @Override
  public CompletionStage<Recorded> postMessage(PostMessageRequest in, Metadata metadata) {
    return as(
        metadata,
        by -> messages.post(by, Forms.message(in.getMessage())).thenApply(Views::recorded));
  }

  @Override
  public CompletionStage<PostMessagesResponse> postMessages(
      PostMessagesRequest in, Metadata metadata) {
    return as(
        metadata,
        by ->
            messages
                .postAll(by, in.getMessagesList().stream().map(Forms::message).toList())
                .thenApply(Views::results));
  }

  @Override
  public CompletionStage<ListMessagesResponse> listMessages(
      ListMessagesRequest in, Metadata metadata) {
    return as(
        metadata,
        by ->
            messages
                .history(by, in.getRoom(), limit(in.hasLimit(), in.getLimit()), Forms.place(in))
                .thenApply(Views::messages));
  }

  @Override
  public CompletionStage<WholeMessage> getMessage(GetMessageRequest in, Metadata metadata) {
    return as(metadata, by -> messages.versions(by, in.getId()).thenApply(Views::whole));
  }

  @Override
  public CompletionStage<Recorded> editMessage(EditMessageRequest in, Metadata metadata) {
    return as(
        metadata,
        by ->
            messages
                .edit(
                    by,
                    in.getId(),
                    in.hasPayload() ? Forms.payload(in.getPayload()) : null,
                    Forms.mentions(in.getMentionsList()))
                .thenApply(Views::recorded));
  }

  @Override
  public CompletionStage<Recorded> redactMessage(RedactMessageRequest in, Metadata metadata) {
    return as(
        metadata,
        by ->
            messages
                .redact(by, in.getId(), text(in.hasReason(), in.getReason()))
                .thenApply(Views::recorded));
  }

  @Override
  public CompletionStage<Recorded> addReaction(ReactionRequest in, Metadata metadata) {
    return as(
        metadata,
        by -> messages.react(by, in.getId(), in.getReaction(), true).thenApply(Views::recorded));
  }

  @Override
  public CompletionStage<Recorded> removeReaction(ReactionRequest in, Metadata metadata) {
    return as(
        metadata,
        by -> messages.react(by, in.getId(), in.getReaction(), false).thenApply(Views::recorded));
  }

  @Override
  public CompletionStage<Recorded> pinMessage(PinRequest in, Metadata metadata) {
    return as(metadata, by -> messages.pin(by, in.getId(), true).thenApply(Views::recorded));
  }

  @Override
  public CompletionStage<Recorded> unpinMessage(PinRequest in, Metadata metadata) {
    return as(metadata, by -> messages.pin(by, in.getId(), false).thenApply(Views::recorded));
  }

  @Override
  public CompletionStage<ListPinsResponse> listPins(ListPinsRequest in, Metadata metadata) {
    return as(
        metadata,
        by ->
            messages
                .pins(by, in.getRoom(), limit(in.hasLimit(), in.getLimit()))
                .thenApply(Views::pins));
  }

  @Override
  public CompletionStage<ListRepliesResponse> listReplies(
      ListRepliesRequest in, Metadata metadata) {
    return as(
        metadata,
        by ->
            messages
                .replies(
                    by,
                    in.getId(),
                    limit(in.hasLimit(), in.getLimit()),
                    in.hasCursor() ? in.getCursor() : null)
                .thenApply(Views::replies));
  }

  @Override
  public CompletionStage<ListDeliveriesResponse> listDeliveries(
      ListDeliveriesRequest in, Metadata metadata) {
    return as(
        metadata,
        by ->
            messages
                .deliveries(
                    by,
                    in.getId(),
                    limit(in.hasLimit(), in.getLimit()),
                    text(in.hasCursor(), in.getCursor()))
                .thenApply(Views::deliveries));
  }

  // The caller.

  @Override
  public CompletionStage<Me> getMe(Empty in, Metadata metadata) {
    return as(metadata, by -> users.me(by).thenApply(profile -> Views.me(by, profile)));
  }

  @Override
  public CompletionStage<ListDevicesResponse> listDevices(Empty in, Metadata metadata) {
    return as(metadata, by -> users.devices(by).thenApply(Views::devices));
  }

  @Override
  public CompletionStage<Empty> revokeDevice(RevokeDeviceRequest in, Metadata metadata) {
    return as(metadata, by -> users.revoke(by, in.getDevice()).thenApply(ChatCalls::empty));
  }

  @Override
  public CompletionStage<Device> setPush(SetPushRequest in, Metadata metadata) {
    return as(
        metadata,
        by ->
            users
                .setPush(by, in.getDevice(), in.getProvider(), in.getToken())
                .thenApply(Views::device));
  }

  @Override
  public CompletionStage<Empty> clearPush(ClearPushRequest in, Metadata metadata) {
    return as(metadata, by -> users.clearPush(by, in.getDevice()).thenApply(ChatCalls::empty));
  }

  @Override
  public CompletionStage<DeviceSecret> makeSecret(MakeSecretRequest in, Metadata metadata) {
    return as(metadata, by -> users.makeSecret(by, in.getDevice()).thenApply(Views::secret));
  }

  @Override
  public CompletionStage<Empty> revokeSecret(RevokeSecretRequest in, Metadata metadata) {
    return as(metadata, by -> users.revokeSecret(by, in.getDevice()).thenApply(ChatCalls::empty));
  }

  @Override
  public CompletionStage<QuietHours> setQuietHours(QuietHours in, Metadata metadata) {
    return as(
        metadata,
        by ->
            users
                .setQuietHours(by, UserCalls.QuietHours.parse(in.getFrom(), in.getTo()))
                .thenApply(Views::quietHours));
  }

  @Override
  public CompletionStage<Empty> clearQuietHours(Empty in, Metadata metadata) {
    return as(metadata, by -> users.clearQuietHours(by).thenApply(ChatCalls::empty));
  }

  // Operators.

  @Override
  public CompletionStage<Empty> readmitUserDevice(UserDeviceRequest in, Metadata metadata) {
    return as(
        metadata,
        by -> users.readmit(by, in.getUser(), in.getDevice()).thenApply(ChatCalls::empty));
  }

  @Override
  public CompletionStage<Empty> revokeUserDevice(UserDeviceRequest in, Metadata metadata) {
    return as(
        metadata,
        by -> users.revokeOf(by, in.getUser(), in.getDevice()).thenApply(ChatCalls::empty));
  }

  @Override
  public CompletionStage<DeviceSecret> makeUserDeviceSecret(
      UserDeviceRequest in, Metadata metadata) {
    return as(
        metadata,
        by -> users.makeSecretOf(by, in.getUser(), in.getDevice()).thenApply(Views::secret));
  }

  @Override
  public CompletionStage<Empty> revokeUserDeviceSecret(UserDeviceRequest in, Metadata metadata) {
    return as(
        metadata,
        by -> users.revokeSecretOf(by, in.getUser(), in.getDevice()).thenApply(ChatCalls::empty));
  }
}
