package org.viesti.ops;

import static org.apache.pekko.http.javadsl.server.Directives.completeWithFuture;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.Route;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;

/** What operators are answered: JSON, and a refusal's code and detail. */
final class JsonAnswers {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .serializationInclusion(JsonInclude.Include.NON_NULL)
          .build();

  private JsonAnswers() {}

  /** By what the work comes to. */
  static Route answer(CompletionStage<?> work) {
    return completeWithFuture(
        work.<Optional<Object>>thenApply(Optional::of)
            .handle(
                (result, failure) ->
                    result == null
                        ? refused(Refused.in(failure))
                        : HttpResponse.create()
                            .withEntity(ContentTypes.APPLICATION_JSON, json(result.get()))));
  }

  private static HttpResponse refused(Refusal refusal) {
    var status =
        switch (refusal.code()) {
          case NOT_FOUND -> StatusCodes.NOT_FOUND;
          case INVALID_ARGUMENT -> StatusCodes.BAD_REQUEST;
          case FAILED_PRECONDITION -> StatusCodes.CONFLICT;
          case UNAVAILABLE -> StatusCodes.SERVICE_UNAVAILABLE;
          default -> StatusCodes.INTERNAL_SERVER_ERROR;
        };
    return HttpResponse.create()
        .withStatus(status)
        .withEntity(
            ContentTypes.APPLICATION_JSON,
            json(Map.of("code", refusal.code().name(), "detail", refusal.detail())));
  }

  private static byte[] json(Object value) {
    try {
      return JSON.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
