package org.viesti.ops;

import static org.apache.pekko.http.javadsl.server.Directives.get;
import static org.apache.pekko.http.javadsl.server.Directives.path;
import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.server.Route;

/** GET /viesti/bridges: the cluster's bridges to other brokers, asked of any node. */
public final class BridgeRoutes {
  private final Supplier<? extends CompletionStage<? extends List<?>>> bridges;

  /**
   * @param bridges how they are, in records
   */
  public BridgeRoutes(Supplier<? extends CompletionStage<? extends List<?>>> bridges) {
    this.bridges = bridges;
  }

  /** To be mounted at the root of the management port. */
  public Route route() {
    return path(
        segment("viesti").slash("bridges"),
        () ->
            get(() -> JsonAnswers.answer(bridges.get().thenApply(all -> Map.of("bridges", all)))));
  }
}
