package org.viesti.edge.grpc;

import io.grpc.Status;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.grpc.GrpcServiceException;
import org.apache.pekko.grpc.Trailers;
import org.apache.pekko.grpc.javadsl.ServerReflection;
import org.apache.pekko.grpc.javadsl.ServiceHandler;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.stream.SystemMaterializer;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viesti.connection.Connections;
import org.viesti.edge.CallSettings;
import org.viesti.edge.Calls;
import org.viesti.edge.LiveSettings;
import org.viesti.edge.RequestBytes;
import org.viesti.edge.grpc.health.v1.Health;
import org.viesti.edge.grpc.health.v1.HealthHandlerFactory;
import org.viesti.edge.grpc.v1.ChatService;
import org.viesti.edge.grpc.v1.ChatServicePowerApiHandlerFactory;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;

/** Calls and streams by gRPC. */
public final class GrpcEdge {
  private static final Logger LOG = LoggerFactory.getLogger(GrpcEdge.class);

  private final CallSettings settings;
  private final LiveSettings live;
  private final HealthCalls health = new HealthCalls();
  private final Function<HttpRequest, CompletionStage<HttpResponse>> services;

  public GrpcEdge(
      org.apache.pekko.actor.typed.ActorSystem<?> system,
      CallSettings settings,
      LiveSettings live,
      Calls calls,
      Connections connections) {
    this.settings = settings;
    this.live = live;
    ChatCalls chat =
        new ChatCalls(
            calls,
            settings.requestTimeout(),
            token -> new ConnectStage(calls.callers(), connections, live, token));
    this.services =
        ServiceHandler.concatOrNotFound(
            ChatServicePowerApiHandlerFactory.partial(
                chat,
                ChatService.name,
                SystemMaterializer.get(system).materializer(),
                classic -> this::trailers,
                system),
            HealthHandlerFactory.partial(health, Health.name, system),
            ServerReflection.create(List.of(ChatService.description, Health.description), system));
  }

  /** From now on health checks say that no new work is taken. */
  public void leave() {
    health.leave();
  }

  /** Answers every request with a gRPC content type. */
  public CompletionStage<HttpResponse> handle(HttpRequest request) throws Exception {
    // A small compressed frame could be a very large one, and is unpacked before anyone can count.
    boolean compressed =
        request
            .getHeader("grpc-encoding")
            .filter(header -> !header.value().equals("identity"))
            .isPresent();
    return compressed
        ? CompletableFuture.completedFuture(uncompressedOnly())
        : services.apply(bounded(request));
  }

  private HttpRequest bounded(HttpRequest request) {
    Source<ByteString, Object> bytes;
    if (request.getUri().getPathString().endsWith("/Connect")) {
      FrameSizes sizes = new FrameSizes(live.maxFrameBytes());
      bytes = RequestBytes.of(request.entity()).map(sizes::check);
    } else {
      bytes = RequestBytes.upTo(settings.maxBodyBytes(), request.entity());
    }
    return request.withEntity(HttpEntities.create(request.entity().getContentType(), bytes));
  }

  private static HttpResponse uncompressedOnly() {
    return HttpResponse.create()
        .withEntity(
            HttpEntities.create(
                MediaTypes.applicationBinary("grpc+proto", false).toContentType(), new byte[0]))
        .addHeader(RawHeader.create("grpc-accept-encoding", "identity"))
        .addHeader(
            RawHeader.create(
                "grpc-status", Integer.toString(Status.UNIMPLEMENTED.getCode().value())))
        .addHeader(RawHeader.create("grpc-message", "send requests uncompressed"));
  }

  private Trailers trailers(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof GrpcServiceException known) {
        return new Trailers(known.status(), known.getMetadata());
      }
    }
    Refusal refusal = Refused.in(failure);
    if (refusal.code() == ErrorCode.INTERNAL) {
      LOG.error("a call failed", failure);
    }
    return Statuses.trailers(refusal);
  }
}
