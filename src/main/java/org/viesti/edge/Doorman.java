package org.viesti.edge;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viesti.protocol.ErrorCode;

/**
 * The last HTTP handler of every live channel: shows each request to its path, and turns away what
 * has none.
 */
@Sharable
final class Doorman extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger LOG = LoggerFactory.getLogger(Doorman.class);
  private final List<LivePath> paths;

  Doorman(List<LivePath> paths) {
    this.paths = List.copyOf(paths);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
    if (request.decoderResult().isFailure()) {
      HttpAnswers.answerAndClose(
          ctx.channel(),
          HttpAnswers.problem(
              HttpResponseStatus.BAD_REQUEST,
              ErrorCode.INVALID_ARGUMENT,
              "this is not HTTP/1.1, or its request line or headers are larger than 16 kB"));
      return;
    }
    String uri = request.uri();
    int query = uri.indexOf('?');
    String path = query < 0 ? uri : uri.substring(0, query);
    for (LivePath candidate : paths) {
      if (leadsTo(path, candidate.path())) {
        candidate.handle(ctx, request);
        return;
      }
    }
    HttpAnswers.answerAndClose(
        ctx.channel(),
        HttpAnswers.problem(
            HttpResponseStatus.NOT_FOUND,
            ErrorCode.NOT_FOUND,
            "nothing lives here; the live port serves "
                + String.join(", ", paths.stream().map(LivePath::path).toList())));
  }

  private static boolean leadsTo(String path, String own) {
    return own.length() > 1 && own.endsWith("/") ? (path + "/").startsWith(own) : path.equals(own);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    LOG.debug("decode: closing {}", ctx.channel(), cause);
    ctx.close();
  }
}
