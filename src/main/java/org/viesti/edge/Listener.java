package org.viesti.edge;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.File;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;

/** A listening socket, and the threads that serve the channels it accepts. */
public final class Listener {
  /**
   * Connections the kernel may hold for us: a node that comes back meets all its clients at once.
   */
  private static final int BACKLOG = 4096;

  private final Channel channel;
  private final EventLoopGroup loops;

  private Listener(Channel channel, EventLoopGroup loops) {
    this.channel = channel;
    this.loops = loops;
  }

  /**
   * Listens before it returns; throws {@link CannotListen}.
   *
   * @param name of its threads
   * @param what it listens for
   * @param keys the settings of host and port
   * @param threads 0: as many as processors
   * @param first gives each channel its handlers
   */
  public static Listener start(
      String name,
      String what,
      String keys,
      String host,
      int port,
      int threads,
      ChannelInitializer<Channel> first) {
    boolean epoll = Epoll.isAvailable();
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            threads == 0 ? Runtime.getRuntime().availableProcessors() : threads,
            new DefaultThreadFactory("viesti-" + name, true),
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
            .childHandler(first)
            .bind(host, port)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      loops.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      throw new CannotListen(
          "cannot listen on %s:%d for %s (%s): stop what holds the port, or set %s"
              .formatted(host, port, what, bound.cause().getMessage(), keys),
          bound.cause());
    }
    return new Listener(bound.channel(), loops);
  }

  /** What speaks TLS with a section's certificate; throws {@link CannotListen}. */
  public static SslContext tls(String section, LiveSettings.Tls tls) {
    try {
      return tls(tls).build();
    } catch (Exception e) {
      throw new CannotListen(
          "cannot use viesti.%s.tls with certificate %s and key %s (%s): both must be readable PEM files, the key unencrypted PKCS#8"
              .formatted(section, tls.certificate(), tls.key(), e.getMessage()),
          e);
    }
  }

  /**
   * The same, asking clients for a certificate of an authority.
   *
   * @param authority PEM file
   * @param required nobody gets in without one
   */
  public static SslContext mutualTls(
      String section, LiveSettings.Tls tls, String authority, boolean required) {
    tls(section, tls); // or what is wrong with that would be told of the authority
    try {
      return tls(tls)
          .trustManager(new File(authority))
          .clientAuth(required ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL)
          .build();
    } catch (Exception e) {
      throw new CannotListen(
          "cannot use viesti.%s.tls.client-ca %s (%s): it must be a readable PEM file of certificates"
              .formatted(section, authority, e.getMessage()),
          e);
    }
  }

  private static SslContextBuilder tls(LiveSettings.Tls tls) {
    return SslContextBuilder.forServer(new File(tls.certificate()), new File(tls.key()));
  }

  /** Where it listens; the port is the real one if port 0 was asked for. */
  public InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  /** Accepts no more; open channels go on. */
  public CompletionStage<?> unbind() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    channel.close().addListener(closed -> done.complete(null));
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
