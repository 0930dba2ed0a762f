package org.viesti.edge;

import io.netty.channel.Channel;
import java.util.List;
import org.viesti.connection.CloseCause;
import org.viesti.connection.Wire;
import org.viesti.protocol.ServerFrame;

/**
 * A connection's wire over a Netty channel. What it is given goes as {@link Outgoing} into the
 * channel's pipeline, where the protocol's session, which is the last handler, encodes it on the
 * channel's event loop: it alone knows subprotocol, packet ids and aliases.
 */
public record ChannelWire(Channel channel) implements Wire {

  /** What a session's {@code write} is given. */
  public sealed interface Outgoing {}

  /** To be written as one buffer; its flush follows. */
  public record Batch(List<ServerFrame> frames) implements Outgoing {}

  /** Whether the socket is to be read, once the stream is open. */
  public record Reading(boolean on) implements Outgoing {}

  /** To be told to the client, then the channel closes. */
  public record Farewell(CloseCause cause) implements Outgoing {}

  @Override
  public void send(List<ServerFrame> frames) {
    channel.writeAndFlush(new Batch(List.copyOf(frames)), channel.voidPromise());
  }

  @Override
  public boolean writable() {
    return channel.isWritable();
  }

  @Override
  public void reading(boolean on) {
    // Flushed although it is nothing to be sent: a write alone waits until the loop has other work.
    channel.writeAndFlush(new Reading(on), channel.voidPromise());
  }

  @Override
  public void close(CloseCause cause) {
    channel.writeAndFlush(new Farewell(cause), channel.voidPromise());
  }
}
