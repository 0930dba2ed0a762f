package org.viesti.edge.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Empty;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.grpc.javadsl.SingleResponseRequestBuilder;
import org.junit.jupiter.api.Test;
import org.viesti.SharedNode;
import org.viesti.edge.grpc.v1.*;
import org.viesti.testkit.Await;
import org.viesti.testkit.ChatClient;
import org.viesti.testkit.Tokens;

class GrpcCallsTest extends GrpcTest {

  private static <I, O> O call(SingleResponseRequestBuilder<I, O> method, String as, I in) {
    return done(ask(method, as, in));
  }

  private static <I, O> CompletionStage<O> ask(
      SingleResponseRequestBuilder<I, O> method, String as, I in) {
    return method.addHeader("authorization", as).invoke(in);
  }

  private static GetRoomRequest get(String room) {
    return GetRoomRequest.newBuilder().setRoom(room).build();
  }

  @Test
  void a_room_is_made_changed_listed_and_deleted() {
    String id = SharedNode.fresh("room");
    Struct metadata =
        Struct.newBuilder()
            .putFields("colour", Value.newBuilder().setStringValue("blue").build())
            .build();
    Room made =
        call(
            client.createRoom(),
            alice,
            CreateRoomRequest.newBuilder()
                .setId(id)
                .setType("channel")
                .setName("News")
                .setDescription("what happens")
                .setIsPrivate(false)
                .setMetadata(metadata)
                .addMembers(NewMember.newBuilder().setUser(bobId).setRole("moderator"))
                .build());
    assertThat(made.getRole()).isEqualTo("owner");
    Room seen = call(client.getRoom(), bob, get(id));
    assertThat(seen.toBuilder().setRole("owner").build()).isEqualTo(made);
    assertThat(seen.getRole()).isEqualTo("moderator");
    assertThat(seen.getMetadata()).isEqualTo(metadata);
    assertThat(seen.getIsPrivate()).isFalse();
    assertThat(seen.getMemberCount()).isEqualTo(2);

    Room changed =
        call(
            client.updateRoom(),
            alice,
            UpdateRoomRequest.newBuilder().setRoom(id).setName("Renamed").build());
    assertThat(changed.getName()).isEqualTo("Renamed");
    assertThat(changed.getDescription()).isEqualTo("what happens");

    Await.until(
        SOON,
        () -> "no room",
        () ->
            call(client.listRooms(), bob, ListRoomsRequest.getDefaultInstance()).getRoomsCount()
                == 1);
    RoomSummary summary =
        call(client.listRooms(), bob, ListRoomsRequest.newBuilder().setLimit(1).build())
            .getRooms(0);
    assertThat(summary.getRoom()).isEqualTo(id);
    assertThat(summary.getRole()).isEqualTo("moderator");
    assertThat(summary.getSettings().getNotifications()).isEqualTo("default");

    call(client.deleteRoom(), alice, DeleteRoomRequest.newBuilder().setRoom(id).build());
    refused(ask(client.getRoom(), bob, get(id)), Status.Code.NOT_FOUND, "GONE");
  }

  @Test
  void members_come_go_change_roles_and_are_banned() {
    String room = room();
    String carol = SharedNode.fresh("carol");
    Room grown =
        call(
            client.addMembers(),
            alice,
            AddMembersRequest.newBuilder()
                .setRoom(room)
                .addMembers(NewMember.newBuilder().setUser(carol).setRole("guest"))
                .build());
    assertThat(grown.getMemberCount()).isEqualTo(3);
    ListMembersRequest.Builder list = ListMembersRequest.newBuilder().setRoom(room).setLimit(2);
    ListMembersResponse page = call(client.listMembers(), bob, list.build());
    ListMembersResponse rest =
        call(client.listMembers(), bob, list.setCursor(page.getNext()).build());
    assertThat(page.getMembersCount() + rest.getMembersCount()).isEqualTo(3);
    assertThat(rest.hasNext()).isFalse();
    ChangeRoleRequest.Builder role =
        ChangeRoleRequest.newBuilder().setRoom(room).setUser(bobId).setRole("admin");
    call(client.changeRole(), alice, role.build());
    assertThat(call(client.getRoom(), bob, get(room)).getRole()).isEqualTo("admin");
    refused(
        ask(client.changeRole(), bob, role.setRole("owner").build()),
        Status.Code.PERMISSION_DENIED,
        "PERMISSION_DENIED");
    call(
        client.ban(),
        bob,
        BanRequest.newBuilder().setRoom(room).setUser(carol).setReason("noise").build());
    refused(
        ask(client.getRoom(), bearer(carol, "phone"), get(room)),
        Status.Code.NOT_FOUND,
        "NOT_FOUND");
    call(client.unban(), bob, UnbanRequest.newBuilder().setRoom(room).setUser(carol).build());
    call(
        client.removeMember(),
        bob,
        RemoveMemberRequest.newBuilder().setRoom(room).setUser("me").build());
    assertThat(call(client.getRoom(), alice, get(room)).getMemberCount()).isEqualTo(1);
  }

  @Test
  void a_members_settings_and_read_mark_are_its_own() {
    String room = room();
    RoomSettings settings =
        call(
            client.updateRoomSettings(),
            bob,
            UpdateRoomSettingsRequest.newBuilder()
                .setRoom(room)
                .setSettings(RoomSettings.newBuilder().setMuted(true))
                .build());
    assertThat(settings.getMuted()).isTrue();
    assertThat(settings.getNotifications()).isEqualTo("default");
    assertThat(
            call(
                client.getRoomSettings(),
                bob,
                GetRoomSettingsRequest.newBuilder().setRoom(room).build()))
        .isEqualTo(settings);
    Recorded posted = post(alice, room, "hello");
    MarkReadRequest.Builder mark =
        MarkReadRequest.newBuilder().setRoom(room).setSeq(posted.getSeq());
    assertThat(call(client.markRead(), bob, mark.build()).getRead()).isEqualTo(posted.getSeq());
    refused(
        ask(client.markRead(), bob, mark.setSeq(999).build()),
        Status.Code.FAILED_PRECONDITION,
        "FAILED_PRECONDITION");
  }

  @Test
  void a_message_is_pinned_and_taken_away_again() {
    String room = room();
    NewMessage.Builder message = NewMessage.newBuilder().setRoom(room).setPayload(text("rules"));
    String id =
        call(
                client.postMessage(),
                alice,
                PostMessageRequest.newBuilder().setMessage(message).build())
            .getEventId();
    PinRequest pin = PinRequest.newBuilder().setId(id).build();
    ListPinsRequest pins = ListPinsRequest.newBuilder().setRoom(room).build();
    call(client.pinMessage(), alice, pin);
    assertThat(call(client.listPins(), bob, pins).getEntriesList())
        .extracting(entry -> entry.getMessage().getId())
        .containsExactly(id);
    call(client.unpinMessage(), alice, pin);
    assertThat(call(client.listPins(), bob, pins).getEntriesList()).isEmpty();
  }

  @Test
  void a_message_is_posted_once_edited_reacted_to_answered_and_redacted() {
    String room = room();
    NewMessage.Builder message =
        NewMessage.newBuilder().setClientId("c1").setRoom(room).setPayload(text("helo"));
    PostMessageRequest request = PostMessageRequest.newBuilder().setMessage(message).build();
    Recorded posted = call(client.postMessage(), alice, request);
    Recorded again = call(client.postMessage(), alice, request);
    assertThat(again).isEqualTo(posted.toBuilder().setDuplicate(true).build());
    String id = posted.getEventId();

    call(
        client.editMessage(),
        alice,
        EditMessageRequest.newBuilder().setId(id).setPayload(text("hello")).build());
    ReactionRequest reaction = ReactionRequest.newBuilder().setId(id).setReaction("👍").build();
    call(client.addReaction(), bob, reaction);
    call(client.addReaction(), alice, reaction);
    call(client.removeReaction(), alice, reaction);
    GetMessageRequest get = GetMessageRequest.newBuilder().setId(id).build();
    WholeMessage whole = call(client.getMessage(), bob, get);
    assertThat(whole.getEntry().getMessage().getBody().getPost().getPayload())
        .isEqualTo(text("hello"));
    assertThat(whole.getEntry().getEdits()).isEqualTo(1);
    assertThat(whole.getEntry().getReactionsList())
        .containsExactly(
            Reactions.newBuilder().setReaction("👍").setCount(1).setMine(true).build());
    assertThat(whole.getVersionsList())
        .extracting(version -> version.getPost().getPayload())
        .containsExactly(text("helo"), text("hello"));

    call(
        client.postMessage(),
        bob,
        PostMessageRequest.newBuilder()
            .setMessage(NewMessage.newBuilder().setRoom(room).setPayload(text("re")).setReplyTo(id))
            .build());
    assertThat(
            call(
                    client.listReplies(),
                    alice,
                    ListRepliesRequest.newBuilder().setId(id).setLimit(5).build())
                .getEntries(0)
                .getMessage()
                .getBody()
                .getPost()
                .getPayload())
        .isEqualTo(text("re"));

    call(client.redactMessage(), alice, RedactMessageRequest.newBuilder().setId(id).build());
    WholeMessage redacted = call(client.getMessage(), bob, get);
    assertThat(redacted.getEntry().getRedacted()).isTrue();
    assertThat(redacted.toString()).doesNotContain("hello").doesNotContain("helo");
  }

  @Test
  void a_batch_has_a_result_for_each_message_and_a_limit() {
    String room = room();
    PostMessagesRequest.Builder batch =
        PostMessagesRequest.newBuilder()
            .addMessages(NewMessage.newBuilder().setRoom(room).setPayload(text("1")))
            .addMessages(NewMessage.newBuilder().setRoom("nowhere").setPayload(text("2")))
            .addMessages(NewMessage.newBuilder().setRoom(room));
    PostMessagesResponse results = call(client.postMessages(), alice, batch.build());
    assertThat(results.getResults(0).getRecorded().getEventId()).startsWith(room + ".");
    assertThat(results.getResults(1).getError().getCode())
        .isEqualTo(org.viesti.protocol.v1.ErrorCode.ERROR_CODE_NOT_FOUND);
    assertThat(results.getResults(2).getError().getDetail()).contains("payload");
    for (int i = 0; i < 50; i++) {
      batch.addMessages(NewMessage.newBuilder().setRoom(room).setPayload(text("x")));
    }
    Metadata trailers =
        refused(
            ask(
                client.postMessages(),
                alice,
                PostMessagesRequest.newBuilder()
                    .addAllMessages(batch.getMessagesList().subList(1, 2))
                    .addAllMessages(java.util.Collections.nCopies(50, batch.getMessages(0)))
                    .build()),
            Status.Code.RESOURCE_EXHAUSTED,
            "LIMIT_EXCEEDED");
    assertThat(trailer(trailers, "viesti-limit")).isEqualTo("viesti.limits.batch");
  }

  @Test
  void history_is_read_both_ways() {
    String room = room();
    for (int i = 0; i < 4; i++) {
      post(alice, room, "m" + i);
    }
    ListMessagesRequest.Builder list = ListMessagesRequest.newBuilder().setRoom(room).setLimit(2);
    ListMessagesResponse newest = call(client.listMessages(), bob, list.build());
    assertThat(texts(newest)).containsExactly("m3", "m2");
    ListMessagesResponse older =
        call(client.listMessages(), bob, list.setCursor(newest.getOlder()).build());
    assertThat(texts(older)).containsExactly("m1", "m0");
    long first = older.getEntries(1).getMessage().getSeq();
    assertThat(texts(call(client.listMessages(), bob, list.setAfter(first).build())))
        .containsExactly("m1", "m2");
    assertThat(texts(call(client.listMessages(), bob, list.setBefore(first + 1).build())))
        .startsWith("m0");
    assertThat(texts(call(client.listMessages(), bob, list.setAt(0).setLimit(100).build())))
        .endsWith("m3");
    refused(
        ask(client.listMessages(), bob, list.setLimit(101).build()),
        Status.Code.RESOURCE_EXHAUSTED,
        "LIMIT_EXCEEDED");
  }

  private static List<String> texts(ListMessagesResponse page) {
    return page.getEntriesList().stream()
        .map(entry -> entry.getMessage().getBody().getPost().getPayload().getText().getBody())
        .toList();
  }

  @Test
  void deliveries_say_how_far_a_message_has_come() {
    String room = room();
    Recorded posted = post(alice, room, "hello");
    ListDeliveriesRequest list =
        ListDeliveriesRequest.newBuilder().setId(posted.getEventId()).build();
    assertThat(call(client.listDeliveries(), alice, list).getDeliveriesList())
        .containsExactly(DeliveryState.newBuilder().setUser(bobId).setState("queued").build());
    refused(
        ask(client.listDeliveries(), bob, list),
        Status.Code.PERMISSION_DENIED,
        "PERMISSION_DENIED");
  }

  @Test
  void a_caller_learns_who_it_is_and_sets_its_wishes() {
    QuietHours hours = QuietHours.newBuilder().setFrom("22:30").setTo("06:00").build();
    assertThat(call(client.setQuietHours(), bob, hours)).isEqualTo(hours);
    Me me = call(client.getMe(), bob, Empty.getDefaultInstance());
    assertThat(me.getUser()).isEqualTo(bobId);
    assertThat(me.getTenant()).isEqualTo(Tokens.TENANT);
    assertThat(me.getDevice()).isEqualTo("phone");
    assertThat(me.getQuietHours()).isEqualTo(hours);
    call(client.clearQuietHours(), bob, Empty.getDefaultInstance());
    assertThat(call(client.getMe(), bob, Empty.getDefaultInstance()).hasQuietHours()).isFalse();
    refused(
        ask(client.setQuietHours(), bob, QuietHours.getDefaultInstance()),
        Status.Code.INVALID_ARGUMENT,
        "INVALID_ARGUMENT");
  }

  @Test
  void devices_are_listed_reached_by_push_revoked_and_readmitted() throws Exception {
    try (ChatClient tablet = new ChatClient(bobId, "tablet", ChatClient.Resume.POSITIONS)) {
      tablet.connect(node.live()).get(10, TimeUnit.SECONDS);
      Device device =
          call(
              client.setPush(),
              bob,
              SetPushRequest.newBuilder()
                  .setDevice("tablet")
                  .setProvider("log")
                  .setToken("t")
                  .build());
      assertThat(device.getPushProvider()).isEqualTo("log");
      assertThat(device.getLive()).isTrue();
      assertThat(call(client.listDevices(), bob, Empty.getDefaultInstance()).getDevicesList())
          .containsExactly(device);
      call(client.clearPush(), bob, ClearPushRequest.newBuilder().setDevice("tablet").build());
      call(
          client.revokeDevice(), bob, RevokeDeviceRequest.newBuilder().setDevice("tablet").build());
    }
    UserDeviceRequest tablet =
        UserDeviceRequest.newBuilder().setUser(bobId).setDevice("tablet").build();
    String revoked = bearer(bobId, "tablet");
    refused(
        ask(client.getMe(), revoked, Empty.getDefaultInstance()),
        Status.Code.PERMISSION_DENIED,
        "DEVICE_REVOKED");
    refused(
        ask(client.readmitUserDevice(), bob, tablet),
        Status.Code.PERMISSION_DENIED,
        "PERMISSION_DENIED");
    String operator = operator();
    call(client.readmitUserDevice(), operator, tablet);
    call(client.getMe(), revoked, Empty.getDefaultInstance());
    call(client.revokeUserDevice(), operator, tablet);
    refused(
        ask(client.getMe(), revoked, Empty.getDefaultInstance()),
        Status.Code.PERMISSION_DENIED,
        "DEVICE_REVOKED");
  }

  @Test
  void a_device_s_secret_is_made_and_revoked() {
    DeviceSecret made =
        call(client.makeSecret(), bob, MakeSecretRequest.newBuilder().setDevice("phone").build());
    assertThat(made.getDevice()).isEqualTo("phone");
    assertThat(made.getSecret()).startsWith("vds_");
    call(client.revokeSecret(), bob, RevokeSecretRequest.newBuilder().setDevice("phone").build());
    refused(
        ask(
            client.makeSecret(),
            bob,
            MakeSecretRequest.newBuilder().setDevice("unheard-of").build()),
        Status.Code.NOT_FOUND,
        "NOT_FOUND");
    UserDeviceRequest lamp =
        UserDeviceRequest.newBuilder().setUser(bobId).setDevice("lamp").build();
    refused(
        ask(client.makeUserDeviceSecret(), bob, lamp),
        Status.Code.PERMISSION_DENIED,
        "PERMISSION_DENIED");
    refused(
        ask(client.revokeUserDeviceSecret(), bob, lamp),
        Status.Code.PERMISSION_DENIED,
        "PERMISSION_DENIED");
    String operator = operator();
    assertThat(call(client.makeUserDeviceSecret(), operator, lamp).getDevice()).isEqualTo("lamp");
    call(client.revokeUserDeviceSecret(), operator, lamp);
  }

  @Test
  void a_call_without_a_good_token_is_refused() {
    Empty in = Empty.getDefaultInstance();
    refused(client.getMe(in), Status.Code.UNAUTHENTICATED, "UNAUTHENTICATED");
    refused(
        ask(client.getMe(), "Bearer nonsense", in), Status.Code.UNAUTHENTICATED, "UNAUTHENTICATED");
    String old = Tokens.of(bobId, "phone", Tokens.TENANT, List.of(), Duration.ofHours(-1));
    refused(ask(client.getMe(), "Bearer " + old, in), Status.Code.UNAUTHENTICATED, "TOKEN_EXPIRED");
  }

  @Test
  void a_request_past_the_limit_is_refused_with_the_limits_name() {
    NewMessage huge =
        NewMessage.newBuilder().setRoom("any").setPayload(text("x".repeat(1_100_000))).build();
    Metadata trailers =
        refused(
            ask(
                client.postMessage(),
                alice,
                PostMessageRequest.newBuilder().setMessage(huge).build()),
            Status.Code.RESOURCE_EXHAUSTED,
            "TOO_LARGE");
    assertThat(trailer(trailers, "viesti-limit")).isEqualTo("viesti.http.max-body-bytes");
  }
}
