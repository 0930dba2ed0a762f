package org.viesti.edge.socketio;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viesti.edge.Deadline;
import org.viesti.edge.WebSocketBytes;

/**
 * A WebSocket: a text frame is a packet, a binary frame an attachment of one. What is read at once
 * goes up at once. One that is to take over from polling is probed first; its session lives on
 * without it.
 */
final class WebSocketTransport extends ChannelInboundHandlerAdapter implements Transport {
  private static final Logger LOG = LoggerFactory.getLogger(WebSocketTransport.class);

  /** A frame's length stands before its bytes: they are written here first. */
  private static final FastThreadLocal<ByteBuf> SCRATCH =
      new FastThreadLocal<>() {
        @Override
        protected ByteBuf initialValue() {
          return Unpooled.buffer(512);
        }
      };

  /** A scratch that grew larger than this for one packet is not kept. */
  private static final int SCRATCH_AT_MOST = 64 * 1024;

  private final SocketIoSession session;
  private final Channel channel;

  /** What it is to take over from, until it does. */
  private @Nullable PollingTransport from;

  private volatile int closeCode = WebSocketCloseStatus.NORMAL_CLOSURE.code();
  private volatile boolean closing;

  /** The packets of the current read. */
  private @Nullable List<EnginePacket> burst;

  /**
   * @param from what it is to take over from; null: it is the session's first
   */
  WebSocketTransport(SocketIoSession session, Channel channel, @Nullable PollingTransport from) {
    this.session = session;
    this.channel = channel;
    this.from = from;
  }

  // What the client sends.

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      switch (message) {
        case TextWebSocketFrame text -> {
          byte[] bytes = ByteBufUtil.getBytes(text.content());
          gather(EnginePacket.of(bytes, 0, bytes.length));
        }
        case BinaryWebSocketFrame _ -> gather(new EnginePacket.Attachment());
        case PingWebSocketFrame ping -> {
          if (channel.isWritable() && !closing) {
            write(WebSocketBytes.control(WebSocketBytes.PONG, ping.content()));
          }
        }
        case CloseWebSocketFrame _ -> clientCloses();
        default -> {} // a pong; or bytes that came before the upgrade was answered
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void gather(EnginePacket packet) {
    if (from == null) {
      if (burst == null) {
        burst = new ArrayList<>(4);
      }
      burst.add(packet);
      return;
    }
    if (closing) {
      return;
    }
    switch (packet) {
      case EnginePacket.Probe _ -> {
        send(PacketWriter.PROBED);
        session.probed();
      }
      case EnginePacket.Upgrade _ -> {
        from = null;
        channel.pipeline().remove(Deadline.class);
        session.upgraded(this);
      }
      default -> close(); // the deadline cuts off whoever does not close as well
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    tellBurst();
  }

  private void tellBurst() {
    if (burst != null) {
      List<EnginePacket> packets = burst;
      burst = null;
      session.received(this, packets);
    }
  }

  private void clientCloses() {
    tellBurst();
    if (closing) {
      channel.close();
    } else {
      closing = true;
      channel
          .writeAndFlush(WebSocketBytes.close(WebSocketCloseStatus.NORMAL_CLOSURE.code(), ""))
          .addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    tellBurst();
    if (from != null) {
      from.unprobe();
    }
    session.lost(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    switch (cause) {
      case CorruptedWebSocketFrameException broken -> breakOff(broken.closeStatus());
      case TooLongFrameException _ -> breakOff(WebSocketCloseStatus.MESSAGE_TOO_BIG);
      case IOException _ -> channel.close(); // channelInactive tells
      default -> {
        LOG.error("decode: closing {}", channel, cause);
        breakOff(WebSocketCloseStatus.INTERNAL_SERVER_ERROR);
      }
    }
  }

  private void breakOff(WebSocketCloseStatus status) {
    tellBurst();
    closeCode = status.code();
    if (from == null) {
      session.broken(this);
    } else {
      close();
    }
  }

  // What the server sends.

  @Override
  public void send(List<SocketIo.Outgoing> packets) {
    ByteBuf out = channel.alloc().buffer();
    for (SocketIo.Outgoing packet : packets) {
      ByteBuf scratch = SCRATCH.get().clear();
      PacketWriter.write(scratch, packet);
      frame(out, scratch);
      scratch.setZero(0, scratch.writerIndex()); // it may have had a secret in it
      if (scratch.capacity() > SCRATCH_AT_MOST) {
        SCRATCH.remove();
      }
    }
    write(out);
  }

  @Override
  public void send(byte[] packet) {
    ByteBuf out = channel.alloc().buffer();
    frame(out, Unpooled.wrappedBuffer(packet));
    write(out);
  }

  /** Sends the packets of a poll's answer. */
  void sendAll(ByteBuf polled) {
    ByteBuf out = channel.alloc().buffer();
    while (polled.isReadable()) {
      int length = polled.bytesBefore(EnginePacket.SEPARATOR);
      frame(out, polled.readSlice(length < 0 ? polled.readableBytes() : length));
      polled.skipBytes(length < 0 ? 0 : 1);
    }
    write(out);
  }

  private static void frame(ByteBuf out, ByteBuf packet) {
    WebSocketBytes.header(out, WebSocketBytes.FIN | WebSocketBytes.TEXT, packet.readableBytes());
    out.writeBytes(packet);
  }

  private void write(ByteBuf frames) {
    if (closing) {
      frames.release(); // nothing may follow a close frame
    } else {
      channel.writeAndFlush(frames, channel.voidPromise());
    }
  }

  @Override
  public boolean writable() {
    return channel.isWritable();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (channel.isWritable()) {
      session.writableAgain(this);
    }
  }

  @Override
  public void reading(boolean on) {
    channel.config().setAutoRead(on);
  }

  // The end.

  @Override
  public void close() {
    if (!closing) {
      write(WebSocketBytes.close(closeCode, ""));
      closing = true;
      channel.config().setAutoRead(true); // to see the client's close
    }
  }

  @Override
  public void cut() {
    channel.close();
  }
}
