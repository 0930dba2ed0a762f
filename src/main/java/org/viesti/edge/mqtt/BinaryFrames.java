package org.viesti.edge.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.util.ReferenceCountUtil;

/** The bytes of MQTT in a WebSocket's binary frames, whose borders mean nothing (MQTT 5.0 §6.0). */
final class BinaryFrames extends ChannelDuplexHandler {
  private boolean closing;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    switch (message) {
      case BinaryWebSocketFrame data -> ctx.fireChannelRead(data.content());
      case ContinuationWebSocketFrame data -> ctx.fireChannelRead(data.content());
      case PingWebSocketFrame ping -> {
        if (ctx.channel().isWritable()) {
          ctx.writeAndFlush(new PongWebSocketFrame(ping.content()), ctx.voidPromise());
        } else {
          ping.release();
        }
      }
      case TextWebSocketFrame text -> {
        text.release();
        close(ctx, WebSocketCloseStatus.INVALID_MESSAGE_TYPE); // MQTT-6.0.0-1
      }
      case CloseWebSocketFrame close -> {
        close.release();
        close(ctx, WebSocketCloseStatus.NORMAL_CLOSURE);
      }
      default -> ReferenceCountUtil.release(message); // pongs, and bytes from before the upgrade
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (closing) {
      ReferenceCountUtil.release(message); // nothing may follow a close frame
    } else if (message instanceof ByteBuf bytes) {
      ctx.write(new BinaryWebSocketFrame(bytes), promise);
    } else {
      ctx.write(message, promise);
    }
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (closing || !ctx.channel().isActive()) {
      ctx.close(promise);
    } else {
      closing = true;
      ctx.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE))
          .addListener(written -> ctx.close(promise));
    }
  }

  private void close(ChannelHandlerContext ctx, WebSocketCloseStatus status) {
    if (!closing) {
      closing = true;
      ctx.writeAndFlush(new CloseWebSocketFrame(status)).addListener(ChannelFutureListener.CLOSE);
    }
  }
}
