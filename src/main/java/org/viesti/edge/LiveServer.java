package org.viesti.edge;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.File;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The listener for live connections: accepts, does TLS and HTTP, and shows each channel to the path
 * it asks for.
 */
public final class LiveServer {
  /**
   * Longest request line and longest headers, in bytes: room for a token of many claims in either.
   */
  private static final int MAX_HEAD = 16 * 1024;

  /**
   * Connections the kernel may hold for us: a node that comes back meets all its clients at once.
   */
  private static final int BACKLOG = 4096;

  private final Channel listener;
  private final EventLoopGroup loops;

  private LiveServer(Channel listener, EventLoopGroup loops) {
    this.listener = listener;
    this.loops = loops;
  }

  /** Listens before it returns; throws {@link CannotListen}. */
  public static LiveServer start(LiveSettings settings, List<LivePath> paths) {
    SslContext tls = settings.tls() == null ? null : tls(settings.tls());
    boolean epoll = Epoll.isAvailable();
    int threads =
        settings.threads() == 0 ? Runtime.getRuntime().availableProcessors() : settings.threads();
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            threads,
            new DefaultThreadFactory("viesti-live", true),
            epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    Class<? extends ServerChannel> kind =
        epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops)
            .channel(kind)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            // One for all channels; each would otherwise make its own.
            .childOption(ChannelOption.RCVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator())
            .childHandler(new FirstHandlers(settings, tls, new Doorman(paths)))
            .bind(settings.host(), settings.port())
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      loops.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      throw new CannotListen(
          "cannot listen on %s:%d for live connections (%s): stop what holds the port, or set viesti.live.host and viesti.live.port"
              .formatted(settings.host(), settings.port(), bound.cause().getMessage()),
          bound.cause());
    }
    return new LiveServer(bound.channel(), loops);
  }

  /** What every channel begins with; a session that takes over leaves only TLS of it. */
  private static final class FirstHandlers extends ChannelInitializer<Channel> {
    private final LiveSettings settings;
    private final @Nullable SslContext tls;
    private final Doorman doorman;

    FirstHandlers(LiveSettings settings, @Nullable SslContext tls, Doorman doorman) {
      this.settings = settings;
      this.tls = tls;
      this.doorman = doorman;
    }

    @Override
    protected void initChannel(Channel channel) {
      ChannelPipeline pipeline = channel.pipeline();
      if (tls != null) {
        pipeline.addLast(tls.newHandler(channel.alloc()));
      }
      pipeline.addLast(new Deadline(settings.helloTimeout()));
      pipeline.addLast(new HttpServerCodec(MAX_HEAD, MAX_HEAD, MAX_HEAD));
      pipeline.addLast(new HttpObjectAggregator(settings.maxFrameBytes(), true));
      pipeline.addLast(doorman);
    }
  }

  private static SslContext tls(LiveSettings.Tls tls) {
    try {
      return SslContextBuilder.forServer(new File(tls.certificate()), new File(tls.key())).build();
    } catch (Exception e) {
      throw new CannotListen(
          "cannot use viesti.live.tls with certificate %s and key %s (%s): both must be readable PEM files, the key unencrypted PKCS#8"
              .formatted(tls.certificate(), tls.key(), e.getMessage()),
          e);
    }
  }

  /** Where it listens; the port is the real one if port 0 was asked for. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /** Accepts no more; open streams go on. */
  public CompletionStage<?> unbind() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    listener.close().addListener(closed -> done.complete(null));
    return done;
  }

  /**
   * Closes whatever is left. A loop that is told to end closes its channels before it does what it
   * was given last, and that is what the clients are told: so it is waited for.
   */
  public CompletionStage<?> stop() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    CompletableFuture<?>[] told =
        StreamSupport.stream(loops.spliterator(), false)
            .map(loop -> CompletableFuture.runAsync(() -> {}, loop))
            .toArray(CompletableFuture[]::new);
    CompletableFuture.allOf(told)
        .thenRun(
            () ->
                loops
                    .shutdownGracefully(0, 5, TimeUnit.SECONDS)
                    .addListener(stopped -> done.complete(null)));
    return done;
  }
}
