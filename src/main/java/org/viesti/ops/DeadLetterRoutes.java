package org.viesti.ops;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

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
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.http.javadsl.unmarshalling.StringUnmarshallers;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.user.DeadLetters;
import org.viesti.user.Users;

/**
 * Pushes that were given up, for operators: GET /viesti/dead-letters?limit&cursor, POST
 * /viesti/dead-letters/{id}/replay and /viesti/dead-letters/replay, DELETE
 * /viesti/dead-letters/{id} and /viesti/dead-letters.
 */
public final class DeadLetterRoutes extends AllDirectives {
  private static final int PAGE = 100;
  private static final int LARGEST_PAGE = 1000;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .serializationInclusion(JsonInclude.Include.NON_NULL)
          .build();

  private final DeadLetters letters;
  private final Users users;

  public DeadLetterRoutes(DeadLetters letters, Users users) {
    this.letters = letters;
    this.users = users;
  }

  /** To be mounted at the root of the management port. */
  public Route route() {
    return pathPrefix(
        segment("viesti").slash("dead-letters"),
        () ->
            concat(
                pathEndOrSingleSlash(() -> concat(get(this::list), delete(this::purgeAll))),
                path(segment("replay"), () -> post(() -> answer(letters.replayAll(users)))),
                path(
                    segment().slash("replay"),
                    id ->
                        post(
                            () ->
                                answer(
                                    letters
                                        .replay(users, id)
                                        .thenApply(done -> Map.of("queued", 1))))),
                path(segment(), id -> delete(() -> purge(id)))));
  }

  private Route list() {
    return parameterOptional(
        StringUnmarshallers.INTEGER,
        "limit",
        limit ->
            parameterOptional(
                "cursor",
                cursor ->
                    answer(
                        letters.list(
                            cursor.orElse(null),
                            Math.clamp(limit.orElse(PAGE), 1, LARGEST_PAGE)))));
  }

  private Route purge(String id) {
    return answer(
        letters
            .purge(id)
            .thenApply(
                purged -> {
                  if (!purged) {
                    throw new Refused(ErrorCode.NOT_FOUND, "no dead letter " + id);
                  }
                  return Map.of("purged", 1);
                }));
  }

  private Route purgeAll() {
    return answer(letters.purgeAll().thenApply(purged -> Map.of("purged", purged)));
  }

  private Route answer(CompletionStage<?> work) {
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
