package org.viesti.edge.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.OverflowStrategy;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.javadsl.SourceQueueWithComplete;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.viesti.edge.grpc.v1.ChatServiceClient;
import org.viesti.edge.grpc.v1.RevokeDeviceRequest;
import org.viesti.protocol.v1.ClientFrame;
import org.viesti.protocol.v1.ServerFrame;
import org.viesti.testkit.Tokens;

class GrpcStreamTest extends GrpcTest {

  /** A client's side of one Connect call. */
  private static final class Stream implements AutoCloseable {
    private final SourceQueueWithComplete<ClientFrame> frames;
    private final LinkedBlockingQueue<ServerFrame> heard = new LinkedBlockingQueue<>();
    private final CompletionStage<Done> end;

    Stream(@Nullable String authorization) {
      Pair<SourceQueueWithComplete<ClientFrame>, Source<ClientFrame, org.apache.pekko.NotUsed>>
          out =
              Source.<ClientFrame>queue(1000, OverflowStrategy.fail()).preMaterialize(kit.system());
      frames = out.first();
      var call = client.connect();
      end =
          (authorization == null ? call : call.addHeader("authorization", authorization))
              .invoke(out.second())
              .toMat(Sink.foreach(heard::add), Keep.right())
              .run(kit.system());
    }

    void say(ClientFrame.Builder frame) {
      done(frames.offer(frame.build()));
    }

    /** The next frame of a kind; others before it are passed over. */
    ServerFrame hear(ServerFrame.FrameCase kind) throws InterruptedException {
      while (true) {
        ServerFrame next = heard.poll(10, TimeUnit.SECONDS);
        assertThat(next).as("no " + kind).isNotNull();
        if (next.getFrameCase() == kind) {
          return next;
        }
      }
    }

    Stream open() throws InterruptedException {
      say(ClientFrame.newBuilder().setHello(ClientFrame.Hello.getDefaultInstance()));
      hear(ServerFrame.FrameCase.WELCOME);
      hear(ServerFrame.FrameCase.CAUGHT_UP);
      return this;
    }

    void fails(Status.Code status, String code) {
      refused(end, status, code);
    }

    @Override
    public void close() {
      frames.complete();
    }
  }

  private static ClientFrame.Builder send(String id, String room, String body) {
    return ClientFrame.newBuilder()
        .setSend(ClientFrame.Send.newBuilder().setId(id).setRoom(room).setPayload(text(body)));
  }

  @Test
  void a_post_on_one_stream_is_acknowledged_and_delivered_on_another() throws Exception {
    String room = room();
    try (Stream one = new Stream(alice).open();
        Stream other = new Stream(bob).open()) {
      one.say(send("m1", room, "hello"));
      ServerFrame.SendAck ack = one.hear(ServerFrame.FrameCase.SEND_ACK).getSendAck();
      assertThat(ack.getId()).isEqualTo("m1");
      ServerFrame.Delivery delivery = other.hear(ServerFrame.FrameCase.DELIVERY).getDelivery();
      while (!delivery.getMessage().getBody().hasPost()) {
        delivery = other.hear(ServerFrame.FrameCase.DELIVERY).getDelivery();
      }
      assertThat(delivery.getMessage().getSeq()).isEqualTo(ack.getSeq());
      assertThat(delivery.getMessage().getSender()).isEqualTo(aliceId);
      assertThat(delivery.getMessage().getBody().getPost().getPayload()).isEqualTo(text("hello"));
    }
  }

  @Test
  void a_token_may_come_with_the_hello() throws Exception {
    try (Stream stream = new Stream(null)) {
      stream.say(
          ClientFrame.newBuilder()
              .setHello(ClientFrame.Hello.newBuilder().setToken(Tokens.of(bobId, "watch"))));
      ServerFrame.Welcome welcome = stream.hear(ServerFrame.FrameCase.WELCOME).getWelcome();
      assertThat(welcome.getUser()).isEqualTo(bobId);
      assertThat(welcome.getDevice()).isEqualTo("watch");
    }
  }

  @Test
  void a_hello_may_be_left_out() throws Exception {
    String room = room();
    try (Stream stream = new Stream(alice);
        Stream silent = new Stream(bob)) {
      stream.say(send("m1", room, "straight to it"));
      stream.hear(ServerFrame.FrameCase.SEND_ACK);
      silent.hear(ServerFrame.FrameCase.WELCOME);
    }
  }

  @Test
  void a_stream_without_a_good_token_fails_with_its_code() throws Exception {
    try (Stream none = new Stream(null);
        Stream forged = new Stream("Bearer nonsense")) {
      none.say(ClientFrame.newBuilder().setPing(ClientFrame.Ping.getDefaultInstance()));
      none.fails(Status.Code.UNAUTHENTICATED, "UNAUTHENTICATED");
      forged.say(ClientFrame.newBuilder().setHello(ClientFrame.Hello.getDefaultInstance()));
      forged.fails(Status.Code.UNAUTHENTICATED, "UNAUTHENTICATED");
    }
  }

  @Test
  void a_frame_that_is_wrong_is_answered_and_the_stream_goes_on() throws Exception {
    try (Stream stream = new Stream(alice).open()) {
      stream.say(ClientFrame.newBuilder());
      ServerFrame.Error error = stream.hear(ServerFrame.FrameCase.ERROR).getError();
      assertThat(error.getCode())
          .isEqualTo(org.viesti.protocol.v1.ErrorCode.ERROR_CODE_INVALID_ARGUMENT);
      stream.say(
          ClientFrame.newBuilder().setPing(ClientFrame.Ping.newBuilder().setNonce("still here")));
      assertThat(stream.hear(ServerFrame.FrameCase.PONG).getPong().getNonce())
          .isEqualTo("still here");
    }
  }

  @Test
  void a_newer_stream_of_the_device_takes_over() throws Exception {
    try (Stream older = new Stream(alice).open();
        Stream newer = new Stream(alice).open()) {
      older.fails(Status.Code.ABORTED, "CONNECTED_ELSEWHERE");
      newer.say(ClientFrame.newBuilder().setPing(ClientFrame.Ping.getDefaultInstance()));
      newer.hear(ServerFrame.FrameCase.PONG);
    }
  }

  @Test
  void a_revoked_device_loses_its_stream() throws Exception {
    try (Stream stream = new Stream(bearer(bobId, "tablet")).open()) {
      done(
          client
              .revokeDevice()
              .addHeader("authorization", bob)
              .invoke(RevokeDeviceRequest.newBuilder().setDevice("tablet").build()));
      stream.fails(Status.Code.PERMISSION_DENIED, "DEVICE_REVOKED");
    }
  }

  @Test
  void a_client_that_ends_its_side_ends_the_stream() throws Exception {
    Stream stream = new Stream(alice).open();
    stream.close();
    assertThat(done(stream.end)).isEqualTo(Done.getInstance());
  }

  @Test
  void a_frame_past_the_limit_fails_the_stream_with_the_limits_name() throws Exception {
    String room = room();
    try (Stream stream = new Stream(alice).open()) {
      stream.say(send("m1", room, "x".repeat(200_000)));
      Metadata trailers = refused(stream.end, Status.Code.RESOURCE_EXHAUSTED, "TOO_LARGE");
      assertThat(trailer(trailers, "viesti-limit")).isEqualTo("viesti.live.max-frame-bytes");
    }
  }

  @Test
  void a_stream_carries_more_in_all_than_a_call_may_hold() throws Exception {
    try (Stream stream = new Stream(alice).open()) {
      String nonce = "n".repeat(128);
      for (int i = 0; i < 9_000; i++) {
        stream.say(ClientFrame.newBuilder().setPing(ClientFrame.Ping.newBuilder().setNonce(nonce)));
        stream.hear(ServerFrame.FrameCase.PONG);
      }
    }
  }

  @Test
  void a_client_that_stops_reading_gets_everything_when_it_reads_again() throws Exception {
    String room = room();
    CompletableFuture<Done> go = new CompletableFuture<>();
    CompletableFuture<Done> caughtUp = new CompletableFuture<>();
    List<String> texts = new CopyOnWriteArrayList<>();
    var out = Source.<ClientFrame>queue(1000, OverflowStrategy.fail()).preMaterialize(kit.system());
    // A connection of its own: streams that share one share its window.
    ChatServiceClient own = client(kit, node.node.callPort());
    CompletionStage<Done> end =
        own.connect()
            .addHeader("authorization", bob)
            .invoke(out.second())
            .mapAsync(
                1,
                frame -> {
                  if (!frame.hasCaughtUp()) {
                    return CompletableFuture.completedFuture(frame);
                  }
                  caughtUp.complete(Done.getInstance());
                  return go.thenApply(going -> frame);
                })
            .filter(frame -> frame.hasDelivery())
            .map(frame -> frame.getDelivery().getMessage())
            .filter(message -> message.getBody().hasPost())
            .takeWhile(message -> texts.size() < 199, true)
            .runWith(
                Sink.foreach(
                    message -> {
                      texts.add(message.getBody().getPost().getPayload().getText().getBody());
                      out.first()
                          .offer(
                              ClientFrame.newBuilder()
                                  .setAck(
                                      ClientFrame.Ack.newBuilder()
                                          .putPositions(message.getTopic(), message.getSeq()))
                                  .build());
                    }),
                kit.system());
    out.first()
        .offer(ClientFrame.newBuilder().setHello(ClientFrame.Hello.getDefaultInstance()).build());
    caughtUp.get(10, TimeUnit.SECONDS);
    String body = "y".repeat(9_000);
    for (int i = 0; i < 200; i++) {
      post(alice, room, i + body);
    }
    go.complete(Done.getInstance());
    end.toCompletableFuture().get(30, TimeUnit.SECONDS);
    assertThat(texts).hasSize(200);
    for (int i = 0; i < 200; i++) {
      assertThat(texts.get(i)).isEqualTo(i + body);
    }
    out.first().complete();
    own.close();
  }
}
