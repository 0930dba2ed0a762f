package org.viesti.platform;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.viesti.platform.WebFailure.Reason;

/**
 * Fetches from the web for clients, who are not to reach what only the node can: each request, also
 * one that an answer redirects to, goes to an address that was found public, and is not looked up
 * again. Certificates are checked. May be used from any thread that may block.
 */
public final class WebFetch implements AutoCloseable {
  private static final int LINE = 8 << 10;
  private static final int HEADERS = 64 << 10;
  private static final int CHUNK = 16 << 10;

  private final WebSettings settings;
  private final WebNames names;
  private final SslContext tls;
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("viesti-web", true), NioIoHandler.newFactory());

  public WebFetch(WebSettings settings) {
    this(
        settings,
        WebNames.ofSystem(settings.allowPrivateAddresses()),
        SslContextBuilder.forClient());
  }

  WebFetch(WebSettings settings, WebNames names, SslContextBuilder tls) {
    this.settings = settings;
    this.names = names;
    try {
      this.tls = tls.endpointIdentificationAlgorithm("HTTPS").build();
    } catch (SSLException e) {
      throw new IllegalStateException("the JVM has TLS", e);
    }
  }

  /**
   * What is there, which may be an error of the server's.
   *
   * @param accept the media types it may be of
   */
  public WebPage get(String url, String accept) throws WebFailure, InterruptedException {
    Deadline deadline = new Deadline(System.nanoTime() + settings.timeout().toNanos());
    WebUrl at = WebUrl.of(url);
    for (int redirects = 0; redirects <= settings.maxRedirects(); redirects++) {
      WebPage page = ask(at, accept, deadline);
      if (!page.redirects() || page.location() == null) {
        return page;
      }
      at = at.resolve(page.location());
    }
    throw WebFailure.lasting(
        Reason.TOO_MANY_REDIRECTS, WebUrl.shown(url), "more than " + settings.maxRedirects());
  }

  private WebPage ask(WebUrl url, String accept, Deadline deadline)
      throws WebFailure, InterruptedException {
    List<InetAddress> addresses = lookUp(url, deadline);
    for (int i = 0; ; i++) {
      try {
        return ask(url, accept, addresses.get(i), addresses.size() - i, deadline);
      } catch (SocketException e) {
        if (i + 1 == addresses.size()) {
          throw WebFailure.passing(Reason.UNREACHABLE, url.text(), String.valueOf(e.getMessage()));
        }
      }
    }
  }

  private List<InetAddress> lookUp(WebUrl url, Deadline deadline)
      throws WebFailure, InterruptedException {
    CompletableFuture<List<InetAddress>> found = new CompletableFuture<>();
    // Not a virtual one: whoever answers slowly for a name would hold up what carries them.
    Thread.ofPlatform()
        .name("viesti-lookup")
        .daemon()
        .start(
            () -> {
              try {
                found.complete(names.addresses(url));
              } catch (WebFailure | RuntimeException e) {
                found.completeExceptionally(e);
              }
            });
    try {
      return deadline.await(found, url);
    } catch (SocketException e) {
      throw new IllegalStateException("a lookup opens no socket", e);
    }
  }

  /**
   * @param candidates addresses that are left, with this one: it may have its share of the time
   */
  private WebPage ask(
      WebUrl url, String accept, InetAddress address, int candidates, Deadline deadline)
      throws SocketException, WebFailure, InterruptedException {
    WebAnswer answer = new WebAnswer(url, accept, settings);
    ChannelFuture connecting =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, deadline.millisLeft() / candidates + 1)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (url.secure()) {
                      channel
                          .pipeline()
                          .addLast(tls.newHandler(channel.alloc(), url.bareHost(), url.port()));
                    }
                    channel.pipeline().addLast(new HttpClientCodec(LINE, HEADERS, CHUNK), answer);
                  }
                })
            .connect(new InetSocketAddress(address, url.port()));
    connecting.addListener(
        done -> {
          if (!done.isSuccess()) {
            answer.fail(done.cause());
          }
        });
    try {
      return answer.page(deadline.await(answer.answered(), url));
    } finally {
      connecting.channel().close();
    }
  }

  @Override
  public void close() {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  /** By when all must be done, of {@link System#nanoTime()}. */
  private record Deadline(long nanos) {

    int millisLeft() {
      return (int) Math.max(0, TimeUnit.NANOSECONDS.toMillis(nanos - System.nanoTime()));
    }

    <T> T await(CompletableFuture<T> what, WebUrl url)
        throws SocketException, WebFailure, InterruptedException {
      try {
        return what.get(nanos - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        throw WebFailure.passing(Reason.TIMEOUT, url.text(), "no answer in time");
      } catch (ExecutionException e) {
        Throwable cause =
            e.getCause() instanceof DecoderException wrap ? wrap.getCause() : e.getCause();
        switch (cause) {
          case SocketException broken -> throw broken;
          case WebFailure failure -> throw failure;
          case null, default ->
              throw WebFailure.lasting(Reason.UNREACHABLE, url.text(), String.valueOf(cause));
        }
      }
    }
  }
}
