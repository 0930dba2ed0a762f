package org.viesti.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Plays a node's part at one WebSocket at a time, word by word, as the test of a client wants it.
 */
final class ScriptedNode implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final EventLoopGroup threads =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Channel door;
  private final BlockingQueue<JsonNode> heard = new LinkedBlockingQueue<>();
  private volatile @Nullable Channel client;

  ScriptedNode() {
    door =
        new ServerBootstrap()
            .group(threads)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            new HttpServerCodec(),
                            new HttpObjectAggregator(65_536),
                            new WebSocketServerProtocolHandler("/ws", "viesti.v1.json"),
                            new Hearing());
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();
  }

  private final class Hearing extends SimpleChannelInboundHandler<TextWebSocketFrame> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, TextWebSocketFrame frame) {
      try {
        client = ctx.channel();
        heard.add(JSON.readTree(frame.text()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  URI uri() {
    return URI.create(
        "ws://127.0.0.1:" + ((InetSocketAddress) door.localAddress()).getPort() + "/ws");
  }

  /** The next frame from a client, which must be of this type. */
  JsonNode hears(String type) throws InterruptedException {
    JsonNode frame = heard.poll(10, TimeUnit.SECONDS);
    if (frame == null || !frame.path("type").asText().equals(type)) {
      throw new AssertionError("expected " + type + ", heard " + frame);
    }
    return frame;
  }

  void hearsNothing(Duration during) throws InterruptedException {
    JsonNode frame = heard.poll(during.toMillis(), TimeUnit.MILLISECONDS);
    if (frame != null) {
      throw new AssertionError("expected nothing, heard " + frame);
    }
  }

  void says(String json) {
    present().writeAndFlush(new TextWebSocketFrame(json));
  }

  /** Says it in fragments of so many bytes, wherever that cuts a character. */
  void saysInPieces(String json, int size) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    for (int from = 0; from < bytes.length; from += size) {
      int length = Math.min(size, bytes.length - from);
      var piece = Unpooled.copiedBuffer(bytes, from, length);
      boolean last = from + length == bytes.length;
      present()
          .writeAndFlush(
              from == 0
                  ? new TextWebSocketFrame(last, 0, piece)
                  : new ContinuationWebSocketFrame(last, 0, piece));
    }
  }

  void welcomes() {
    says("{\"type\":\"welcome\",\"resume\":\"token\",\"heartbeat_ms\":60000}");
  }

  void delivers(long seq, long prev, String text) {
    says(delivery(seq, prev, text));
  }

  static String delivery(long seq, long prev, String text) {
    return """
    {"type":"delivery","topic":"rooms/r","seq":%d,"prev":%d,"message":{"id":"r.%d","sender":"ann",
     "body":{"kind":"post","client_id":"c%d","payload":{"type":"text","body":"%s"}}}}"""
        .formatted(seq, prev, seq, seq, text);
  }

  /** Cuts the link. */
  void cuts() {
    present().close();
  }

  private Channel present() {
    Channel channel = client;
    if (channel == null) {
      throw new AssertionError("no client has spoken yet");
    }
    return channel;
  }

  @Override
  public void close() {
    door.close();
    threads.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
