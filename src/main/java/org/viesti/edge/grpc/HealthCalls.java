package org.viesti.edge.grpc;

import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.grpc.GrpcServiceException;
import org.apache.pekko.stream.javadsl.Source;
import org.viesti.edge.grpc.health.v1.Health;
import org.viesti.edge.grpc.health.v1.HealthCheckRequest;
import org.viesti.edge.grpc.health.v1.HealthCheckResponse;
import org.viesti.edge.grpc.health.v1.HealthCheckResponse.ServingStatus;
import org.viesti.edge.grpc.v1.ChatService;

/** The standard health service: whether new work is taken, for load balancers and orchestrators. */
final class HealthCalls implements Health {
  /** Watchers are few, and wait no longer than this for a change. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** The server as a whole has the empty name. */
  private static final List<String> SERVICES = List.of("", ChatService.name, Health.name);

  private volatile boolean leaving;

  void leave() {
    leaving = true;
  }

  @Override
  public CompletionStage<HealthCheckResponse> check(HealthCheckRequest in) {
    return SERVICES.contains(in.getService())
        ? CompletableFuture.completedFuture(answer(in))
        : CompletableFuture.failedFuture(
            new GrpcServiceException(
                Status.NOT_FOUND.withDescription("no service " + in.getService())));
  }

  @Override
  public Source<HealthCheckResponse, NotUsed> watch(HealthCheckRequest in) {
    return Source.tick(Duration.ZERO, LOOK, in)
        .map(this::answer)
        .statefulMap(
            () -> ServingStatus.UNRECOGNIZED,
            (before, now) ->
                org.apache.pekko.japi.Pair.create(
                    now.getStatus(),
                    now.getStatus() == before
                        ? java.util.Optional.<HealthCheckResponse>empty()
                        : java.util.Optional.of(now)),
            last -> java.util.Optional.empty())
        .mapConcat(change -> Objects.requireNonNull(change).stream().toList())
        .mapMaterializedValue(tick -> NotUsed.getInstance());
  }

  private HealthCheckResponse answer(HealthCheckRequest in) {
    ServingStatus status =
        !SERVICES.contains(in.getService())
            ? ServingStatus.SERVICE_UNKNOWN
            : leaving ? ServingStatus.NOT_SERVING : ServingStatus.SERVING;
    return HealthCheckResponse.newBuilder().setStatus(status).build();
  }
}
