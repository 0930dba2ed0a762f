package org.viesti.protocol;

/**
 * A log that clients are brought messages from: a room's or user's topic, or a stream of topics.
 */
public sealed interface LogId permits Topic, StreamId {
  /** Its name within the tenant. */
  String path();
}
