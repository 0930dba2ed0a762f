package org.viesti.edge;

import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelHandlerContext;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a channel that is still without a stream when its time is over, however busily it drips
 * bytes. Whoever opens a stream takes it off the pipeline; whoever answers and leaves the channel
 * open sets it anew.
 */
public final class Deadline extends ChannelHandlerAdapter {
  private final Duration time;
  private @Nullable Future<?> timer;

  Deadline(Duration time) {
    this.time = time;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    restart(ctx);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    stop();
  }

  /** The client waits for an answer: the time does not count. On the channel's event loop. */
  public void stop() {
    if (timer != null) {
      timer.cancel(false);
    }
  }

  /** The client was answered, and has the whole time for its next request. */
  public void restart(ChannelHandlerContext ctx) {
    stop();
    timer = ctx.executor().schedule(() -> ctx.close(), time.toMillis(), TimeUnit.MILLISECONDS);
  }
}
