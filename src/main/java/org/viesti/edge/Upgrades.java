package org.viesti.edge;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.viesti.protocol.ErrorCode;

/** Requests to become a WebSocket: RFC 6455 §4.2.1. */
public final class Upgrades {
  private Upgrades() {}

  public static boolean isOne(FullHttpRequest request) {
    HttpHeaders headers = request.headers();
    return HttpMethod.GET.equals(request.method())
        && headers.containsValue(HttpHeaderNames.UPGRADE, "websocket", true)
        && headers.contains(HttpHeaderNames.SEC_WEBSOCKET_KEY)
        && "13".equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION));
  }

  /** Those it offers, with commas between them. */
  public static String subprotocols(FullHttpRequest request) {
    return String.join(",", request.headers().getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL));
  }

  public static void closeUnlessWritten(ChannelFuture handshake) {
    handshake.addListener(
        written -> {
          if (!written.isSuccess()) {
            handshake.channel().close();
          }
        });
  }

  /** Answers what is none, and closes. */
  public static void required(Channel channel) {
    FullHttpResponse response =
        HttpAnswers.problem(
            HttpResponseStatus.UPGRADE_REQUIRED,
            ErrorCode.INVALID_ARGUMENT,
            "this is a WebSocket: connect with a WebSocket client, version 13");
    response
        .headers()
        .set(HttpHeaderNames.UPGRADE, "websocket")
        .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13")
        .set(HttpHeaderNames.CONNECTION, "upgrade, close");
    HttpAnswers.answerAndClose(channel, response);
  }
}
