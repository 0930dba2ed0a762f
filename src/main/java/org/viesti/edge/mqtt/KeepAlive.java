package org.viesti.edge.mqtt;

import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a connection that said nothing for one and a half keep alives (MQTT-3.1.2-22). What is said
 * only notes the time: the one timer, when it is due, looks how much of it is left. While the
 * socket is not read nobody knows what the client says, so that time does not count.
 */
final class KeepAlive {
  private final ChannelHandlerContext ctx;
  private final long most;
  private final Runnable silent;
  private long heardAt = System.nanoTime();
  private @Nullable Future<?> timer;

  KeepAlive(ChannelHandlerContext ctx, int seconds, Runnable silent) {
    this.ctx = ctx;
    this.most = TimeUnit.SECONDS.toNanos(seconds) * 3 / 2;
    this.silent = silent;
    if (most > 0) {
      after(most);
    }
  }

  void heard() {
    heardAt = System.nanoTime();
  }

  private void after(long nanos) {
    timer = ctx.executor().schedule(this::look, nanos, TimeUnit.NANOSECONDS);
  }

  private void look() {
    if (!ctx.channel().config().isAutoRead()) {
      heard();
    }
    long left = most - (System.nanoTime() - heardAt);
    if (left > 0) {
      after(left);
    } else {
      silent.run();
    }
  }

  void stop() {
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
