package org.viesti.edge;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpRequest;

/** One protocol of the live listener, found by the path of a connection's HTTP request. */
public interface LivePath {
  /**
   * A path, such as {@code /ws}; with a slash at its end, it (also without the slash) and
   * everything below it. {@code /} is only itself.
   */
  String path();

  /** The longest body of a request, in bytes, if it takes longer ones than the listener does. */
  default int maxBodyBytes() {
    return 0;
  }

  /**
   * Answers a request, on the channel's event loop: with a response (see {@link HttpAnswers}), or
   * by an upgrade that takes the HTTP handlers off the pipeline. Does not release the request, and
   * may use it only during the call.
   *
   * @param ctx the context of the last HTTP handler, {@link Doorman}: replace it to take the
   *     channel over
   */
  void handle(ChannelHandlerContext ctx, FullHttpRequest request);
}
