package org.viesti.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One user's one device: posts, checks that what it receives is a chain without gaps, and
 * acknowledges it. Belongs to the generator's event loop.
 */
final class Device extends ChannelInboundHandlerAdapter {
  private static final byte[] TYPE = key("{\"type\":\"");
  private static final byte[] TOPIC = key("\"topic\":\"");
  private static final byte[] ROOM_TOPIC = key("rooms/");
  private static final byte[] DASH = key("-");
  private static final byte[] SEQ = key("\"seq\":");
  private static final byte[] PREV = key("\"prev\":");
  private static final byte[] HEAD = key("\"head\":");
  private static final byte[] ID = key("\"id\":\"");
  private static final byte[] ROOM = key("\"room\":\"");
  private static final byte[] STAMP = key("\"body\":\"@");
  private static final byte[] NONCE = key("\"nonce\":\"");
  private static final byte[] HEARTBEAT = key("\"heartbeat_ms\":");
  private static final byte[] DELIVERY = key("delivery\"");
  private static final byte[] SEND_ACK = key("send_ack\"");
  private static final byte[] PING = key("ping\"");
  private static final byte[] ERROR = key("error\"");
  private static final byte[] RESET = key("reset\"");
  private static final byte[] WELCOME = key("welcome\"");
  private static final byte[] CAUGHT_UP = key("caught_up\"");
  private static final long UNKNOWN = -1;

  private final Fleet fleet;
  final int user;
  private final int[] rooms;

  /** The last position by room, and at the end that of the user's own topic. */
  private final long[] seqs;

  private final boolean[] toAck;
  private int deliveredSinceAck;
  private @Nullable Channel channel;
  private boolean flushing;
  private long wroteAt;
  private long heartbeatNanos = Long.MAX_VALUE;
  int inFlight;

  private boolean silent;
  private long held;

  Device(Fleet fleet, int user, int[] rooms) {
    this.fleet = fleet;
    this.user = user;
    this.rooms = rooms;
    this.seqs = new long[rooms.length + 1];
    this.toAck = new boolean[rooms.length + 1];
    Arrays.fill(seqs, UNKNOWN);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    channel = ctx.channel();
    ctx.fireChannelActive();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == WebSocketClientProtocolHandler.ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
      write(text("{\"type\":\"hello\"}"));
      flush();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (message instanceof TextWebSocketFrame frame) {
        fleet.scan.load(frame.content());
        read(fleet.scan);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    flush();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    fleet.broke(this, "connection closed");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fleet.broke(this, cause.toString());
    ctx.close();
  }

  private void read(FrameScan frame) {
    frame.find(TYPE);
    if (frame.startsWith(DELIVERY)) {
      delivered(frame);
    } else if (frame.startsWith(SEND_ACK)) {
      acked(frame);
    } else if (frame.startsWith(PING)) {
      pong(frame);
    } else if (frame.startsWith(ERROR)) {
      inFlight--;
      fleet.refused(this, frame);
    } else if (frame.startsWith(RESET)) {
      int slot = slot(frame);
      seqs[slot] = frame.number(HEAD);
    } else if (frame.startsWith(WELCOME)) {
      heartbeatNanos = frame.number(HEARTBEAT) * 1_000_000;
    } else if (frame.startsWith(CAUGHT_UP)) {
      fleet.ready();
    }
  }

  private void delivered(FrameScan frame) {
    int slot = slot(frame);
    long seq = frame.number(SEQ);
    long prev = frame.number(PREV);
    long last = seqs[slot];
    if (seq <= last) {
      fleet.disordered++;
      return;
    }
    if (last != UNKNOWN && prev > last) {
      fleet.lost++;
    }
    seqs[slot] = seq;
    toAck[slot] = true;
    if (silent) {
      held++;
      return;
    }
    fleet.tally.deliveries++;
    if (slot < rooms.length && frame.find(STAMP)) {
      fleet.tally.arrived(System.nanoTime() - frame.number());
    }
    if (++deliveredSinceAck >= fleet.plan.ackEvery()) {
      acknowledge();
    }
  }

  private void acked(FrameScan frame) {
    frame.find(ID);
    long sent = frame.number();
    frame.find(ROOM);
    frame.find(DASH);
    int room = (int) frame.number();
    long seq = frame.number(SEQ);
    inFlight--;
    fleet.recorded(this, room, seq, System.nanoTime() - sent);
  }

  private int slot(FrameScan frame) {
    frame.find(TOPIC);
    if (!frame.startsWith(ROOM_TOPIC)) {
      return rooms.length;
    }
    frame.find(DASH);
    int slot = Arrays.binarySearch(rooms, (int) frame.number());
    if (slot < 0) {
      throw new IllegalStateException("not a room of user " + user + ": " + frame);
    }
    return slot;
  }

  private void pong(FrameScan frame) {
    ByteBuf pong = text("{\"type\":\"pong\"");
    if (frame.find(NONCE)) {
      pong.writeBytes(key(",\"nonce\":\"")).writeBytes(frame.string()).writeByte('"');
    }
    write(pong.writeByte('}'));
  }

  /**
   * Posts to a room. The due time is in the id and the text, so that acks and deliveries tell how
   * long they took.
   */
  void post(int room, long due) {
    byte[] stamp = key(Long.toString(due));
    ByteBuf frame = text("{\"type\":\"send\",\"id\":\"").writeBytes(stamp);
    frame.writeBytes(key("-" + fleet.nextPost() + "\",\"room\":\"" + Topology.roomId(room)));
    frame.writeBytes(key("\",\"payload\":{\"type\":\"text\",\"body\":\"@")).writeBytes(stamp);
    write(frame.writeBytes(fleet.padding).writeBytes(key("\"}}")));
    inFlight++;
  }

  /**
   * Sends what is due: an ack, or a ping if the device has said nothing for half the time it may.
   */
  void sweep(long now) {
    if (deliveredSinceAck > 0 && !silent) {
      acknowledge();
      flush();
    } else if (now - wroteAt > heartbeatNanos / 2) {
      write(text("{\"type\":\"ping\"}"));
      flush();
    }
  }

  private void acknowledge() {
    ByteBuf frame = text("{\"type\":\"ack\",\"positions\":{");
    char comma = ' ';
    for (int slot = 0; slot < seqs.length; slot++) {
      if (toAck[slot]) {
        toAck[slot] = false;
        frame.writeByte(comma);
        frame.writeBytes(key("\"" + topic(slot) + "\":" + seqs[slot]));
        comma = ',';
      }
    }
    write(frame.writeBytes(key("}}")));
    deliveredSinceAck = 0;
  }

  private String topic(int slot) {
    return slot < rooms.length
        ? "rooms/" + Topology.roomId(rooms[slot])
        : "users/" + Topology.userId(user);
  }

  /** Stops reading the socket. */
  void stall() {
    silent = true;
    held = 0;
    channel().config().setAutoRead(false);
  }

  /** Reads again, but acknowledges nothing yet. */
  void readAgain() {
    channel().config().setAutoRead(true);
  }

  /** Acknowledges again; returns what was delivered without an ack. */
  long speakAgain() {
    silent = false;
    acknowledge();
    flush();
    return held;
  }

  int[] rooms() {
    return rooms;
  }

  /** How many positions this device is behind its rooms' heads. */
  long behind(long[] heads) {
    long behind = 0;
    for (int slot = 0; slot < rooms.length; slot++) {
      behind += Math.max(0, heads[rooms[slot]] - Math.max(0, seqs[slot]));
    }
    return behind;
  }

  void flush() {
    if (flushing) {
      flushing = false;
      channel().flush();
    }
  }

  private void write(ByteBuf json) {
    flushing = true;
    wroteAt = fleet.now();
    Channel to = channel();
    to.write(new TextWebSocketFrame(json), to.voidPromise());
  }

  private ByteBuf text(String start) {
    return channel().alloc().buffer(256).writeBytes(key(start));
  }

  private Channel channel() {
    if (channel == null) {
      throw new IllegalStateException("user " + user + " is not connected");
    }
    return channel;
  }

  private static byte[] key(String ascii) {
    return ascii.getBytes(US_ASCII);
  }
}
