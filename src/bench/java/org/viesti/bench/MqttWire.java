package org.viesti.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One connection that speaks as much of MQTT 5 as is measured, at QoS 1, and no more: a generator
 * that shares its machine with the broker must cost little. What is written goes out by {@link
 * #flush}, and after each read.
 */
final class MqttWire extends ByteToMessageDecoder {
  /** Longer than anything here lasts: no connection needs to be kept alive. */
  private static final int KEEP_ALIVE_SECONDS = 3600;

  private static final int SESSION_EXPIRY_SECONDS = 3600;
  private static final int SESSION_EXPIRY = 0x11;
  private static final int CLEAN_START = 2;
  private static final int REFUSED = 0x80;

  /** First bytes of packets. */
  private static final int CONNECT = 0x10;

  private static final int PUBLISH_QOS_1 = 0x32;
  private static final int PUBACK = 0x40;
  private static final int SUBSCRIBE = 0x82;
  private static final int DISCONNECT = 0xe0;

  private final MqttClient client;
  private final String id;
  private final boolean durable;
  private @Nullable Channel channel;
  private @Nullable ByteBuf out;
  private boolean leaving;

  MqttWire(MqttClient client, String id, boolean durable) {
    this.client = client;
    this.id = id;
    this.durable = durable;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    channel = ctx.channel();
    int properties = durable ? 5 : 0;
    ByteBuf packet = out().writeByte(CONNECT).writeByte(11 + properties + 2 + id.length());
    writeText(packet, "MQTT");
    packet.writeByte(5).writeByte(durable ? 0 : CLEAN_START).writeShort(KEEP_ALIVE_SECONDS);
    packet.writeByte(properties);
    if (durable) {
      packet.writeByte(SESSION_EXPIRY).writeInt(SESSION_EXPIRY_SECONDS);
    }
    writeText(packet, id);
    flush();
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> unused) {
    while (in.isReadable()) {
      int start = in.readerIndex();
      int first = in.readUnsignedByte();
      int length = readVariable(in);
      if (length < 0 || in.readableBytes() < length) {
        in.readerIndex(start);
        return;
      }
      int end = in.readerIndex() + length;
      read(first, in, end);
      in.readerIndex(end);
    }
  }

  /** By packet type; the reason code of a SUBACK for one filter is its last byte. */
  private void read(int first, ByteBuf in, int end) {
    switch (first >> 4) {
      case 2 -> {
        boolean present = in.readByte() == 1;
        if (granted("CONNACK", in.readUnsignedByte())) {
          client.connected(present);
        }
      }
      case 3 -> received(first, in, end);
      case 4 -> {
        int packetId = in.readUnsignedShort();
        if (granted("PUBACK", in.readerIndex() < end ? in.readUnsignedByte() : 0)) {
          client.acknowledged(packetId);
        }
      }
      case 9 -> {
        if (granted("SUBACK", in.getUnsignedByte(end - 1))) {
          client.subscribed();
        }
      }
      case 14 -> client.broke("DISCONNECT " + (in.readerIndex() < end ? in.readUnsignedByte() : 0));
      default -> client.broke("a packet that begins with " + first);
    }
  }

  private boolean granted(String packet, int reason) {
    if (reason >= REFUSED) {
      client.broke(packet + " " + reason);
    }
    return reason < REFUSED;
  }

  private void received(int first, ByteBuf in, int end) {
    in.skipBytes(in.readUnsignedShort());
    boolean answer = (first & 0x06) != 0;
    int packetId = answer ? in.readUnsignedShort() : 0;
    in.skipBytes(readVariable(in));
    client.received(in.slice(in.readerIndex(), end - in.readerIndex()));
    if (answer) {
      out().writeByte(PUBACK).writeByte(2).writeShort(packetId);
    }
  }

  void subscribe(String filter) {
    ByteBuf packet = out().writeByte(SUBSCRIBE).writeByte(2 + 1 + 2 + filter.length() + 1);
    packet.writeShort(1).writeByte(0);
    writeText(packet, filter);
    packet.writeByte(1);
  }

  /** Begins a message; its payload of so many bytes is written to what this returns. */
  ByteBuf publish(String topic, int packetId, int bytes) {
    ByteBuf packet = out().writeByte(PUBLISH_QOS_1);
    writeVariable(packet, 2 + topic.length() + 2 + 1 + bytes);
    writeText(packet, topic);
    return packet.writeShort(packetId).writeByte(0);
  }

  /** Says goodbye; a durable session stays. */
  void leave() {
    leaving = true;
    out().writeByte(DISCONNECT).writeByte(0);
    flush();
    channel().close();
  }

  void flush() {
    if (out != null) {
      channel().writeAndFlush(out, channel().voidPromise());
      out = null;
    }
  }

  private ByteBuf out() {
    if (out == null) {
      out = channel().alloc().buffer();
    }
    return out;
  }

  private Channel channel() {
    if (channel == null) {
      throw new IllegalStateException(id + " is not connected");
    }
    return channel;
  }

  private static void writeText(ByteBuf packet, String text) {
    packet.writeShort(text.length()).writeCharSequence(text, US_ASCII);
  }

  private static void writeVariable(ByteBuf packet, int value) {
    int rest = value;
    for (; rest > 0x7f; rest >>>= 7) {
      packet.writeByte(rest & 0x7f | 0x80);
    }
    packet.writeByte(rest);
  }

  /** A number of one to four bytes, or -1 if not all of it is there. */
  private static int readVariable(ByteBuf in) {
    int value = 0;
    for (int shift = 0; in.isReadable(); shift += 7) {
      int next = in.readByte();
      value |= (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    return -1;
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    super.channelReadComplete(ctx);
    flush();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (!leaving) {
      client.broke("connection closed");
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    client.broke(cause.toString());
    ctx.close();
  }
}
