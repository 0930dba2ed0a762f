package org.viesti.edge.socketio;

import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Has a session ping its client, and looks after a while whether the client was heard of. What it
 * says meanwhile is noted and no more: the one timer is set twice in a period, however much is
 * said. All on the session's event loop.
 */
final class Heartbeat implements Runnable {
  private final SocketIoSession session;
  private final EventExecutor loop;
  private boolean pinged;
  private boolean heard;
  private @Nullable Future<?> timer;

  Heartbeat(SocketIoSession session, EventExecutor loop) {
    this.session = session;
    this.loop = loop;
  }

  void start() {
    after(session.settings().pingInterval());
  }

  /** The client said something, or could not. */
  void heard() {
    heard = true;
  }

  @Override
  public void run() {
    SocketIoSettings settings = session.settings();
    if (!pinged) {
      pinged = true;
      heard = false;
      after(settings.pingTimeout());
      session.ping();
    } else if (heard || !session.listens()) {
      pinged = false;
      Duration rest = settings.pingInterval().minus(settings.pingTimeout());
      after(rest.isNegative() ? Duration.ZERO : rest);
    } else {
      session.silent();
    }
  }

  private void after(Duration time) {
    timer = loop.schedule(this, time.toMillis(), TimeUnit.MILLISECONDS);
  }

  void stop() {
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
