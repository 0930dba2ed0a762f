package org.viesti.connection;

import org.viesti.protocol.StreamId;

/** How far a session is in one stream of topics. */
final class StreamTrack {
  final StreamId stream;

  /** Everything up to here was brought to the client's deliveries. */
  long sent;

  /** Where it begins is known. */
  boolean begun;

  /** Something is known to be recorded up to here. */
  long goal;

  /** Of the stream's owner when it was last heard of; 0: it was not. */
  long life;

  /** What comes is not taken, for something before it is yet to be read. */
  boolean behind;

  boolean reading;

  /** How often it was told that something may be missing. */
  int looks;

  final Unacked unacked = new Unacked();

  StreamTrack(StreamId stream) {
    this.stream = stream;
  }

  void goesOnAfter(long position) {
    sent = position;
    begun = true;
  }

  /** Everything up to here is done with. */
  long acked() {
    return unacked.upTo(sent);
  }
}
