package org.viesti.routing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.viesti.protocol.Publication;

/**
 * What a member of a shared subscription was given and is not done with: when it goes, others get
 * it.
 */
public final class Share {
  /** On their way to its stream. */
  private final ArrayDeque<Publication> given = new ArrayDeque<>();

  private volatile int pending;
  private boolean closed;

  /** Whether it takes it; else it has gone. */
  synchronized boolean give(Publication publication) {
    if (!closed) {
      given.add(publication);
      pending++;
    }
    return !closed;
  }

  synchronized void came(Publication publication) {
    given.removeFirstOccurrence(publication);
  }

  synchronized void done() {
    pending--;
  }

  /** Takes no more; what had not come to its stream by now never will. */
  synchronized List<Publication> close() {
    closed = true;
    return new ArrayList<>(given);
  }

  /** How many it is not done with. */
  int pending() {
    return pending;
  }
}
