package org.viesti;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A WebSocket server whose every word a test decides. */
final class LiveServer implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final EventLoopGroup threads =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final BlockingQueue<Link> links = new LinkedBlockingQueue<>();
  private final Channel listener;
  private volatile int refusal;

  LiveServer() throws InterruptedException {
    listener =
        new ServerBootstrap()
            .group(threads)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    pipeline(channel.pipeline());
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sync()
            .channel();
  }

  URI url() {
    int port = ((InetSocketAddress) listener.localAddress()).getPort();
    return URI.create("ws://127.0.0.1:" + port + "/ws");
  }

  /** Answers upgrades with this status from now on. */
  void refuse(int status) {
    refusal = status;
  }

  /** The next client that comes. */
  Link accept() throws InterruptedException {
    Link link = links.poll(10, TimeUnit.SECONDS);
    if (link == null) {
      throw new AssertionError("nobody came");
    }
    return link;
  }

  @Override
  public void close() {
    threads.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private void pipeline(ChannelPipeline pipeline) {
    Link link = new Link();
    pipeline.addLast(new HttpServerCodec(), new HttpObjectAggregator(8192));
    pipeline.addLast(link.door());
    pipeline.addLast(new WebSocketServerProtocolHandler("/ws", TailLink.SUBPROTOCOL));
    pipeline.addLast(link);
  }

  /** One client's connection. */
  final class Link extends SimpleChannelInboundHandler<TextWebSocketFrame> {
    private final BlockingQueue<JsonNode> frames = new LinkedBlockingQueue<>();
    private final CompletableFuture<ChannelHandlerContext> context = new CompletableFuture<>();
    private volatile String authorization = "";
    private volatile String subprotocol = "";

    String bearer() {
      return authorization.substring("Bearer ".length());
    }

    String subprotocol() {
      return subprotocol;
    }

    /** The client's next frame. */
    JsonNode next() throws InterruptedException {
      JsonNode frame = frames.poll(10, TimeUnit.SECONDS);
      if (frame == null) {
        throw new AssertionError("the client said nothing");
      }
      return frame;
    }

    void say(String... frames) {
      for (String frame : frames) {
        context.join().write(new TextWebSocketFrame(frame.replace('\'', '"')));
      }
      context.join().flush();
    }

    void bye(int code, String reason) {
      context.join().writeAndFlush(new CloseWebSocketFrame(code, reason));
    }

    void cut() {
      context.join().close();
    }

    private ChannelInboundHandlerAdapter door() {
      return new ChannelInboundHandlerAdapter() {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
          if (message instanceof FullHttpRequest request) {
            authorization = request.headers().get("authorization", "");
            if (refusal != 0) {
              ReferenceCountUtil.release(message);
              var status = HttpResponseStatus.valueOf(refusal);
              var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status);
              response.headers().set("content-length", 0);
              ctx.writeAndFlush(response);
              return;
            }
          }
          ctx.fireChannelRead(message);
        }
      };
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof WebSocketServerProtocolHandler.HandshakeComplete complete) {
        context.complete(ctx);
        String selected = complete.selectedSubprotocol();
        subprotocol = selected == null ? "" : selected;
        links.add(this);
      }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, TextWebSocketFrame frame)
        throws Exception {
      frames.add(JSON.readTree(frame.text()));
    }
  }
}
