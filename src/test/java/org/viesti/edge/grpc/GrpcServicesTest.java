package org.viesti.edge.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import grpc.reflection.v1alpha.reflection.ServerReflectionClient;
import grpc.reflection.v1alpha.reflection.ServerReflectionRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.scaladsl.Source;
import org.junit.jupiter.api.Test;
import org.viesti.edge.grpc.health.v1.HealthCheckRequest;
import org.viesti.edge.grpc.health.v1.HealthCheckResponse.ServingStatus;
import org.viesti.edge.grpc.health.v1.HealthClient;
import org.viesti.protocol.ErrorCode;

class GrpcServicesTest extends GrpcTest {

  private static HealthCheckRequest about(String service) {
    return HealthCheckRequest.newBuilder().setService(service).build();
  }

  @Test
  void health_is_told_for_the_server_and_its_services() throws Exception {
    HealthClient health = HealthClient.create(settings(kit, node.node.callPort()), kit.system());
    for (String service : new String[] {"", "viesti.chat.v1.ChatService"}) {
      assertThat(done(health.check(about(service))).getStatus()).isEqualTo(ServingStatus.SERVING);
      assertThat(
              health
                  .watch(about(service))
                  .runWith(Sink.head(), kit.system())
                  .toCompletableFuture()
                  .get(10, TimeUnit.SECONDS)
                  .getStatus())
          .isEqualTo(ServingStatus.SERVING);
    }
    assertThatThrownBy(() -> done(health.check(about("nobody"))))
        .hasRootCauseInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("NOT_FOUND");
    health.close();
  }

  @Test
  void a_node_that_leaves_is_not_serving() {
    HealthCalls health = new HealthCalls();
    assertThat(done(health.check(about(""))).getStatus()).isEqualTo(ServingStatus.SERVING);
    health.leave();
    assertThat(done(health.check(about(""))).getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
  }

  @Test
  void reflection_lists_the_services() throws Exception {
    ServerReflectionClient reflection =
        ServerReflectionClient.apply(settings(kit, node.node.callPort()), kit.system());
    ServerReflectionRequest request =
        ServerReflectionRequest.defaultInstance().withHost("").withListServices("*");
    var answer =
        reflection
            .serverReflectionInfo(Source.single(request))
            .asJava()
            .runWith(Sink.head(), kit.system())
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
    assertThat(answer.toProtoString())
        .contains("viesti.chat.v1.ChatService")
        .contains("grpc.health.v1.Health");
    reflection.close();
  }

  @Test
  void every_code_has_a_status_that_is_an_error() {
    for (ErrorCode code : ErrorCode.values()) {
      assertThat(Statuses.code(code))
          .isNotEqualTo(Status.Code.OK)
          .isNotEqualTo(Status.Code.UNKNOWN);
    }
  }
}
