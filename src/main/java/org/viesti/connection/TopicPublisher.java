package org.viesti.connection;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.Publication;
import org.viesti.routing.Exchange;
import org.viesti.routing.Retained;
import org.viesti.stream.Streams;

/** Where publications go: to who is here, to the log of who may be away, to what is retained. */
public record TopicPublisher(Exchange exchange, Streams streams, Retained retained) {

  /**
   * What became of one.
   *
   * @param matched somebody subscribed to its topic
   * @param committed done when it is as durable as its topic asks for; null: it asks for nothing
   */
  record Published(boolean matched, @Nullable CompletionStage<Done> committed) {}

  /** Publishes them in this order. */
  List<Published> publish(List<Publication> publications) {
    Exchange.Outcome[] outcomes = exchange.publish(publications);
    List<Publication> toRecord = new ArrayList<>(0);
    for (int i = 0; i < outcomes.length; i++) {
      if (outcomes[i] == Exchange.Outcome.TO_RECORD) {
        toRecord.add(publications.get(i));
      }
    }
    var recorded = streams.append(toRecord).iterator();
    List<Published> published = new ArrayList<>(outcomes.length);
    for (int i = 0; i < outcomes.length; i++) {
      CompletionStage<Done> committed =
          outcomes[i] == Exchange.Outcome.TO_RECORD ? recorded.next() : null;
      if (publications.get(i).retain()) {
        CompletionStage<Done> kept = retained.keep(publications.get(i));
        committed = committed == null ? kept : committed.thenCombine(kept, (done, too) -> done);
      }
      published.add(new Published(outcomes[i] != Exchange.Outcome.UNMATCHED, committed));
    }
    return published;
  }

  /** Publishes one that nobody waits for, such as a will. */
  public void publish(Publication publication) {
    publish(List.of(publication));
  }
}
