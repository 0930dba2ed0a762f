package org.viesti.edge.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.grpc.GrpcClientSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.viesti.SharedNode;
import org.viesti.TestNode;
import org.viesti.edge.grpc.v1.ChatServiceClient;
import org.viesti.edge.grpc.v1.CreateRoomRequest;
import org.viesti.edge.grpc.v1.GetRoomSettingsRequest;
import org.viesti.edge.grpc.v1.NewMember;
import org.viesti.edge.grpc.v1.NewMessage;
import org.viesti.edge.grpc.v1.PostMessageRequest;
import org.viesti.edge.grpc.v1.Recorded;
import org.viesti.protocol.v1.Payload;
import org.viesti.protocol.v1.PayloadType;
import org.viesti.testkit.Await;
import org.viesti.testkit.Tokens;

/** What tests of gRPC share: a node, a client of its port in clear text, and users of their own. */
@ExtendWith(SharedNode.class)
class GrpcTest {
  static final Duration SOON = Duration.ofSeconds(10);
  static ActorTestKit kit;
  static ChatServiceClient client;

  TestNode node;
  String aliceId;
  String bobId;
  String alice;
  String bob;

  @BeforeAll
  static void connect(TestNode shared) {
    kit = ActorTestKit.create();
    client = client(kit, shared.node.callPort());
  }

  static ChatServiceClient client(ActorTestKit kit, int port) {
    return ChatServiceClient.create(settings(kit, port), kit.system());
  }

  static GrpcClientSettings settings(ActorTestKit kit, int port) {
    return GrpcClientSettings.connectToServiceAt("127.0.0.1", port, kit.system()).withTls(false);
  }

  @AfterAll
  static void disconnect() {
    client.close();
    kit.shutdownTestKit();
  }

  @BeforeEach
  void meet(TestNode shared) {
    node = shared;
    aliceId = SharedNode.fresh("alice");
    bobId = SharedNode.fresh("bob");
    alice = bearer(aliceId, "phone");
    bob = bearer(bobId, "phone");
  }

  static String bearer(String user, String device) {
    return "Bearer " + Tokens.of(user, device);
  }

  static String operator() {
    return "Bearer "
        + Tokens.of(
            SharedNode.fresh("op"),
            "desk",
            Tokens.TENANT,
            List.of("operator"),
            Duration.ofHours(1));
  }

  static <T> T done(CompletionStage<T> answer) {
    return answer.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }

  /** The trailers of a refusal with this status and code. */
  static Metadata refused(CompletionStage<?> answer, Status.Code status, String code) {
    try {
      Object got = done(answer);
      throw new AssertionError("not refused: " + got);
    } catch (CompletionException e) {
      if (!(e.getCause() instanceof StatusRuntimeException refusal)) {
        throw e;
      }
      Metadata trailers = Status.trailersFromThrowable(refusal);
      assertThat(refusal.getStatus().getCode()).as(refusal.toString()).isEqualTo(status);
      assertThat(trailers).isNotNull();
      assertThat(trailer(trailers, "viesti-code")).isEqualTo(code);
      return trailers;
    }
  }

  static String trailer(Metadata trailers, String name) {
    String value = trailers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    return value == null ? "" : value;
  }

  /** A group of alice's with bob in it; both know that they are. */
  String room() {
    String room = SharedNode.fresh("room");
    done(
        client
            .createRoom()
            .addHeader("authorization", alice)
            .invoke(
                CreateRoomRequest.newBuilder()
                    .setId(room)
                    .addMembers(NewMember.newBuilder().setUser(bobId))
                    .build()));
    for (String user : List.of(alice, bob)) {
      Await.until(
          SOON,
          () -> "not told of " + room,
          () ->
              client
                  .getRoomSettings()
                  .addHeader("authorization", user)
                  .invoke(GetRoomSettingsRequest.newBuilder().setRoom(room).build())
                  .handle((settings, failure) -> failure == null)
                  .toCompletableFuture()
                  .get(10, TimeUnit.SECONDS));
    }
    return room;
  }

  static Payload text(String body) {
    return Payload.newBuilder()
        .setType(PayloadType.PAYLOAD_TYPE_TEXT)
        .setText(Payload.Text.newBuilder().setBody(body))
        .build();
  }

  static Recorded post(String by, String room, String body) {
    return done(
        client
            .postMessage()
            .addHeader("authorization", by)
            .invoke(
                PostMessageRequest.newBuilder()
                    .setMessage(NewMessage.newBuilder().setRoom(room).setPayload(text(body)))
                    .build()));
  }
}
