package org.viesti.routing;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viesti.journal.WakeUps;
import org.viesti.protocol.Topic;

/**
 * One owner's own entry in {@link WakeUps}: what it has promised others is done also if its node
 * dies and nobody speaks to it again. Setting an alarm that is set costs nothing. Used by its owner
 * alone; its writes happen in their order.
 */
public final class Alarm {
  private static final Logger LOG = LoggerFactory.getLogger(Alarm.class);

  private final WakeUps table;
  private final Topic topic;
  private volatile long dueAt;
  private long since = Long.MAX_VALUE;
  private CompletableFuture<Done> last = CompletableFuture.completedFuture(Done.getInstance());

  public Alarm(WakeUps table, Topic topic) {
    this.table = table;
    this.topic = topic;
  }

  /**
   * The owner has work to do at that time, on its log from that position: it will be woken soon
   * after, or before. Completes when that is certain.
   */
  public CompletionStage<Done> ensure(long workAt, long from) {
    long by = table.after(workAt);
    if (dueAt == 0 || by < dueAt || from < since) {
      dueAt = dueAt == 0 ? by : Math.min(by, dueAt);
      since = Math.min(since, from);
      WakeUps.Due due = new WakeUps.Due(topic, dueAt, since);
      write(() -> table.set(due));
    }
    return last;
  }

  /** The owner was woken by this entry: it is to {@link #clear} or to {@link #move} it. */
  public void rang(long at, long from) {
    dueAt = at;
    since = Math.min(since, from);
  }

  /** There is more to do, at that time. */
  public void move(long workAt, long from) {
    long to = table.after(workAt);
    dueAt = to;
    since = from;
    WakeUps.Due due = new WakeUps.Due(topic, to, from);
    write(() -> table.move(due));
  }

  /** There is nothing left to do. */
  public void clear() {
    long was = dueAt;
    dueAt = 0;
    since = Long.MAX_VALUE;
    write(() -> table.clear(topic, was));
  }

  private void write(Supplier<CompletionStage<Done>> write) {
    last =
        last.exceptionally(failure -> Done.getInstance())
            .thenCompose(done -> write.get())
            .whenComplete(
                (done, failure) -> {
                  if (failure != null) {
                    // Not known to be set, so the next to ensure it tries again.
                    dueAt = 0;
                    LOG.warn("the alarm of {} could not be written: {}", topic, failure.toString());
                  }
                });
  }
}
