package org.viesti.device;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.Publication;

/**
 * What a device's dealings with the topic tree leave behind when its stream ends: MQTT 5.0 §4.1.
 * How far it is in each stream of topics and each room is among the device's cursors.
 *
 * @param expiry seconds it outlives its stream; {@link #FOR_EVER}
 * @param leftAt milliseconds since 1970; 0: a stream has it
 * @param subscriptions by the text of their filters
 * @param inFlight deliveries the client has not done with, in the order they were sent
 * @param unreleased ids of its own publishes of QoS 2 that it has not released
 * @param will published when the stream has been gone for {@code willDelay} seconds, or with the
 *     session's end; null: there is none
 */
public record Session(
    long expiry,
    long leftAt,
    Map<String, Kept> subscriptions,
    List<InFlight> inFlight,
    List<String> unreleased,
    @Nullable Publication will,
    long willDelay) {
  public static final long FOR_EVER = 0xffff_ffffL;

  static final Session NONE = new Session(0, 0, Map.of(), List.of(), List.of(), null, 0);

  public Session {
    subscriptions = subscriptions == null ? Map.of() : subscriptions;
    inFlight = inFlight == null ? List.of() : inFlight;
    unreleased = unreleased == null ? List.of() : unreleased;
  }

  /**
   * A subscription.
   *
   * @param from by stream, or of rooms by room: what it matches after this position is for the
   *     session; empty: it is not durable, and what comes while no stream is there is not for it;
   *     but a room that the user came into later is
   */
  public record Kept(ClientFrame.Wanted wanted, Map<String, Long> from) {
    public Kept {
      from = from == null ? Map.of() : from;
    }

    public boolean durable() {
      return !from.isEmpty();
    }
  }

  /**
   * A delivery that is not done with.
   *
   * @param number by which the client knows it; 0: it was not sent yet
   * @param stream or room where it is recorded, at {@code position}; null: nowhere, so it is {@code
   *     publication}
   * @param received of QoS 2: the client has it, and is to release it
   */
  public record InFlight(
      int number,
      @Nullable String stream,
      long position,
      int qos,
      boolean retain,
      boolean received,
      int[] identifiers,
      @Nullable Publication publication) {
    public InFlight {
      identifiers = identifiers == null ? new int[0] : identifiers;
    }
  }

  /** When its will is due, in milliseconds since 1970. */
  long willAt() {
    return will == null || leftAt == 0
        ? Long.MAX_VALUE
        : leftAt + Math.min(willDelay, expiry) * 1000;
  }

  /** When it ends, in milliseconds since 1970. */
  long endsAt() {
    return leftAt == 0 || expiry == FOR_EVER ? Long.MAX_VALUE : leftAt + expiry * 1000;
  }
}
