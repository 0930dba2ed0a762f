package org.viesti.platform;

import java.util.List;
import org.viesti.journal.Stored;

/** What a session remembers. */
sealed interface SessionEvent extends Stored.Compact {

  /**
   * A client gave something. Each is numbered, from the last number on.
   *
   * @param link the connection that gave it
   * @param upTo the last one's place in what the connection gave, from 1 on
   */
  record Given(String link, long upTo, List<Item> items) implements SessionEvent {}

  /** Jobs are done. */
  record Done(List<Outcome> outcomes) implements SessionEvent {}

  /** A network knows an actor by another id. */
  record Renamed(String platform, String from, String to, byte[] credentials)
      implements SessionEvent {}
}
