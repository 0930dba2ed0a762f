package org.viesti.edge.bridge;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.Publication;
import org.viesti.protocol.Refused;
import org.viesti.protocol.ServerFrame;

/**
 * What a bridge takes: the remote's messages, each acknowledged there when it is published here. It
 * belongs to the bridge's actor.
 */
final class Inward {
  private final BridgedTopics topics;
  private final int maxMessageBytes;
  private final Echoes echoes;
  private final BridgeMeter meter;
  private final Consumer<ClientFrame> stream;

  /** Those that are not answered, by the id by which they are published. */
  private final Map<String, Remote.Arrived> open = new HashMap<>();

  private long last;

  Inward(
      BridgedTopics topics,
      int maxMessageBytes,
      Echoes echoes,
      BridgeMeter meter,
      Consumer<ClientFrame> stream) {
    this.topics = topics;
    this.maxMessageBytes = maxMessageBytes;
    this.echoes = echoes;
    this.meter = meter;
    this.stream = stream;
  }

  void arrived(Remote.Arrived message) {
    String topic = topics.toLocal(message.topic());
    if (topic == null) {
      message.from().done(message); // of a subscription that is no longer the bridge's
      return;
    }
    if (echoes.take(message.topic(), message.payload())) {
      meter.echo();
      message.from().done(message);
      return;
    }
    if (message.payload().length > maxMessageBytes) {
      refuse(message, "larger than max-message-bytes: a message on " + message.topic());
      return;
    }
    try {
      Publication.checkTopic(topic);
    } catch (Refused refused) {
      refuse(message, refused.refusal().detail());
      return;
    }
    String id = Long.toString(++last);
    open.put(id, message);
    stream.accept(
        new ClientFrame.Publish(
            id, topic, null, message.payload(), message.qos(), message.retain(), null, null));
  }

  private void refuse(Remote.Arrived message, String why) {
    meter.refused(why);
    message.from().done(message);
  }

  /** It is as durable here as its topic asks for. */
  void published(String id) {
    Remote.Arrived message = open.remove(id);
    if (message != null) {
      meter.taken();
      message.from().done(message);
    }
  }

  /** Whether one of them could not be taken now, and the remote must be asked for it again. */
  boolean isAskedForAgain(ServerFrame.Error error) {
    Remote.Arrived message = error.id() == null ? null : open.remove(error.id());
    if (message == null) {
      return false;
    }
    if (error.code().mayBeTakenLater()) {
      return true;
    }
    refuse(message, error.detail());
    return false;
  }

  /** The remote is gone: it sends again what it got no acknowledgement of. */
  void forget() {
    open.clear();
  }
}
