package org.viesti.connection;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import org.viesti.protocol.StreamId;

/** How far a session is in one stream of topics. */
final class StreamTrack {
  final StreamId stream;

  /** Everything up to here was brought to the client's deliveries. */
  long sent;

  /** Something is known to be recorded up to here. */
  long goal;

  /** Of the stream's owner when it was last heard of; 0: it was not. */
  long life;

  /** What comes is not taken, for something before it is yet to be read. */
  boolean behind;

  boolean reading;

  /** How often it was told that something may be missing. */
  int looks;

  /** Positions that are with the client, in order. */
  private final ArrayDeque<Long> pending = new ArrayDeque<>(4);

  /** Those of them that are done with, but not all before. */
  private final Set<Long> ahead = new HashSet<>(0);

  StreamTrack(StreamId stream, long sent, boolean behind) {
    this.stream = stream;
    this.sent = sent;
    this.behind = behind;
  }

  void with(long position) {
    pending.add(position);
  }

  void done(long position) {
    ahead.add(position);
    while (!pending.isEmpty() && ahead.remove(pending.peek())) {
      pending.remove();
    }
  }

  /** Everything up to here is done with. */
  long acked() {
    Long first = pending.peek();
    return first == null ? sent : Math.min(sent, first - 1);
  }
}
