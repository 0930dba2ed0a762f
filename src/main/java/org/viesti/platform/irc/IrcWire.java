package org.viesti.platform.irc;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.kitteh.irc.client.library.Client;
import org.kitteh.irc.client.library.defaults.feature.network.JavaResolver;
import org.kitteh.irc.client.library.defaults.feature.network.NettyConnection;
import org.kitteh.irc.client.library.feature.network.ClientConnection;
import org.kitteh.irc.client.library.feature.network.NetworkHandler;
import org.kitteh.irc.client.library.feature.network.Resolver;
import org.kitteh.irc.client.library.util.HostWithPort;

/** Makes Kitteh's connection, but on a channel that need not be read. */
final class IrcWire implements NetworkHandler {
  /** One is enough: lines are split there, and read elsewhere. */
  private static final EventLoopGroup LOOP =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("viesti-irc", true), NioIoHandler.newFactory());

  private final Duration connectTimeout;
  private volatile @Nullable Channel channel;

  /**
   * @param connectTimeout of the whole login, which ends before a call that is not answered
   */
  IrcWire(Duration connectTimeout) {
    this.connectTimeout = connectTimeout;
  }

  @Override
  public ClientConnection connect(Client.WithManagement client) {
    HostWithPort server = client.getServerAddress();
    ChannelFuture connecting =
        new Bootstrap()
            .group(LOOP)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) connectTimeout.toMillis() + 1000)
            .option(ChannelOption.AUTO_READ, false)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel made) {
                    // Kitteh does it when the channel is connected.
                  }
                })
            .connect(new InetSocketAddress(server.getHost(), server.getPort()));
    channel = connecting.channel();
    ClientConnection connection = new NettyConnection(client, connecting, gone -> {});
    // After Kitteh's own listener: read before it, the first lines would be lost.
    connecting.addListener(connected -> read(true));
    return connection;
  }

  /** Whether what the server sends is taken. */
  void read(boolean on) {
    Channel made = channel;
    if (made != null) {
      made.config().setAutoRead(on);
    }
  }

  @Override
  public Resolver getResolver() {
    return new JavaResolver();
  }

  @Override
  public void setResolver(Resolver resolver) {
    throw new UnsupportedOperationException();
  }
}
