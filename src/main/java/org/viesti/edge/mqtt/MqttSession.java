package org.viesti.edge.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttVersion;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.protocol.ServerFrame;
import org.viesti.security.EnhancedAuthentication;
import org.viesti.security.Principal;

/**
 * One MQTT connection, on its channel's event loop: translates between its packets and the frames
 * of the protocol, and decides nothing. Its life is a {@link Phase}.
 */
final class MqttSession extends ChannelDuplexHandler {
  private static final Logger LOG = LoggerFactory.getLogger(MqttSession.class);

  /**
   * After the last packet our side of the socket is shut and the client closes: closing it with
   * unread input would send a reset, and the last packet could be lost to it. A client that does
   * not close is cut off after this.
   */
  private static final Duration CLOSE_GRACE = Duration.ofSeconds(5);

  /** Bytes that most batches fit in; a buffer grows by itself. */
  private static final int BATCH_BYTES = 256;

  /** What is known of a client once it has connected. */
  private record Client(Connect connect, Inbound inbound, Outbound outbound) {}

  private final MqttEdge edge;
  private boolean reading = true;
  private Phase phase = new Phase.Awaiting();
  private @Nullable Client client;

  /** Of a CONNECT; null: none came. */
  private @Nullable MqttVersion version;

  /** The client was told by CONNACK that it is connected. */
  private boolean connected;

  /** Null until it is known. */
  private @Nullable Principal principal;

  /** By which the client shows who it is; null: none is under way. */
  private @Nullable AuthExchange exchange;

  private @Nullable KeepAlive keepAlive;
  private @Nullable Future<?> timer;

  /** The frames of the current read. */
  private @Nullable List<ClientFrame> burst;

  MqttSession(MqttEdge edge) {
    this.edge = edge;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    after(edge.settings.connectTimeout(), ctx, () -> tooLate(ctx));
  }

  private void tooLate(ChannelHandlerContext ctx) {
    farewell(
        ctx,
        new CloseCause.Rejected(
            Refusal.of(ErrorCode.UNAVAILABLE, "the stream could not be opened in time")));
  }

  // Decode: what the client sends.

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (message instanceof MqttMessage packet && !phase.over()) {
        packet(ctx, packet);
      }
    } catch (Violation violation) {
      LOG.debug("decode: closing {}: {}", ctx.channel(), violation.detail());
      end(ctx, violation.reason(), null, violation.detail());
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void packet(ChannelHandlerContext ctx, MqttMessage packet) {
    if (packet.decoderResult().isFailure()) {
      if (isConnect(packet) && version == null) {
        version = Malformed.version(ctx.channel(), packet.decoderResult().cause());
      }
      throw Malformed.violation(packet.decoderResult().cause());
    }
    edge.traffic.received(packet);
    if (client == null) {
      if (!(packet instanceof MqttConnectMessage connect)) {
        throw new Violation(Reasons.PROTOCOL_ERROR, "CONNECT comes first"); // MQTT-3.1.0-1
      }
      version = Connect.version(connect);
      connect(ctx, Connect.of(connect, edge.settings));
      return;
    }
    Connect.Enhanced enhanced = client.connect().enhanced();
    if (enhanced != null) {
      MqttMessageType type = packet.fixedHeader().messageType();
      if (type == MqttMessageType.AUTH) {
        auth(ctx, client.connect(), AuthExchange.Auth.of(packet, enhanced.method()));
        return;
      }
      if (!connected && type != MqttMessageType.DISCONNECT) { // MQTT-3.1.2-30
        throw new Violation(Reasons.PROTOCOL_ERROR, "before CONNACK only AUTH and DISCONNECT");
      }
    }
    ClientFrame frame = client.inbound().frame(packet);
    gather(frame);
    if (frame instanceof ClientFrame.Leave) {
      leave(ctx);
    } else if (packet.fixedHeader().messageType() == MqttMessageType.PINGREQ
        && connected
        && ctx.channel().isWritable()) { // one that pings but does not read gets no pile of answers
      ByteBuf out = ctx.alloc().buffer(2);
      PacketWriter.empty(out, PacketWriter.PINGRESP);
      edge.traffic.sent(1, out.readableBytes());
      ctx.writeAndFlush(out, ctx.voidPromise());
    }
  }

  private static boolean isConnect(MqttMessage packet) {
    return packet.fixedHeader() != null
        && packet.fixedHeader().messageType() == MqttMessageType.CONNECT;
  }

  private void gather(ClientFrame frame) {
    if (burst == null) {
      burst = new ArrayList<>(4);
    }
    burst.add(frame);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (burst != null && keepAlive != null) {
      keepAlive.heard();
    }
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
      case Phase.Awaiting _, Phase.Closing _, Phase.Gone _ -> {}
    }
  }

  // Admit: from CONNECT to an open connection.

  /** Stops reading, so that no more than one read's frames wait. */
  private void connect(ChannelHandlerContext ctx, Connect connect) {
    OpenRequests open = new OpenRequests();
    client =
        new Client(
            connect,
            new Inbound(connect, open, edge.settings),
            new Outbound(connect, open, edge.settings));
    phase = new Phase.Opening(new ArrayList<>(2));
    ctx.channel().config().setAutoRead(false);
    Connect.Enhanced enhanced = connect.enhanced();
    if (enhanced != null) {
      exchange = new AuthExchange(edge.authenticator.begin(connect, enhanced.method(), principal));
      step(ctx, connect, enhanced.method(), exchange, enhanced.data());
      return;
    }
    edge.authenticator
        .authenticate(connect.clientId(), connect.user(), connect.password(), Peer.of(ctx))
        .whenComplete(
            (found, failure) ->
                ctx.executor().execute(() -> authenticated(ctx, connect, found, failure)));
  }

  // Enhanced authentication: MQTT 5.0 §4.12.

  private void auth(ChannelHandlerContext ctx, Connect connect, AuthExchange.Auth auth) {
    String method = Objects.requireNonNull(connect.enhanced()).method();
    if (keepAlive != null) {
      keepAlive.heard();
    }
    if (auth.again()) {
      if (!connected || exchange != null) {
        throw new Violation(Reasons.PROTOCOL_ERROR, "authentication is under way");
      }
      exchange = new AuthExchange(edge.authenticator.begin(connect, method, principal));
    }
    if (exchange == null) {
      throw new Violation(Reasons.PROTOCOL_ERROR, "AUTH was not asked for");
    }
    if (!connected) {
      ctx.channel().config().setAutoRead(false);
    }
    step(ctx, connect, method, exchange, auth.data());
  }

  private void step(
      ChannelHandlerContext ctx,
      Connect connect,
      String method,
      AuthExchange with,
      byte @Nullable [] data) {
    with.said(data)
        .whenComplete(
            (step, failure) ->
                ctx.executor().execute(() -> stepped(ctx, connect, method, with, step, failure)));
  }

  private void stepped(
      ChannelHandlerContext ctx,
      Connect connect,
      String method,
      AuthExchange with,
      EnhancedAuthentication.@Nullable Step step,
      @Nullable Throwable failure) {
    if (phase.over()) {
      return;
    }
    switch (step) {
      case EnhancedAuthentication.Challenge(byte[] data) -> {
        with.asked();
        writeAuth(ctx, Reasons.CONTINUE_AUTHENTICATION, method, data);
        if (!connected) {
          ctx.channel().config().setAutoRead(true);
        }
      }
      case EnhancedAuthentication.Known(Principal found, byte[] data) -> {
        try {
          Principal shown =
              MqttAuthenticator.shown(found, connect.clientId(), Peer.of(ctx), principal);
          with.known(data);
          if (phase instanceof Phase.Open(var connection)) {
            renewed(ctx, connection, shown, method, with);
          } else {
            authenticated(ctx, connect, shown, null);
          }
        } catch (Refused refused) {
          farewell(ctx, new CloseCause.Rejected(refused.refusal()));
        }
      }
      case null -> farewell(ctx, new CloseCause.Rejected(Unopened.refusal(failure)));
    }
  }

  private void renewed(
      ChannelHandlerContext ctx,
      ActorRef<DeviceConnection.Command> connection,
      Principal shown,
      String method,
      AuthExchange with) {
    principal = shown;
    exchange = null;
    edge.connections.renew(connection, shown.expires());
    writeAuth(ctx, Reasons.SUCCESS, method, with.last());
  }

  private void writeAuth(
      ChannelHandlerContext ctx, int reason, String method, byte @Nullable [] data) {
    ByteBuf out = ctx.alloc().buffer(BATCH_BYTES);
    PacketWriter.auth(out, reason, method, data);
    edge.traffic.sent(1, out.readableBytes());
    ctx.writeAndFlush(out, ctx.voidPromise());
  }

  private void authenticated(
      ChannelHandlerContext ctx,
      Connect connect,
      @Nullable Principal found,
      @Nullable Throwable failure) {
    if (!(phase instanceof Phase.Opening(var waiting))) {
      return;
    }
    if (found == null) {
      farewell(ctx, new CloseCause.Rejected(Unopened.refusal(failure)));
      return;
    }
    principal = found;
    ClientFrame.Terms terms =
        new ClientFrame.Terms(
            connect.clean(),
            edge.settings.sessionExpiry(connect.sessionExpiry()),
            connect.receiveMaximum(),
            keepAliveSeconds(connect),
            connect.will());
    edge.connections
        .open(
            found,
            new ChannelWire(ctx.channel()),
            new ClientFrame.Hello(null, null, null, null, terms))
        .whenComplete(
            (connection, failed) ->
                ctx.executor().execute(() -> opened(ctx, connect, waiting, connection, failed)));
  }

  /** Only clients of MQTT 5 can be told another one. */
  private int keepAliveSeconds(Connect connect) {
    return connect.five() ? edge.settings.keepAlive(connect.keepAlive()) : connect.keepAlive();
  }

  /** What was said before a client left counts, as it would on an open stream. */
  private void opened(
      ChannelHandlerContext ctx,
      Connect connect,
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
      keepAlive =
          new KeepAlive(
              ctx, keepAliveSeconds(connect), () -> farewell(ctx, new CloseCause.Silent()));
    }
    waiting.forEach(connection::tell); // where the client left meanwhile, that too
  }

  // Encode: what the connection sends.

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    switch (message) {
      case ChannelWire.Batch(var frames) -> {
        if (client != null && !phase.over()) {
          batch(ctx, client.outbound(), frames, promise);
        }
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

  private void batch(
      ChannelHandlerContext ctx,
      Outbound outbound,
      List<ServerFrame> frames,
      ChannelPromise promise) {
    ByteBuf out = ctx.alloc().buffer(BATCH_BYTES);
    long now = System.currentTimeMillis();
    CloseCause last = null;
    int packets = 0;
    for (ServerFrame frame : frames) {
      int before = out.writerIndex();
      if (frame instanceof ServerFrame.Welcome welcome) {
        outbound.connack(
            out, welcome.resumed(), welcome.device(), exchange == null ? null : exchange.last());
        exchange = null;
        connected = true;
        edge.traffic.connected.increment();
        lookAgain(ctx);
      } else if (frame instanceof ServerFrame.Error error && outbound.closes(error)) {
        last = new CloseCause.Rejected(Refusal.of(error.code(), error.detail()));
        break;
      } else {
        outbound.write(out, frame, now);
      }
      if (out.writerIndex() > before) {
        packets++;
        if (frame instanceof ServerFrame.Published published) {
          edge.traffic.sent.publishes.increment();
          edge.traffic.sent.payloadBytes.add(published.publication().payload().length);
        }
      }
    }
    if (out.isReadable()) {
      edge.traffic.sent(packets, out.readableBytes());
      ctx.write(out, promise);
    } else {
      out.release();
    }
    List<ClientFrame> answers = outbound.takeAnswers();
    if (!answers.isEmpty()) {
      tell(new DeviceConnection.Frames(answers));
    }
    if (last != null) {
      farewell(ctx, last);
    }
  }

  /** A secret that was revoked before its stream was open found no stream to close. */
  private void lookAgain(ChannelHandlerContext ctx) {
    if (principal != null && principal.isBySecret()) {
      edge.authenticator
          .isStillGood(principal)
          .thenAcceptAsync(
              good -> {
                if (!good) {
                  farewell(ctx, new CloseCause.SecretRevoked());
                }
              },
              ctx.executor());
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      tell(new DeviceConnection.Writable());
    }
  }

  // Close.

  private void leave(ChannelHandlerContext ctx) {
    over(new Phase.Closing());
    ctx.close();
  }

  private void farewell(ChannelHandlerContext ctx, CloseCause cause) {
    int reason = connected ? MqttCloseCodes.disconnect(cause) : MqttCloseCodes.connack(cause);
    String elsewhere = cause.code() == ErrorCode.DRAINING ? edge.settings.elsewhere() : null;
    // Not 0x9D: that is for ever, and this node may be back soon (MQTT 5.0 §4.11).
    end(
        ctx,
        elsewhere == null ? reason : Reasons.USE_ANOTHER_SERVER,
        elsewhere,
        cause.refusal().detail());
  }

  private void end(
      ChannelHandlerContext ctx, int reason, @Nullable String elsewhere, String detail) {
    if (phase.over()) {
      return;
    }
    over(new Phase.Closing());
    ByteBuf out = ctx.alloc().buffer(BATCH_BYTES);
    if (version != null) {
      LastPacket.write(out, version, connected, reason, elsewhere, detail, mostBytes());
    }
    edge.traffic.sent(out.isReadable() ? 1 : 0, out.readableBytes());
    ctx.writeAndFlush(out).addListener(written -> shut(ctx));
    after(CLOSE_GRACE, ctx, ctx::close);
  }

  private long mostBytes() {
    return client == null ? Long.MAX_VALUE : client.connect().maxPacket();
  }

  /** Over anything but bare TCP there is a close that the client can tell from a break. */
  private static void shut(ChannelHandlerContext ctx) {
    if (ctx.channel() instanceof SocketChannel socket && MqttEdge.isBare(ctx.pipeline())) {
      socket.shutdownOutput();
      socket.config().setAutoRead(true); // to see the client's close
    } else {
      ctx.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (phase.over()) {
      phase = new Phase.Gone();
    } else {
      over(new Phase.Gone());
    }
    cancelTimer();
  }

  /** The connection hears of it at once, however long the client leaves its socket open. */
  private void over(Phase next) {
    tellBurst();
    tell(new DeviceConnection.Closed());
    phase = next;
    if (connected) {
      edge.traffic.connected.decrement();
    }
    if (keepAlive != null) {
      keepAlive.stop();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    switch (cause) {
      case IOException _, DecoderException _ -> ctx.close(); // channelInactive tells
      default -> {
        LOG.error("closing {}", ctx.channel(), cause);
        farewell(
            ctx,
            new CloseCause.Rejected(
                Refusal.of(ErrorCode.INTERNAL, "an error of the server's own; it is in its log")));
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
