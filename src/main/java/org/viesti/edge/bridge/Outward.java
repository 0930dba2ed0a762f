package org.viesti.edge.bridge;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.Publication;
import org.viesti.protocol.ServerFrame;

/**
 * What a bridge gives: the stream's deliveries, each done with when the remote has acknowledged it.
 * It belongs to the bridge's actor.
 */
final class Outward {
  /** The bridge's stream, as its deliveries need it. */
  interface Stream {
    void tell(ClientFrame frame);

    /** One of QoS 0 has gone, or is dropped. */
    void left();
  }

  private final BridgedTopics topics;
  private final Echoes echoes;
  private final BridgeMeter meter;
  private final Stream stream;

  /** At QoS 1, in the stream's order: the remote has not acknowledged them. */
  private final Map<Integer, ServerFrame.Published> unanswered = new LinkedHashMap<>();

  Outward(BridgedTopics topics, Echoes echoes, BridgeMeter meter, Stream stream) {
    this.topics = topics;
    this.echoes = echoes;
    this.meter = meter;
    this.stream = stream;
  }

  /**
   * The stream delivers one.
   *
   * @param remote null: it is not there
   */
  void deliver(ServerFrame.Published frame, @Nullable Remote remote) {
    if (frame.delivery() != 0) {
      unanswered.put(frame.delivery(), frame);
      meter.unanswered(unanswered.size());
    }
    if (remote != null) {
      give(frame, remote);
    } else if (frame.delivery() == 0) {
      over(0); // as for anybody who is not there
    }
  }

  /** The remote is there again. */
  void giveAll(Remote remote) {
    List.copyOf(unanswered.values()).forEach(frame -> give(frame, remote));
  }

  private void give(ServerFrame.Published frame, Remote remote) {
    Publication message = frame.publication();
    String topic = topics.toRemote(message.path());
    if (topic == null) {
      over(frame.delivery()); // of a subscription that is no longer the bridge's
      return;
    }
    if (topics.toLocal(topic) != null) {
      echoes.expect(topic, message.payload());
    }
    try {
      remote.give(topic, message.payload(), frame.qos(), frame.retain(), frame.delivery());
    } catch (IllegalArgumentException e) {
      meter.refused("nobody can publish to " + topic + " there: " + e.getMessage());
      over(frame.delivery());
    }
  }

  /** The remote has it. */
  void given(int delivery) {
    meter.given();
    over(delivery);
  }

  /** Nothing more is to be done about it. */
  private void over(int delivery) {
    if (delivery == 0) {
      stream.left();
    } else if (unanswered.remove(delivery) != null) {
      meter.unanswered(unanswered.size());
      stream.tell(new ClientFrame.Done(delivery));
    }
  }

  /** The stream has ended: the next delivers them again. */
  void forget() {
    unanswered.clear();
    meter.unanswered(0);
  }
}
