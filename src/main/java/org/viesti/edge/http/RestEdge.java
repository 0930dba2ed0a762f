package org.viesti.edge.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.scaladsl.model.IllegalUriException;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.SystemMaterializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viesti.edge.CallSettings;
import org.viesti.edge.Calls;
import org.viesti.edge.RequestBytes;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.security.Principal;

/**
 * Calls by REST: who asks, for what, with which body; then the route's handler, and its answer as
 * JSON.
 */
public final class RestEdge {
  /** Where the calls are; what breaks its promises gets a new one. */
  static final String BASE = "/api/v1";

  private static final Logger LOG = LoggerFactory.getLogger(RestEdge.class);

  private final CallSettings settings;
  private final Calls calls;
  private final LiveDoor live;
  private final Materializer materializer;
  private final Router router;
  private final byte[] openApi = resource("/openapi.json");

  public RestEdge(ActorSystem<?> system, CallSettings settings, Calls calls, LiveDoor live) {
    this.settings = settings;
    this.calls = calls;
    this.live = live;
    this.materializer = SystemMaterializer.get(system).materializer();
    this.router = new Router(routes(calls));
  }

  /**
   * Where live connections are taken, for those who knock here.
   *
   * @param scheme ws or wss
   */
  public record LiveDoor(String scheme, int port) {}

  static List<Route> routes(Calls calls) {
    return Stream.of(
            new RoomRoutes(calls.rooms()).routes(),
            new MessageRoutes(calls.messages()).routes(),
            new UserRoutes(calls.users()).routes())
        .flatMap(List::stream)
        .toList();
  }

  /** Answers every request, whatever becomes of it. */
  public CompletionStage<HttpResponse> handle(HttpRequest request) {
    CompletionStage<HttpResponse> answer;
    try {
      answer = answer(request);
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    return answer
        .toCompletableFuture()
        .orTimeout(settings.requestTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(
            failure -> {
              drain(request);
              return no(request, failure).response();
            });
  }

  private CompletionStage<HttpResponse> answer(HttpRequest request) {
    List<String> segments = new ArrayList<>();
    request.getUri().pathSegments().forEach(segments::add);
    boolean get = request.method().value().equals("GET");
    if (get && segments.equals(List.of("ws"))) {
      return CompletableFuture.completedFuture(liveIsElsewhere(request));
    }
    if (segments.size() < 3 || !segments.subList(0, 2).equals(List.of("api", "v1"))) {
      throw new Refused(ErrorCode.NOT_FOUND, "nothing lives here; calls are below " + BASE);
    }
    List<String> below = segments.subList(2, segments.size());
    if (get && below.equals(List.of("openapi.json"))) {
      return CompletableFuture.completedFuture(
          HttpResponse.create()
              .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, openApi)));
    }
    return calls
        .callers()
        .of(header(request, "authorization"))
        .thenCompose(by -> call(by, request, below))
        .thenApply(Answer::response);
  }

  private CompletionStage<Answer> call(Principal by, HttpRequest request, List<String> segments) {
    Router.Match match = router.match(request.method().value(), segments);
    Route route = match.route();
    Call call = new Call(by, match.path(), query(request, route));
    Class<?> form = route.form();
    if (form == null) {
      drain(request);
    }
    return form == null
        ? route.handler().handle(call, null)
        : body(request).thenCompose(bytes -> route.handler().handle(call, Json.read(bytes, form)));
  }

  private static Map<String, String> query(HttpRequest request, Route route) {
    Map<String, String> query = new HashMap<>();
    for (Pair<String, String> parameter : request.getUri().query().toList()) {
      String name = parameter.first();
      if (!route.query().contains(name)) {
        throw new Refused(ErrorCode.INVALID_ARGUMENT, name + " is not a known parameter here");
      }
      if (query.put(name, parameter.second()) != null) {
        throw new Refused(ErrorCode.INVALID_ARGUMENT, name + " is given twice");
      }
    }
    return query;
  }

  private CompletionStage<byte[]> body(HttpRequest request) {
    return RequestBytes.upTo(settings.maxBodyBytes(), request.entity())
        .runFold(ByteString.emptyByteString(), ByteString::concat, materializer)
        .thenApply(ByteString::toArrayUnsafe);
  }

  /**
   * What nobody reads must go all the same, or the connection waits for it; if it was read, nothing
   * happens.
   */
  private void drain(HttpRequest request) {
    RequestBytes.upTo(settings.maxBodyBytes(), request.entity())
        .runWith(Sink.ignore(), materializer);
  }

  private static @Nullable String header(HttpRequest request, String name) {
    return request.getHeader(name).map(HttpHeader::value).orElse(null);
  }

  private HttpResponse liveIsElsewhere(HttpRequest request) {
    String address =
        live.scheme() + "://" + request.getUri().host().address() + ":" + live.port() + "/ws";
    Problem problem =
        Problem.of(
            Refusal.of(ErrorCode.FAILED_PRECONDITION, "live connections are taken at " + address),
            426);
    HttpHeader link = RawHeader.create("Link", "<" + address + ">; rel=\"alternate\"");
    // HTTP/2 knows no such header (RFC 9113 §8.2.2).
    List<HttpHeader> headers =
        request.protocol().value().equals("HTTP/2.0")
            ? List.of(link)
            : List.of(link, RawHeader.create("Upgrade", "websocket"));
    return new Answer(426, problem, headers).response();
  }

  private Answer no(HttpRequest request, Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      switch (at) {
        case Router.WrongMethod wrong -> {
          Refusal refusal =
              Refusal.of(ErrorCode.INVALID_ARGUMENT, "this path takes " + wrong.allowed());
          return new Answer(
              405, Problem.of(refusal, 405), List.of(RawHeader.create("Allow", wrong.allowed())));
        }
        case IllegalUriException illegal -> {
          return Answer.no(
              Problem.of(Refusal.of(ErrorCode.INVALID_ARGUMENT, "the address is malformed")));
        }
        case TimeoutException late -> LOG.warn("{} took too long", request.method().value());
        default -> {}
      }
    }
    Refusal refusal = Refused.in(failure);
    if (refusal.code() == ErrorCode.INTERNAL) {
      LOG.error(
          "{} {} failed", request.method().value(), request.getUri().getPathString(), failure);
    }
    return Answer.no(Problem.of(refusal));
  }

  private static byte[] resource(String name) {
    try (InputStream in = RestEdge.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not in the jar");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
