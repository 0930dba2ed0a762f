package org.viesti.ops;

import static org.apache.pekko.http.javadsl.server.Directives.concat;
import static org.apache.pekko.http.javadsl.server.Directives.delete;
import static org.apache.pekko.http.javadsl.server.Directives.get;
import static org.apache.pekko.http.javadsl.server.Directives.parameterOptional;
import static org.apache.pekko.http.javadsl.server.Directives.path;
import static org.apache.pekko.http.javadsl.server.Directives.pathEndOrSingleSlash;
import static org.apache.pekko.http.javadsl.server.Directives.pathPrefix;
import static org.apache.pekko.http.javadsl.server.Directives.post;
import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;
import static org.viesti.ops.JsonAnswers.answer;

import java.util.Map;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.http.javadsl.unmarshalling.StringUnmarshallers;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;
import org.viesti.user.DeadLetters;
import org.viesti.user.Users;

/**
 * Pushes that were given up, for operators: GET /viesti/dead-letters?limit&cursor, POST
 * /viesti/dead-letters/{id}/replay and /viesti/dead-letters/replay, DELETE
 * /viesti/dead-letters/{id} and /viesti/dead-letters.
 */
public final class DeadLetterRoutes {
  private static final int PAGE = 100;
  private static final int LARGEST_PAGE = 1000;

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
}
