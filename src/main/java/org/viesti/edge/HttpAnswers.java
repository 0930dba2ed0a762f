package org.viesti.edge;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;

/**
 * What the live listener answers in HTTP when there is no stream to open: JSON problems (RFC 9457),
 * then it closes.
 */
public final class HttpAnswers {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private HttpAnswers() {}

  public static FullHttpResponse problem(HttpResponseStatus status, Refusal refusal) {
    ObjectNode body =
        MAPPER
            .createObjectNode()
            .put("type", "about:blank")
            .put("title", status.reasonPhrase())
            .put("status", status.code())
            .put("detail", refusal.detail())
            .put("code", refusal.code().name());
    if (refusal.retryAfterMs() != null) {
      body.put("retry_after", refusal.retryAfterMs());
    }
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            status,
            Unpooled.wrappedBuffer(body.toString().getBytes(StandardCharsets.UTF_8)));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "application/problem+json")
        .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    return response;
  }

  /** The HTTP status of a refusal. */
  public static HttpResponseStatus status(ErrorCode code) {
    return switch (code) {
      case INVALID_ARGUMENT, PAYLOAD_MISMATCH -> HttpResponseStatus.BAD_REQUEST;
      case UNAUTHENTICATED, TOKEN_EXPIRED -> HttpResponseStatus.UNAUTHORIZED;
      case DEVICE_REVOKED, PERMISSION_DENIED -> HttpResponseStatus.FORBIDDEN;
      case NOT_FOUND -> HttpResponseStatus.NOT_FOUND;
      case ALREADY_EXISTS, CONNECTED_ELSEWHERE -> HttpResponseStatus.CONFLICT;
      case GONE -> HttpResponseStatus.GONE;
      case FAILED_PRECONDITION, RESUME_REJECTED -> HttpResponseStatus.PRECONDITION_FAILED;
      case TOO_LARGE -> HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
      case LIMIT_EXCEEDED, RATE_LIMITED -> HttpResponseStatus.TOO_MANY_REQUESTS;
      case INTERNAL -> HttpResponseStatus.INTERNAL_SERVER_ERROR;
      case DRAINING, UNAVAILABLE -> HttpResponseStatus.SERVICE_UNAVAILABLE;
    };
  }

  public static FullHttpResponse problem(HttpResponseStatus status, ErrorCode code, String detail) {
    return problem(status, Refusal.of(code, detail));
  }

  public static void answerAndClose(Channel channel, FullHttpResponse response) {
    channel.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }
}
