package org.viesti.edge.socketio;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * HTTP long polling: a GET that waits brings what there is to say, POSTs bring what the client
 * says. One of each at a time.
 */
final class PollingTransport implements Transport {
  /**
   * While a WebSocket is probed, polls end after this: the client goes over once it has none open,
   * and may have begun another before it knew that the WebSocket works.
   */
  private static final Duration WHILE_PROBED = Duration.ofMillis(100);

  private final SocketIoSession session;
  private final AtomicBoolean probed = new AtomicBoolean();
  private @Nullable Exchange poll;
  private @Nullable Exchange post;
  private boolean reading = true;
  private boolean closing;

  /** What waits for a poll, as the body of its answer. */
  private @Nullable ByteBuf unpolled;

  private volatile boolean full;

  PollingTransport(SocketIoSession session) {
    this.session = session;
  }

  // Requests, on the session's event loop.

  void poll(Exchange request) {
    if (poll != null || (closing && unpolled == null)) {
      request.error(EngineError.BAD_REQUEST);
      session.broken(this);
      return;
    }
    poll = request;
    request.ifGone(
        () ->
            session.onLoop(
                () -> {
                  if (poll == request) {
                    poll = null;
                    session.lost(this);
                  }
                }));
    flush();
    if (probed.get()) {
      session.later(
          WHILE_PROBED,
          () -> {
            if (poll == request) {
              release();
            }
          });
    }
  }

  void post(Exchange request, byte[] body) {
    if (post != null || closing) {
      request.error(EngineError.BAD_REQUEST);
      session.broken(this);
      return;
    }
    post = request;
    request.ifGone(() -> session.lost(this));
    session.received(this, EnginePacket.all(body));
    acknowledge();
  }

  /** Answers the request that brought something, unless no more is to come for now. */
  private void acknowledge() {
    if (post != null && (reading || closing)) {
      post.answer(HttpResponseStatus.OK, "text/html", "ok");
      post = null;
    }
  }

  // Packets.

  @Override
  public void send(List<SocketIo.Outgoing> packets) {
    for (SocketIo.Outgoing packet : packets) {
      PacketWriter.write(next(), packet);
    }
    flush();
  }

  @Override
  public void send(byte[] packet) {
    next().writeBytes(packet);
    flush();
  }

  private ByteBuf next() {
    if (unpolled == null) {
      unpolled = Unpooled.buffer();
    } else {
      unpolled.writeByte(EnginePacket.SEPARATOR);
    }
    return unpolled;
  }

  private void flush() {
    if (unpolled == null) {
      return;
    }
    if (poll == null) {
      full = unpolled.readableBytes() > session.settings().maxUnpolledBytes();
      return;
    }
    Exchange answered = poll;
    ByteBuf body = unpolled;
    poll = null;
    unpolled = null;
    answered.answer(HttpResponseStatus.OK, "text/plain; charset=UTF-8", body);
    if (full) {
      full = false;
      session.writableAgain(this);
    }
    if (closing) {
      session.lost(this);
    }
  }

  @Override
  public boolean writable() {
    return !full;
  }

  @Override
  public void reading(boolean on) {
    reading = on;
    acknowledge();
  }

  // The way to a WebSocket.

  /** Whether it is the first WebSocket that wants to take over; for any thread. */
  boolean probe() {
    return probed.compareAndSet(false, true);
  }

  /** The WebSocket that wanted to take over is gone; for any thread. */
  void unprobe() {
    probed.set(false);
  }

  /** Answers the poll that waits, if one does. */
  void release() {
    if (poll != null) {
      send(PacketWriter.NOOP);
    }
  }

  /** Leaves what nobody has polled to the WebSocket that takes over. */
  void handOver(WebSocketTransport to) {
    release();
    if (unpolled != null) {
      to.sendAll(unpolled);
      unpolled = null;
    }
    cut();
  }

  // The end.

  @Override
  public void close() {
    closing = true;
    acknowledge();
    send(PacketWriter.CLOSE);
  }

  @Override
  public void cut() {
    closing = true;
    acknowledge();
    release();
  }
}
