package org.viesti.platform;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;
import org.pcollections.PVector;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;
import org.viesti.journal.Stored;

/**
 * What a session of the gateway has.
 *
 * @param last number of an item
 * @param open jobs that are not done, by number
 * @param credentials sealed, by {@link Item#key}
 * @param outcomes the last ones, the oldest first
 * @param done how many jobs are
 * @param link the connection that gave something last
 * @param upTo how much it gave
 */
record SessionState(
    long last,
    TreePMap<Long, Item> open,
    PMap<String, byte[]> credentials,
    PVector<Outcome> outcomes,
    long done,
    String link,
    long upTo) {
  static final SessionState EMPTY =
      new SessionState(0, TreePMap.empty(), HashTreePMap.empty(), TreePVector.empty(), 0, "", 0);

  /**
   * @param keep how many outcomes are remembered
   */
  SessionState grown(SessionEvent event, int keep) {
    return switch (event) {
      case SessionEvent.Given given -> given(given);
      case SessionEvent.Done(List<Outcome> more) -> {
        TreePMap<Long, Item> stillOpen = open;
        PVector<Outcome> all = outcomes;
        for (Outcome outcome : more) {
          stillOpen = stillOpen.minus(outcome.job());
          all = all.plus(outcome);
        }
        while (all.size() > keep) {
          all = all.minus(0);
        }
        yield new SessionState(last, stillOpen, credentials, all, done + more.size(), link, upTo);
      }
      case SessionEvent.Renamed(String platform, String from, String to, byte[] sealed) ->
          new SessionState(
              last,
              open,
              credentials.minus(Item.key(platform, from)).plus(Item.key(platform, to), sealed),
              outcomes,
              done,
              link,
              upTo);
    };
  }

  private SessionState given(SessionEvent.Given given) {
    TreePMap<Long, Item> jobs = open;
    PMap<String, byte[]> secrets = credentials;
    long number = last;
    for (Item item : given.items()) {
      number++;
      if (item.credentials()) {
        secrets = secrets.plus(item.key(), item.sealed());
      } else {
        jobs = jobs.plus(number, item);
      }
    }
    return new SessionState(number, jobs, secrets, outcomes, done, given.link(), given.upTo());
  }

  /** The stored form. */
  record Snapshot(
      long last,
      @Nullable Map<Long, Item> open,
      @Nullable Map<String, byte[]> credentials,
      @Nullable List<Outcome> outcomes,
      long done,
      @Nullable String link,
      long upTo)
      implements Stored.Compact {

    SessionState toState() {
      return new SessionState(
          last,
          open == null ? TreePMap.empty() : TreePMap.from(open),
          credentials == null ? HashTreePMap.empty() : HashTreePMap.from(credentials),
          outcomes == null ? TreePVector.empty() : TreePVector.from(outcomes),
          done,
          link == null ? "" : link,
          upTo);
    }
  }

  Snapshot toSnapshot() {
    return new Snapshot(
        last,
        Map.copyOf(open),
        Map.copyOf(credentials),
        new ArrayList<>(outcomes),
        done,
        link,
        upTo);
  }
}
