package org.viesti.edge.websocket;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.viesti.connection.Connections;
import org.viesti.edge.Deadline;
import org.viesti.edge.HttpAnswers;
import org.viesti.edge.LivePath;
import org.viesti.edge.LiveSettings;
import org.viesti.edge.Unopened;
import org.viesti.edge.Upgrades;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.security.Authenticator;
import org.viesti.security.Principal;

/**
 * Live streams over WebSocket, at {@code /ws}: answers the upgrade (RFC 6455 §4.2), checks the
 * token that came with it, and leaves the channel to a {@link WebSocketSession}.
 */
public final class WebSocketEdge implements LivePath {
  final Authenticator authenticator;
  final Connections connections;
  final LiveSettings settings;
  private final WebSocketDecoderConfig plain;
  private final WebSocketDecoderConfig extended;

  public WebSocketEdge(
      Authenticator authenticator, Connections connections, LiveSettings settings) {
    this.authenticator = authenticator;
    this.connections = connections;
    this.settings = settings;
    this.plain =
        WebSocketDecoderConfig.newBuilder()
            .maxFramePayloadLength(settings.maxFrameBytes())
            .closeOnProtocolViolation(false) // the session closes, with a code
            .build();
    this.extended = plain.toBuilder().allowExtensions(true).build();
  }

  @Override
  public String path() {
    return "/ws";
  }

  @Override
  public void handle(ChannelHandlerContext ctx, FullHttpRequest request) {
    if (!Upgrades.isOne(request)) {
      Upgrades.required(ctx.channel());
      return;
    }
    String asked = Upgrades.subprotocols(request);
    Subprotocol form = Subprotocol.among(asked);
    if (form == null) {
      refuse(
          ctx.channel(),
          HttpResponseStatus.BAD_REQUEST,
          Refusal.of(
              ErrorCode.INVALID_ARGUMENT,
              "no common subprotocol: offer viesti.v1.json or viesti.v1.proto"));
      return;
    }
    String token = token(request);
    if (token == null) {
      upgrade(ctx, request, form, null);
    } else {
      authenticate(ctx, request.retain(), form, token);
    }
  }

  private static @Nullable String token(FullHttpRequest request) {
    String header = request.headers().get(HttpHeaderNames.AUTHORIZATION);
    if (header != null && header.regionMatches(true, 0, "Bearer ", 0, 7)) {
      return header.substring(7).strip();
    }
    List<String> query =
        new QueryStringDecoder(request.uri()).parameters().getOrDefault("access_token", List.of());
    return query.isEmpty() ? null : query.getFirst();
  }

  private void authenticate(
      ChannelHandlerContext ctx, FullHttpRequest request, Subprotocol form, String token) {
    ctx.channel().config().setAutoRead(false);
    authenticator
        .authenticate(token)
        .whenComplete(
            (principal, failure) ->
                ctx.executor()
                    .execute(
                        () -> {
                          try {
                            if (failure != null) {
                              Refusal refusal = Unopened.refusal(failure);
                              refuse(ctx.channel(), HttpAnswers.status(refusal.code()), refusal);
                            } else if (ctx.channel().isActive() && !ctx.isRemoved()) { // not twice
                              upgrade(ctx, request, form, principal);
                            }
                          } finally {
                            request.release();
                          }
                        }));
  }

  private static void refuse(Channel channel, HttpResponseStatus status, Refusal refusal) {
    FullHttpResponse response = HttpAnswers.problem(status, refusal);
    if (status.equals(HttpResponseStatus.UNAUTHORIZED)) {
      response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
    }
    HttpAnswers.answerAndClose(channel, response);
  }

  private void upgrade(
      ChannelHandlerContext ctx,
      FullHttpRequest request,
      Subprotocol form,
      @Nullable Principal principal) {
    Channel channel = ctx.channel();
    String offers =
        String.join(",", request.headers().getAll(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS));
    String agreed = settings.deflate() ? Extensions.agreed(offers) : null;
    HttpHeaders extra = new DefaultHttpHeaders();
    if (agreed != null) {
      extra.set(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, agreed);
    }
    WebSocketSession session = new WebSocketSession(this, form, agreed != null, principal);
    ChannelFuture handshaken =
        new WebSocketServerHandshaker13(null, form.id, agreed == null ? plain : extended)
            .handshake(channel, request, extra, channel.newPromise());
    channel.pipeline().remove(Deadline.class);
    channel.pipeline().remove(WebSocketFrameEncoder.class); // Framing writes our frames
    ctx.pipeline().replace(ctx.handler(), "session", session);
    channel.config().setAutoRead(true);
    Upgrades.closeUnlessWritten(handshaken);
  }
}
