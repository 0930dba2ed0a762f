package org.viesti.routing;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viesti.protocol.Publication;
import org.viesti.protocol.TopicFilter;

/**
 * The server's own topics, under {@code $SYS}: told at intervals to whoever subscribed, and to a
 * new subscription at once, as if they were retained. They are the same for every tenant, and in no
 * log or table. No client publishes there.
 */
public final class SystemTopics {
  private static final Logger LOG = LoggerFactory.getLogger(SystemTopics.class);
  private static final String ROOT = "$SYS";

  /**
   * One topic.
   *
   * @param everywhere it is told on all nodes; else to streams of this one, each node having a
   *     value of its own
   * @param value as text, asked for only when somebody wants it
   */
  public record Reading(
      String topic, boolean everywhere, Supplier<CompletionStage<String>> value) {}

  private final Exchange exchange;
  private volatile List<Reading> readings = List.of();

  public SystemTopics(Exchange exchange) {
    this.exchange = exchange;
  }

  /** From now on there are these. */
  public void are(List<Reading> all) {
    readings = List.copyOf(all);
  }

  /** Whether a filter is for topics of the server's own, and for no others. */
  static boolean isFor(TopicFilter filter) {
    return filter.path().equals(ROOT) || filter.path().startsWith(ROOT + "/");
  }

  /** Tells who subscribed what there is to tell now. */
  public void tell() {
    for (Reading reading : readings) {
      if (exchange.isWanted(reading.topic())) {
        reading
            .value()
            .get()
            .whenComplete(
                (value, failure) -> {
                  if (value == null) {
                    LOG.debug("route: {} has no value", reading.topic(), failure);
                  } else {
                    exchange.tell(
                        tenant -> publication(tenant, reading.topic(), value),
                        reading.topic(),
                        reading.everywhere());
                  }
                });
      }
    }
  }

  /** What a new subscription is told. */
  public CompletionStage<List<Publication>> of(String tenant, TopicFilter filter) {
    CompletableFuture<List<Publication>> all = CompletableFuture.completedFuture(new ArrayList<>());
    for (Reading reading : readings) {
      if (filter.matches(reading.topic())) {
        all =
            all.thenCombine(
                reading.value().get(),
                (found, value) -> {
                  found.add(publication(tenant, reading.topic(), value));
                  return found;
                });
      }
    }
    return all;
  }

  private static Publication publication(String tenant, String topic, String value) {
    return new Publication(
        tenant,
        topic,
        value.getBytes(StandardCharsets.UTF_8),
        0,
        true,
        System.currentTimeMillis(),
        0,
        null,
        null);
  }
}
