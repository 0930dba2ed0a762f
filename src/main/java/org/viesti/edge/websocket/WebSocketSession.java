package org.viesti.edge.websocket;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viesti.connection.CloseCause;
import org.viesti.connection.DeviceConnection;
import org.viesti.edge.ChannelWire;
import org.viesti.edge.Unopened;
import org.viesti.edge.WebSocketBytes;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.protocol.ServerFrame;
import org.viesti.security.Principal;

/**
 * One WebSocket, on its channel's event loop: translates between its frames and those of the
 * protocol, and decides nothing. Its life is a {@link Phase}.
 */
final class WebSocketSession extends ChannelDuplexHandler {
  private static final Logger LOG = LoggerFactory.getLogger(WebSocketSession.class);
  private static final ClientFrame.Hello NO_HELLO = new ClientFrame.Hello(null, null, null, null);

  /**
   * After a close frame the client closes first, as RFC 6455 §7.1.1 wants it: closing a socket with
   * unread input would send a reset, and the close frame could be lost to it. A client that does
   * not is cut off after this.
   */
  private static final Duration CLOSE_GRACE = Duration.ofSeconds(5);

  private final WebSocketEdge edge;
  private final Subprotocol form;
  private int deflateFrom;
  private boolean reading = true;
  private Phase phase;
  private @Nullable Future<?> timer;
  private @Nullable Fragments fragments;

  /** The frames of the current read. */
  private @Nullable List<ClientFrame> burst;

  WebSocketSession(
      WebSocketEdge edge, Subprotocol form, boolean deflate, @Nullable Principal principal) {
    this.edge = edge;
    this.form = form;
    this.deflateFrom = deflate ? edge.settings.deflateThreshold() : Integer.MAX_VALUE;
    this.phase = new Phase.Greeting(principal);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (phase instanceof Phase.Greeting(Principal principal) && principal != null) {
      after(edge.settings.helloGrace(), ctx, () -> open(ctx, principal, NO_HELLO));
    } else {
      after(
          edge.settings.helloTimeout(),
          ctx,
          () -> reject(ctx, ErrorCode.UNAUTHENTICATED, "no hello with a token came in time"));
    }
  }

  // Decode: what the client sends.

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      switch (message) {
        case CloseWebSocketFrame close -> clientCloses(ctx, close);
        case PingWebSocketFrame ping -> {
          if (ctx.channel()
              .isWritable()) { // a client that pings but does not read gets no pile of pongs
            ctx.writeAndFlush(
                WebSocketBytes.control(WebSocketBytes.PONG, ping.content()), ctx.voidPromise());
          }
          alive();
        }
        case PongWebSocketFrame pong -> alive();
        case WebSocketFrame data -> data(ctx, data);
        default -> {} // bytes that came before the upgrade was answered
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  /**
   * Control frames prove that the client lives: a stock client answers our pings with nothing else.
   */
  private void alive() {
    if (phase instanceof Phase.Open) {
      gather(new ClientFrame.Pong(null));
    }
  }

  private void data(ChannelHandlerContext ctx, WebSocketFrame frame) {
    if (phase.over()) {
      return;
    }
    List<ClientFrame> frames;
    try {
      frames = decoded(ctx, frame);
    } catch (Refused refused) {
      malformed(ctx, refused);
      return;
    }
    for (ClientFrame said : frames) {
      switch (phase) {
        case Phase.Greeting(Principal principal) -> greet(ctx, principal, said);
        case Phase.Opening _, Phase.Open _ -> gather(said);
        case Phase.Closing _, Phase.Gone _ -> {}
      }
    }
  }

  /** The frames of a message, none before its last fragment. */
  private List<ClientFrame> decoded(ChannelHandlerContext ctx, WebSocketFrame frame) {
    int limit = edge.settings.maxFrameBytes();
    if (fragments == null && frame.isFinalFragment()) {
      return form.decode(
          Fragments.opcode(frame), Fragments.compressed(frame), frame.content(), limit);
    }
    if (fragments == null) {
      fragments = Fragments.startedBy(frame, ctx.alloc());
    }
    Fragments whole = fragments;
    whole.add(frame, limit);
    if (!frame.isFinalFragment()) {
      return List.of();
    }
    fragments = null;
    try {
      return form.decode(whole.opcode(), whole.compressed(), whole.bytes(), limit);
    } finally {
      whole.bytes().release();
    }
  }

  private void malformed(ChannelHandlerContext ctx, Refused refused) {
    Refusal refusal = refused.refusal();
    if (refusal.code() == ErrorCode.TOO_LARGE) {
      farewell(ctx, new CloseCause.Rejected(refusal));
      return;
    }
    if (phase instanceof Phase.Greeting(Principal principal)) {
      if (principal == null) {
        farewell(ctx, new CloseCause.Rejected(refusal));
        return;
      }
      open(ctx, principal, NO_HELLO);
    }
    tellBurst();
    tell(new DeviceConnection.Malformed(refusal, refused.request()));
  }

  private void gather(ClientFrame frame) {
    if (burst == null) {
      burst = new ArrayList<>(4);
    }
    burst.add(frame);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    tellBurst();
  }

  private void tellBurst() {
    if (burst != null) {
      List<ClientFrame> frames = burst;
      burst = null;
      tell(new DeviceConnection.Frames(frames));
    }
  }

  private void tell(DeviceConnection.Command command) {
    switch (phase) {
      case Phase.Opening(var waiting) -> waiting.add(command);
      case Phase.Open(var connection) -> connection.tell(command);
      case Phase.Greeting _, Phase.Closing _, Phase.Gone _ -> {}
    }
  }

  // Admit: from the first frame to an open connection.

  private void greet(ChannelHandlerContext ctx, @Nullable Principal principal, ClientFrame first) {
    if (principal != null) {
      if (first instanceof ClientFrame.Hello hello) {
        open(ctx, principal, hello);
      } else {
        open(ctx, principal, NO_HELLO);
        gather(first);
      }
    } else if (first instanceof ClientFrame.Hello hello && hello.token() != null) {
      authenticate(ctx, hello, hello.token());
    } else {
      reject(
          ctx,
          ErrorCode.UNAUTHENTICATED,
          "no token came with the upgrade: the first frame must be hello, with one");
    }
  }

  private void authenticate(ChannelHandlerContext ctx, ClientFrame.Hello hello, String token) {
    opening(ctx);
    edge.authenticator
        .authenticate(token)
        .whenComplete(
            (principal, failure) ->
                ctx.executor()
                    .execute(
                        () -> {
                          if (!(phase instanceof Phase.Opening)) {
                            return;
                          }
                          if (failure == null) {
                            open(ctx, principal, hello);
                          } else {
                            farewell(ctx, new CloseCause.Rejected(Unopened.refusal(failure)));
                          }
                        }));
  }

  private void open(ChannelHandlerContext ctx, Principal principal, ClientFrame.Hello hello) {
    List<DeviceConnection.Command> waiting = opening(ctx);
    if (hello.deflate() != null && deflateFrom != Integer.MAX_VALUE) {
      deflateFrom = hello.deflate();
    }
    edge.connections
        .open(principal, new ChannelWire(ctx.channel()), hello)
        .whenComplete(
            (connection, failure) ->
                ctx.executor().execute(() -> opened(ctx, waiting, connection, failure)));
  }

  /** Stops reading, so that no more than one read's frames wait. */
  private List<DeviceConnection.Command> opening(ChannelHandlerContext ctx) {
    if (phase instanceof Phase.Opening(var waiting)) {
      return waiting;
    }
    List<DeviceConnection.Command> waiting = new ArrayList<>(2);
    phase = new Phase.Opening(waiting);
    ctx.channel().config().setAutoRead(false);
    after(
        edge.settings.helloTimeout(),
        ctx,
        () -> reject(ctx, ErrorCode.UNAVAILABLE, "the stream could not be opened in time"));
    return waiting;
  }

  /** What was said before a client left counts, as it would on an open stream. */
  private void opened(
      ChannelHandlerContext ctx,
      List<DeviceConnection.Command> waiting,
      @Nullable ActorRef<DeviceConnection.Command> connection,
      @Nullable Throwable failure) {
    if (connection == null) {
      farewell(ctx, new CloseCause.Rejected(Unopened.refusal(failure)));
      return;
    }
    if (phase instanceof Phase.Opening) {
      phase = new Phase.Open(connection);
      cancelTimer();
      ctx.channel().config().setAutoRead(reading);
      waiting.forEach(connection::tell);
    } else {
      waiting.forEach(connection::tell);
      connection.tell(new DeviceConnection.Closed());
    }
  }

  // Encode: what the connection sends.

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    switch (message) {
      case ChannelWire.Batch(var frames) -> {
        if (phase.over()) {
          return; // nothing may follow a close frame
        }
        ctx.write(Framing.batch(ctx.alloc(), form, deflateFrom, frames), promise);
      }
      case ChannelWire.Reading(var on) -> {
        reading = on;
        if (phase instanceof Phase.Open) {
          ctx.channel().config().setAutoRead(on);
        }
      }
      case ChannelWire.Farewell(var cause) -> farewell(ctx, cause);
      default -> ctx.write(message, promise);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      tell(new DeviceConnection.Writable());
    }
  }

  // Close.

  private void reject(ChannelHandlerContext ctx, ErrorCode code, String detail) {
    farewell(ctx, new CloseCause.Rejected(Refusal.of(code, detail)));
  }

  private void farewell(ChannelHandlerContext ctx, CloseCause cause) {
    farewell(ctx, cause, CloseCodes.of(cause));
  }

  private void farewell(ChannelHandlerContext ctx, CloseCause cause, int code) {
    if (phase.over()) {
      return;
    }
    tellBurst();
    phase = new Phase.Closing(phase.connection());
    if (!(cause instanceof CloseCause.ClientGone)) {
      List<ServerFrame> last = List.of(ServerFrame.Error.of(cause.refusal(), null));
      ctx.write(Framing.batch(ctx.alloc(), form, deflateFrom, last), ctx.voidPromise());
    }
    ctx.writeAndFlush(WebSocketBytes.close(code, cause.code().name()), ctx.voidPromise());
    ctx.channel().config().setAutoRead(true); // to see the client's close
    after(CLOSE_GRACE, ctx, ctx::close);
  }

  private void clientCloses(ChannelHandlerContext ctx, CloseWebSocketFrame close) {
    if (phase.over()) {
      ctx.close();
      return;
    }
    tellBurst();
    phase = new Phase.Closing(phase.connection());
    int code = close.statusCode() < 0 ? CloseCodes.NORMAL : close.statusCode();
    ctx.writeAndFlush(WebSocketBytes.close(code, "")).addListener(ChannelFutureListener.CLOSE);
    after(CLOSE_GRACE, ctx, ctx::close);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    ActorRef<DeviceConnection.Command> connection = phase.connection();
    phase = new Phase.Gone();
    cancelTimer();
    if (fragments != null) {
      fragments.bytes().release();
      fragments = null;
    }
    if (connection != null) {
      connection.tell(new DeviceConnection.Closed());
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    switch (cause) {
      case CorruptedWebSocketFrameException broken
          when broken.closeStatus().equals(WebSocketCloseStatus.MESSAGE_TOO_BIG) ->
          malformed(ctx, Deflate.tooLarge(edge.settings.maxFrameBytes()));
      case CorruptedWebSocketFrameException broken ->
          farewell(
              ctx,
              new CloseCause.Rejected(
                  Refusal.of(ErrorCode.INVALID_ARGUMENT, "not WebSocket: " + broken.getMessage())),
              CloseCodes.PROTOCOL_ERROR);
      case IOException _ -> ctx.close(); // channelInactive tells
      default -> {
        LOG.error("encode: closing {}", ctx.channel(), cause);
        reject(ctx, ErrorCode.INTERNAL, "an error of the server's own; it is in its log");
      }
    }
  }

  private void after(Duration time, ChannelHandlerContext ctx, Runnable task) {
    cancelTimer();
    timer = ctx.executor().schedule(task, time.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
