package org.viesti.edge;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;
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

  private final Listener listener;

  private LiveServer(Listener listener) {
    this.listener = listener;
  }

  /** Listens before it returns; throws {@link CannotListen}. */
  public static LiveServer start(LiveSettings settings, List<LivePath> paths) {
    return start(
        "live", "live connections", "viesti.live.host and viesti.live.port", settings, paths);
  }

  /**
   * Another one, for some of the paths.
   *
   * @param name of its threads
   * @param what it listens for
   * @param keys the settings of its host and port
   */
  public static LiveServer start(
      String name, String what, String keys, LiveSettings settings, List<LivePath> paths) {
    SslContext tls = settings.tls() == null ? null : Listener.tls("live", settings.tls());
    return new LiveServer(
        Listener.start(
            name,
            what,
            keys,
            settings.host(),
            settings.port(),
            settings.threads(),
            new FirstHandlers(settings, tls, paths)));
  }

  /** What every channel begins with; a session that takes over leaves only TLS of it. */
  private static final class FirstHandlers extends ChannelInitializer<Channel> {
    private final LiveSettings settings;
    private final @Nullable SslContext tls;
    private final Doorman doorman;
    private final int maxBodyBytes;

    FirstHandlers(LiveSettings settings, @Nullable SslContext tls, List<LivePath> paths) {
      this.settings = settings;
      this.tls = tls;
      this.doorman = new Doorman(paths);
      this.maxBodyBytes =
          paths.stream()
              .mapToInt(LivePath::maxBodyBytes)
              .reduce(settings.maxFrameBytes(), Math::max);
    }

    @Override
    protected void initChannel(Channel channel) {
      ChannelPipeline pipeline = channel.pipeline();
      if (tls != null) {
        pipeline.addLast(tls.newHandler(channel.alloc()));
      }
      pipeline.addLast(new Deadline(settings.helloTimeout()));
      pipeline.addLast(new HttpServerCodec(MAX_HEAD, MAX_HEAD, MAX_HEAD));
      pipeline.addLast(new HttpObjectAggregator(maxBodyBytes, true));
      pipeline.addLast(doorman);
    }
  }

  /** Where it listens; the port is the real one if port 0 was asked for. */
  public InetSocketAddress address() {
    return listener.address();
  }

  /** Accepts no more; open streams go on. */
  public CompletionStage<?> unbind() {
    return listener.unbind();
  }

  /** Closes whatever is left, after it was told. */
  public CompletionStage<?> stop() {
    return listener.stop();
  }
}
