package org.viesti.edge.socketio;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AttributeKey;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.viesti.edge.Deadline;

/**
 * One HTTP request that is answered later, perhaps by another thread, on a channel that goes on
 * afterwards. While it is not answered, the channel's {@link Deadline} does not count.
 */
final class Exchange {
  private static final AttributeKey<Exchange> OPEN = AttributeKey.valueOf(Exchange.class, "open");

  private final Channel channel;
  private final boolean keepAlive;
  private final @Nullable String allowedOrigin;
  private @Nullable ChannelFutureListener gone;

  private Exchange(Channel channel, boolean keepAlive, @Nullable String allowedOrigin) {
    this.channel = channel;
    this.keepAlive = keepAlive;
    this.allowedOrigin = allowedOrigin;
  }

  /**
   * On the channel's event loop. Null, and the channel is closed, if it has one already: HTTP wants
   * answers in order, and no client of ours asks before it has the last.
   *
   * @param allowedOrigin whose scripts may read the answer; null: nobody is named
   */
  static @Nullable Exchange begin(
      ChannelHandlerContext ctx, FullHttpRequest request, @Nullable String allowedOrigin) {
    Channel channel = ctx.channel();
    Exchange exchange = new Exchange(channel, HttpUtil.isKeepAlive(request), allowedOrigin);
    if (channel.attr(OPEN).setIfAbsent(exchange) != null) {
      channel.close();
      return null;
    }
    Deadline deadline = channel.pipeline().get(Deadline.class);
    if (deadline != null) {
      deadline.stop();
    }
    return exchange;
  }

  /** What to do if the client leaves before it is answered; on the channel's event loop. */
  void ifGone(Runnable task) {
    ChannelFutureListener listener = closed -> task.run();
    gone = listener;
    channel.closeFuture().addListener(listener);
  }

  void error(EngineError error) {
    answer(error.status(), "application/json", error.json());
  }

  void answer(HttpResponseStatus status, String type, String body) {
    answer(status, type, Unpooled.copiedBuffer(body, StandardCharsets.UTF_8));
  }

  void answer(HttpResponseStatus status, String type, ByteBuf body) {
    FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, type)
        .set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    answer(response);
  }

  /** Adds what every answer has. */
  void answer(FullHttpResponse response) {
    if (gone != null) {
      channel.closeFuture().removeListener(gone);
    }
    response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
    if (allowedOrigin != null) {
      response.headers().set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, allowedOrigin);
    }
    if (!"*".equals(allowedOrigin)) {
      response.headers().add(HttpHeaderNames.VARY, HttpHeaderNames.ORIGIN);
    }
    HttpUtil.setKeepAlive(response, keepAlive);
    channel.writeAndFlush(response).addListener((ChannelFutureListener) this::written);
  }

  private void written(ChannelFuture written) {
    channel.attr(OPEN).set(null);
    if (!written.isSuccess() || !keepAlive) {
      channel.close();
      return;
    }
    ChannelHandlerContext deadline = channel.pipeline().context(Deadline.class);
    if (deadline != null) {
      ((Deadline) deadline.handler()).restart(deadline);
    }
  }
}
