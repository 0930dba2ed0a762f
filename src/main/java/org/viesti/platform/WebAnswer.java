package org.viesti.platform;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.viesti.platform.WebFailure.Reason;

/** One request and its answer, of whose body no more is read than may be. */
final class WebAnswer extends SimpleChannelInboundHandler<HttpObject> {
  private static final int SUCCESS = 2;

  private final WebUrl url;
  private final String accept;
  private final WebSettings settings;
  private final CompletableFuture<HttpResponse> answered = new CompletableFuture<>();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private @Nullable HttpResponse head;

  WebAnswer(WebUrl url, String accept, WebSettings settings) {
    this.url = url;
    this.accept = accept;
    this.settings = settings;
  }

  /** Done once all is read, after which {@link #page} tells it. */
  CompletableFuture<HttpResponse> answered() {
    return answered;
  }

  void fail(Throwable why) {
    answered.completeExceptionally(why);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    FullHttpRequest request =
        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, url.target());
    request
        .headers()
        .set(HttpHeaderNames.HOST, url.authority())
        .set(HttpHeaderNames.ACCEPT, accept)
        .set(HttpHeaderNames.ACCEPT_ENCODING, HttpHeaderValues.GZIP)
        .set(HttpHeaderNames.USER_AGENT, settings.userAgent())
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    ctx.writeAndFlush(request, ctx.voidPromise());
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, HttpObject part)
      throws IOException, WebFailure {
    if (part.decoderResult().isFailure()) {
      fail(new IOException("no HTTP", part.decoderResult().cause()));
      return;
    }
    if (part instanceof HttpResponse response && response.status().code() >= 200) {
      head = response;
      if (response.status().code() / 100 != SUCCESS) {
        answered.complete(response);
      }
    }
    if (part instanceof HttpContent content && head != null && !answered.isDone()) {
      content.content().readBytes(body, content.content().readableBytes());
      if (body.size() > settings.maxBytes()) {
        throw tooLarge();
      }
      if (content instanceof LastHttpContent) {
        answered.complete(head);
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    fail(new SocketException("closed before all was sent"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(cause);
  }

  /** What was answered, decompressed. */
  WebPage page(HttpResponse answer) throws WebFailure {
    return new WebPage(
        url.text(),
        answer.status().code(),
        answer.status().reasonPhrase(),
        answer.headers().get(HttpHeaderNames.LOCATION),
        answer.headers().get(HttpHeaderNames.CONTENT_TYPE),
        decompressed(answer.headers().get(HttpHeaderNames.CONTENT_ENCODING, "")));
  }

  private byte[] decompressed(String encoding) throws WebFailure {
    byte[] sent = body.toByteArray();
    if (sent.length == 0) {
      return sent;
    }
    switch (encoding.strip().toLowerCase(Locale.ROOT)) {
      case "", "identity" -> {
        return sent;
      }
      case "gzip", "x-gzip" -> {
        try (GZIPInputStream plain = new GZIPInputStream(new ByteArrayInputStream(sent))) {
          byte[] all = plain.readNBytes(settings.maxBytes() + 1);
          if (all.length > settings.maxBytes()) {
            throw tooLarge();
          }
          return all;
        } catch (IOException e) {
          throw unreadable(e.toString());
        }
      }
      default -> throw unreadable("content-encoding " + encoding + ", which was not asked for");
    }
  }

  private WebFailure tooLarge() {
    return WebFailure.lasting(
        Reason.TOO_LARGE, url.text(), "more than " + settings.maxBytes() + " bytes");
  }

  private WebFailure unreadable(String why) {
    return WebFailure.lasting(Reason.UNREACHABLE, url.text(), why);
  }
}
