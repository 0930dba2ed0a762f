package org.viesti.edge.http;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.ServerBuilder;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.japi.function.Function;
import org.viesti.edge.CallSettings;
import org.viesti.edge.CannotListen;

/**
 * The listener for calls: HTTP/1.1 and HTTP/2 on one port, REST and gRPC told apart by their
 * content type.
 */
public final class CallServer {
  private final ServerBinding binding;

  private CallServer(ServerBinding binding) {
    this.binding = binding;
  }

  /**
   * Listens before it returns; throws {@link CannotListen}.
   *
   * @param rest takes whatever is not gRPC
   */
  public static CallServer start(
      ActorSystem<?> system,
      CallSettings settings,
      Function<HttpRequest, CompletionStage<HttpResponse>> rest,
      Function<HttpRequest, CompletionStage<HttpResponse>> grpc) {
    ServerBuilder builder =
        Http.get(system)
            .newServerAt(settings.host(), settings.port())
            .withSettings(serverSettings(system));
    CallSettings.Tls tls = settings.tls();
    if (tls != null) {
      builder = builder.enableHttps(Pem.https(tls));
    }
    Function<HttpRequest, CompletionStage<HttpResponse>> either =
        request -> isGrpc(request) ? grpc.apply(request) : rest.apply(request);
    try {
      return new CallServer(builder.bind(either).toCompletableFuture().join());
    } catch (CompletionException e) {
      throw new CannotListen(
          "cannot listen on %s:%d for calls (%s): stop what holds the port, or set viesti.http.host and viesti.http.port"
              .formatted(settings.host(), settings.port(), rootMessage(e)),
          e);
    }
  }

  /** Bodies are limited, and calls timed, by their edges, which can say so in their own words. */
  private static ServerSettings serverSettings(ActorSystem<?> system) {
    ServerSettings base = ServerSettings.create(system.classicSystem());
    return base.withEnableHttp2(true)
        .withParserSettings(base.getParserSettings().withMaxContentLength(Long.MAX_VALUE))
        .withTimeouts(
            base.getTimeouts().withRequestTimeout(scala.concurrent.duration.Duration.Inf()));
  }

  private static boolean isGrpc(HttpRequest request) {
    return request.entity().getContentType().toString().startsWith("application/grpc");
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  /** Where it listens; the port is the real one if port 0 was asked for. */
  public InetSocketAddress address() {
    return binding.localAddress();
  }

  /** Accepts no more; calls under way go on. */
  public CompletionStage<?> unbind() {
    return binding.unbind();
  }

  /** Lets calls under way end, at most so long, and closes what is left. */
  public CompletionStage<?> stop(Duration deadline) {
    return binding.terminate(deadline);
  }
}
